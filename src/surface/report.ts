import type { CodeFile } from '../repo/index.ts';
import { compareDeclared, type DeclaredChange, diffSurfaces, type SurfaceChange, shown } from './diff.ts';
import type { Expectation, Probe } from './probe.ts';
import { type Examination, type Examined, openReplay, type ReplayOptions } from './replay.ts';
import { isAsExpected, type ProbeCase, type ProbeResult } from './run-probes.ts';
import { crossCheck, staticTools } from './static.ts';

/** Something that a verdict has to reckon with. */
export interface Reason {
  code: string;
  why: string;
  /** What can no more be said of the draft; what rules out a word rules out the ones after it. */
  rulesOut: 'plausible' | 'verified' | 'auto_merge' | 'nothing';
}

/** What a replay found, as data: the verdict and its words are made elsewhere. */
export interface ReplayReport {
  base: Examination;
  head: Examination;
  changes: SurfaceChange[];
  reasons: Reason[];
}

/** What else is known of a draft when its replay is judged. */
export interface Context {
  /** What the draft says it changes; left out, nothing is held against it. */
  declared?: DeclaredChange[] | undefined;
  /** The code of both sides, for the cross-check. */
  code?: { base: CodeFile[]; head: CodeFile[] } | undefined;
  /** The repository's commands on the draft with the tests that it changed as they were at the base. */
  former?: Examination['checks'] | undefined;
}

/** Both sides of a draft in one go: the base, then the head. */
export async function replay(
  options: ReplayOptions &
    Context &
    Omit<Examined, 'dir' | 'checks'> & { base: string; head: string; checks?: string[] },
): Promise<ReplayReport> {
  const { probes, earlier = [], checks = [] } = options;
  await using session = await openReplay(options);
  const base = await session.examine({ dir: options.base, probes, earlier });
  const head = await session.examine({ dir: options.head, probes, earlier, checks });
  return judge(base, head, options);
}

/** Compares two examinations. Without any reason that rules it out, the draft is verified. */
export function judge(
  base: Examination,
  head: Examination,
  { declared, code, former = [] }: Context = {},
): ReplayReport {
  const reasons: Reason[] = [];
  const add = (code: string, why: string, rulesOut: Reason['rulesOut'] = 'plausible') =>
    reasons.push({ code, why, rulesOut });
  const changes = base.surface && head.surface ? diffSurfaces(base.surface, head.surface) : [];
  if (code && head.surface) {
    for (const why of crossCheck(staticTools(code.base), staticTools(code.head), head.surface)) add('not_listed', why);
  }
  if (base.failure) add('base_failed', `At the base: ${base.failure.why}`);
  if (head.failure) add('head_failed', `With the draft: ${head.failure.why}`);
  if (base.surface && head.surface) {
    if (base.probes.length === 0) add('no_probe', 'There is no probe that could tell the gap.');
    for (const [at, before] of base.probes.entries()) gap(before, head.probes[at], add);
    // One probe that an answer written into the code cannot pass is what a verdict stands on; beside it the others may be weaker.
    const weak = base.probes.flatMap((before, at) => weakness(before, head.probes[at]) ?? []);
    const called = base.probes.filter(({ probe }) => probe.kind === 'result_matches');
    const rulesOut = weak.length < called.length ? 'auto_merge' : 'verified';
    for (const { code, why } of weak) add(code, why, rulesOut);
    if (base.probes.length > 0 && called.length === 0) {
      add('surface_only', 'No probe looks at what the tool answers.', 'verified');
    }
    for (const { issue, probes } of head.earlier) {
      const before = base.earlier.find((each) => each.issue === issue)?.probes ?? [];
      probes.forEach((after, at) => {
        if (after.state === 'green') return;
        if (before[at]?.state === 'green') add('earlier_gap', `The gap of #${issue} is open again: ${after.why}`);
        else add('earlier_gap_open', `The gap of #${issue} is open at the base already: ${after.why}`, 'nothing');
      });
    }
  }
  if (declared && base.surface && head.surface) {
    for (const why of compareDeclared(changes, declared, head.surface)) add('not_declared', why);
  }
  const asked = new Set(base.probes.map(({ probe }) => probe.tool));
  for (const { of, name, effect, capability, why } of changes) {
    // To close a gap of one tool is no reason to break another's callers, declared or not.
    if (effect === 'breaking' && !(of === 'tool' && asked.has(name))) add('breaks_another', why);
    else if (effect !== 'additive') add(effect, why, 'auto_merge');
    if (capability) add('capability', why, 'auto_merge');
  }
  for (const { ok, why = '', command } of head.checks) if (!ok) add('check_failed', `${shown(command)}: ${why}`);
  for (const { ok, why = '', command } of former) {
    if (!ok)
      add('tests_changed', `With the tests as they were before the draft changed them, ${shown(command)}: ${why}`);
  }
  return { base, head, changes, reasons };
}

/** Red before, green after, in every call: the rest says how it was not. */
function gap(
  before: ProbeResult,
  after: ProbeResult | undefined,
  add: (code: string, why: string, rulesOut?: Reason['rulesOut']) => void,
): void {
  const what = named(before.probe);
  if (before.state === 'error') add('probe_error', `${what} at the base: ${before.why}`);
  else if (before.state === 'green') {
    if (before.probe.kind !== 'refuses') add('already_works', `${what} holds at the base already.`);
  } else if (!isOpen(before)) {
    add('not_red_on_base', `${what} holds at the base for some of its calls, so it does not tell the gap.`);
  }
  if (!after) return;
  if (after.state === 'error') add('probe_error', `${what} with the draft: ${after.why}`);
  const first = after.cases.find(({ call }) => call === 'shown');
  if (after.state === 'red' && first?.state === 'green') {
    add('held_out', `${what} holds with the draft for the call that was shown and not for one held out.`);
  } else if (after.state === 'red') add('still_open', `${what} does not hold with the draft: ${after.why}`);
}

/** Whether a probe shows an open gap: red in all of its calls but the control, which holds. */
export function isOpen({ cases, state }: ProbeResult): boolean {
  return state === 'red' && cases.every(({ call, state }) => state === (call === 'control' ? 'green' : 'red'));
}

/**
 * Why a probe that calls the tool would pass an answer that is written into the code. What held at the base already says nothing of
 * the change, so only the rest of the held-out call counts: what the shown call is answered with must not do for it.
 */
function weakness(
  before: ProbeResult,
  after: ProbeResult | undefined,
): { code: 'no_held_out' | 'fixed_answer'; why: string } | undefined {
  if (before.probe.kind !== 'result_matches') return undefined;
  const what = named(before.probe);
  const heldOut = before.cases.find(({ call }) => call === 'held_out');
  if (!heldOut) {
    return { code: 'no_held_out', why: `${what} has no second call: an answer written into the code would pass.` };
  }
  const answer = after?.cases.find(({ call }) => call === 'shown')?.answer;
  if (!answer || !isAsExpected(answer, newIn(before.probe, heldOut))) return undefined;
  return { code: 'fixed_answer', why: `${what} would hold for one fixed answer to both of its calls.` };
}

/**
 * What keeps all probes of an open gap, as the base shows them, from proving a change; undefined when one of them can. The sentence
 * is for whoever writes the probes.
 */
export function tooWeak(probes: ProbeResult[]): string | undefined {
  const called = probes.flatMap(({ probe, cases }) => (probe.kind === 'result_matches' ? [{ probe, cases }] : []));
  if (called.length === 0) return 'no check calls the tool and looks at its answer';
  const whys = called.map(({ probe, cases }) => {
    const [first, heldOut] = (['shown', 'held_out'] as const).map((name) => cases.find(({ call }) => call === name));
    if (!first || !heldOut) return 'a result_matches without held_out is passed by an answer written into the code';
    const asked = new Set(newIn(probe, first).map((each) => JSON.stringify(each)));
    return newIn(probe, heldOut).every((each) => asked.has(JSON.stringify(each)))
      ? 'what fails of held_out is what fails of the first call, so one fixed answer would pass both'
      : undefined;
  });
  return whys.includes(undefined) ? undefined : whys[0];
}

/** What a call expects that did not hold at the base: everything, where the tool was not there to be asked. */
function newIn(probe: ResultProbe, { call, unmet }: ProbeCase): Expectation[] {
  return unmet ?? (call === 'held_out' ? (probe.held_out?.expect ?? []) : probe.expect);
}

type ResultProbe = Extract<Probe, { kind: 'result_matches' }>;

function named(probe: Probe): string {
  const tool = shown(probe.tool);
  switch (probe.kind) {
    case 'tool_present':
      return `The probe that ${tool} is listed`;
    case 'param_present':
      return `The probe that ${tool} takes ${shown(probe.parameter)}`;
    case 'accepts':
      return `The probe of what ${tool} accepts`;
    case 'refuses':
      return `The probe of what ${tool} refuses`;
    case 'result_matches':
      return `The probe of what ${tool} answers`;
  }
}
