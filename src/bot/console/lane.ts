import { type GivenCommand, renderLane } from '../../intake/index.ts';
import type { Outbox } from '../../outbox/index.ts';
import { newId } from '../../report/index.ts';
import { type Command, renderCommand } from '../command.ts';
import type { Box } from '../dashboard/index.ts';

/** What waits in a repository's console lane, by `kind`: what people asked for, and what became of it. */
export interface ConsoleBodies {
  /** A command in a comment on an issue or on a pull request. */
  command: { on: number; pull: boolean; comment: number; command: Command; actor: string; at: string };
  /** A command on a gap was carried out, or could not be. */
  answer: { given: GivenCommand; ok: boolean; text: string };
  /** Somebody ticked a box on issue `on`. */
  tick: { on: number; box: Box; actor: string; at: string };
  /** The dashboard may have to say something else. `fresh`: or somebody else wrote it. */
  look: { fresh: boolean };
}

/** Puts something into the console lane; the same key is taken once. */
export async function tell<K extends keyof ConsoleBodies>(
  outbox: Outbox,
  repository: string,
  kind: K,
  key: string,
  body: ConsoleBodies[K],
): Promise<void> {
  await outbox.accept({ lane: renderLane('console', repository), id: newId(), kind, key: `${kind} ${key}`, body });
}

/** Names a command in a comment, wherever the comment is told of. */
export function commandKey(comment: number, command: Command): string {
  return `${comment} ${renderCommand(command)}`;
}

/** Tells the console what became of a command, so that it is answered where it was given. */
export async function tellAnswer(
  outbox: Outbox,
  repository: string,
  given: GivenCommand,
  answer: { ok: boolean; text: string },
): Promise<void> {
  const { comment, command, at } = given;
  const where = comment === undefined ? at : String(comment);
  await tell(outbox, repository, 'answer', `${where} ${given.issue} ${renderCommand(command)}`, { given, ...answer });
}
