import type { CodeFile } from '../repo/index.ts';
import { compareDeclared, type DeclaredChange, diffSurfaces, type SurfaceChange, shown } from './diff.ts';
import type { Probe } from './probe.ts';
import { type Examination, type Examined, openReplay, type ReplayOptions } from './replay.ts';
import type { ProbeResult } from './run-probes.ts';
import { crossCheck, staticTools } from './static.ts';

/** Something that a verdict has to reckon with. */
export interface Reason {
  code: string;
  why: string;
  /** The best that can still be said of the draft does not include this. */
  rulesOut: 'verified' | 'auto_merge' | 'nothing';
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
  const add = (code: string, why: string, rulesOut: Reason['rulesOut'] = 'verified') =>
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
    if (base.probes.length > 0 && base.probes.every(({ probe }) => probe.kind !== 'result_matches')) {
      add('surface_only', 'No probe calls the tool: what it answers has not been seen.', 'auto_merge');
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
  else if (before.cases.every(({ state }) => state === 'green'))
    add('already_works', `${what} holds at the base already.`);
  else if (before.cases.some(({ state }) => state === 'green')) {
    add('not_red_on_base', `${what} holds at the base for some of its calls, so it does not tell the gap.`);
  }
  if (!after) return;
  if (after.state === 'error') add('probe_error', `${what} with the draft: ${after.why}`);
  const shownCase = after.cases.find(({ heldOut }) => !heldOut);
  const heldOut = after.cases.find((each) => each.heldOut);
  if (after.state === 'red' && shownCase?.state === 'green') {
    add('held_out', `${what} holds with the draft for the call that was shown and not for the one held out.`);
  } else if (after.state === 'red') add('still_open', `${what} does not hold with the draft: ${after.why}`);
  if (after.state !== 'green' || after.probe.kind !== 'result_matches') return;
  if (!heldOut)
    add('no_held_out', `${what} has no second call: an answer written into the code would pass.`, 'auto_merge');
  else if (after.fixedAnswerPasses) {
    add('fixed_answer', `${what} would hold for one fixed answer to both of its calls.`, 'auto_merge');
  }
}

function named(probe: Probe): string {
  const tool = shown(probe.tool);
  switch (probe.kind) {
    case 'tool_present':
      return `The probe that ${tool} is listed`;
    case 'param_present':
      return `The probe that ${tool} takes ${shown(probe.parameter)}`;
    case 'accepts':
      return `The probe of what ${tool} accepts`;
    case 'result_matches':
      return `The probe of what ${tool} answers`;
  }
}
