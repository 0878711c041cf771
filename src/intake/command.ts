import { type Decisions, type Gap, type Gaps, updateGap } from '../issues/index.ts';
import type { Lease } from '../outbox/index.ts';
import { PatchworkError } from '../report/index.ts';
import type { Severity } from '../triage/index.ts';
import { mergeGap, splitGap } from './move.ts';

/** What a person with write access orders about a gap. */
export type GapCommand =
  /** Its reports belong to that issue. */
  | { kind: 'merge'; into: number }
  /** This report, by its id, belongs to another gap. */
  | { kind: 'split'; report: string }
  | { kind: 'severity'; severity: Severity | 'auto' }
  | { kind: 'workaround'; text: string }
  | { kind: 'fixed-in'; version: string }
  /** No draft until `unpark`. */
  | { kind: 'park'; why?: string }
  | { kind: 'unpark' };

/** A command as it waits in the lane; whoever put it there has looked up that `actor` may. `at` is ISO 8601. */
export interface GivenCommand {
  issue: number;
  command: GapCommand;
  actor: string;
  at: string;
  /** The comment that said it. */
  comment?: number;
}

/** What the person hears: done, or why not. */
export interface Answer {
  ok: boolean;
  text: string;
}

/** Applies a command. Repeating it changes nothing more. */
export async function applyCommand(gaps: Gaps, lease: Lease, given: GivenCommand): Promise<Answer> {
  const gap = gaps.index.byNumber(given.issue);
  if (!gap) return { ok: false, text: `#${given.issue} is no gap of ours.` };
  try {
    return { ok: true, text: await apply(gaps, lease, gap, given) };
  } catch (error) {
    if (error instanceof PatchworkError) return { ok: false, text: error.toJSON().error.message };
    throw error;
  }
}

async function apply(gaps: Gaps, lease: Lease, gap: Gap, { command, actor, at }: GivenCommand): Promise<string> {
  const decide = (change: (decisions: Decisions) => Decisions) =>
    updateGap(gaps, gap.number, (record) => ({ ...record, decisions: change(record.decisions ?? {}) }));
  switch (command.kind) {
    case 'severity': {
      const { severity } = command;
      await decide(({ severity: _was, ...rest }) => (severity === 'auto' ? rest : { ...rest, severity }));
      return severity === 'auto' ? 'The reports decide its severity again.' : `Its severity stays ${severity}.`;
    }
    case 'workaround': {
      const { text } = command;
      await decide(({ workaround: _was, ...rest }) => (text ? { ...rest, workaround: text } : rest));
      return text ? 'Agents who meet this gap hear of the workaround.' : 'Agents hear of no workaround any more.';
    }
    case 'fixed-in': {
      const { version } = command;
      await decide(({ fixedIn: _was, ...rest }) => (version ? { ...rest, fixedIn: version } : rest));
      return version
        ? 'Reports of this version or a later one reopen the issue once it is closed.'
        : 'No version counts as fixed.';
    }
    case 'park':
      await decide((decisions) => ({ ...decisions, parked: { why: command.why ?? '', at, by: actor } }));
      return 'Parked: no draft is made of it until it is unparked.';
    case 'unpark':
      await decide(({ parked: _was, ...rest }) => rest);
      return 'No longer parked.';
    case 'merge':
      return mergeGap(gaps, gap, command.into, { at, by: actor });
    case 'split':
      return splitGap(gaps, lease, gap, command.report, { at, by: actor });
  }
}
