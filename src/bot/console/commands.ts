import { type DraftRequest, mayWrite, parseBranch } from '../../draft/index.ts';
import { type LaneBodies, renderLane } from '../../intake/index.ts';
import {
  type Answer,
  at,
  type Gap,
  type Gaps,
  isOurs,
  renderAnswers,
  signed,
  withAnswer,
  writeComment,
} from '../../issues/index.ts';
import type { Outbox } from '../../outbox/index.ts';
import { newId } from '../../report/index.ts';
import { type Command, HELP, renderCommand } from '../command.ts';
import { type ConsoleBodies, commandKey } from './lane.ts';
import { reveal } from './reveal.ts';
import type { TwinDoor } from './twin.ts';

export interface Door {
  gaps: Gaps;
  outbox: Outbox;
  /** The private repository for what is sealed, where one is configured. */
  twin(): Promise<Gaps | undefined>;
  /** See `TwinDoor`. */
  memory: TwinDoor['memory'];
  /** Before each write: the lane is still ours, and GitHub's budget allows it. */
  spend(writes: number): Promise<void>;
}

/**
 * Takes a command: whoever wrote it is looked up live, a reaction says that it was heard, and it goes where it is carried out. What
 * becomes of it is written into the one answers comment of the gap. Told twice, it does nothing the second time.
 */
export async function takeCommand(door: Door, wanted: ConsoleBodies['command']): Promise<void> {
  const { gaps, spend } = door;
  const gap = await gapOf(gaps, wanted);
  if (!gap || answerOf(gap, commandKey(wanted.comment, wanted.command))) return;
  const { rest } = gaps.repository.octokit;
  const react = async (content: 'eyes' | 'confused') => {
    await spend(1);
    await rest.reactions
      .createForIssueComment({ ...at(gaps.repository), comment_id: wanted.comment, content })
      // Deleted meanwhile: what was asked for was asked for.
      .catch(ignoring(404));
  };
  if (!(await mayWrite(gaps.repository, wanted.actor))) return react('confused');
  await react('eyes');
  await answer(door, gap, { ...said(wanted), ...(await passOn(door, gap, wanted)) });
}

/** Writes down what became of a command that was passed on. */
export async function noteOutcome(door: Door, { given, ok, text }: ConsoleBodies['answer']): Promise<void> {
  const gap = door.gaps.index.byNumber(given.issue);
  if (!gap || given.comment === undefined) return;
  await answer(door, gap, { ...said({ ...given, comment: given.comment }), state: ok ? 'done' : 'refused', text });
}

type Said = Pick<Answer, 'state' | 'text'>;

async function passOn(door: Door, gap: Gap, wanted: ConsoleBodies['command']): Promise<Said> {
  const { outbox, gaps } = door;
  const { command, actor, comment, at: asked } = wanted;
  const { owner, name } = gaps.repository;
  const key = `command ${commandKey(comment, command)}`;
  switch (command.kind) {
    case 'help':
      return { state: 'done', text: HELP };
    case 'unknown':
      return { state: 'refused', text: `${command.problem} ${HELP}` };
    case 'reveal':
      return { state: 'done', text: await reveal(door, gap, await door.twin()) };
    case 'draft':
    case 'redraft': {
      const latest = gap.status?.runs.findLast((run) => run.pull)?.pull?.number;
      const pull = wanted.pull ? wanted.on : latest;
      const body: DraftRequest = {
        issue: gap.number,
        request: key,
        by: 'command',
        actor: { login: actor },
        at: asked,
        ...(command.guidance ? { guidance: command.guidance } : {}),
        ...(command.kind === 'redraft' && pull ? { revise: { pull } } : {}),
      };
      const lane = renderLane('drafts', `${owner}/${name}`);
      await outbox.accept({ lane, id: newId(), kind: 'draft', key: `draft ${key}`, body });
      return { state: 'done', text: 'Asked for a draft; the status comment says how it goes.' };
    }
    default: {
      const body: LaneBodies['command'] = { issue: gap.number, command, actor, at: asked, comment };
      const lane = renderLane('reports', `${owner}/${name}`);
      await outbox.accept({ lane, id: newId(), kind: 'command', key, body });
      return { state: 'asked', text: '' };
    }
  }
}

async function answer({ gaps, spend }: Door, gap: Gap, one: Answer): Promise<void> {
  const { repository, index } = gaps;
  const answers = { gap: gap.id, answers: withAnswer(gap.answers?.answers ?? [], one) };
  const body = renderAnswers(answers, signed(repository));
  await spend(1);
  const put = (commentId: number | undefined) => writeComment(repository, gap.number, commentId, body);
  index.putComment(
    await put(gap.answers?.commentId).catch((error) => {
      // Somebody deleted the comment.
      if (error.status !== 404) throw error;
      return put(undefined);
    }),
  );
}

function said(one: { comment: number; command: Command; actor: string; at: string }): Omit<Answer, keyof Said> {
  const { comment, command, actor, at: asked } = one;
  return { key: commandKey(comment, command), command: renderCommand(command), actor, at: asked };
}

function answerOf(gap: Gap, key: string): Answer | undefined {
  return gap.answers?.answers.find((known) => known.key === key);
}

/** The gap that a comment is about: of its issue, or of the issue that its pull request, one of ours, was drafted for. */
async function gapOf({ repository, index }: Gaps, { on, pull }: ConsoleBodies['command']): Promise<Gap | undefined> {
  if (!pull) return index.byNumber(on);
  const { data } = await repository.octokit.rest.pulls.get({ ...at(repository), pull_number: on });
  const issue = isOurs(repository, data.user) ? parseBranch(data.head.ref)?.issue : undefined;
  return issue === undefined ? undefined : index.byNumber(issue);
}

function ignoring(status: number): (error: { status?: number }) => void {
  return (error) => {
    if (error.status !== status) throw error;
  };
}
