import type { Outcome } from '../issues/index.ts';
import type { Change } from '../repo/index.ts';
import {
  nearestTool,
  type Probe,
  probePath,
  type Reason,
  type ReplayReport,
  renderProbeFile,
  type Surface,
  tokensOf,
} from '../surface/index.ts';
import type { CheckRun } from './act.ts';
import { type Capability, describeCapability } from './capabilities.ts';
import { describeLeftOut, type LeftOut } from './check.ts';
import { inertProse } from './prose.ts';
import type { NoProof } from './replay.ts';
import type { StaticFinding } from './static-claims.ts';

/** What can be said of a draft, and the Markdown that shows it. */
export interface Verdict {
  outcome: Extract<Outcome, 'verified' | 'plausible' | 'unverified'>;
  /** A stable word. */
  reason: string;
  /** One sentence. */
  summary: string;
  /** The evidence, for the pull request. */
  evidence: string;
  /** Why the draft must not be merged unread, whatever else holds. */
  stops: string[];
  /** What the draft can do and the base could not. */
  capabilities: Capability[];
}

/** These mean that the draft breaks what worked: it is not offered at all. */
const BREAKS = new Set(['head_failed', 'earlier_gap', 'check_failed']);

export function breaks(report: ReplayReport): boolean {
  return report.reasons.some(({ code }) => BREAKS.has(code));
}

/** What the draft does not do: a better one could. */
export function shortcomings({ reasons }: ReplayReport): string[] {
  return reasons.filter(({ rulesOut }) => rulesOut === 'plausible').map(({ why }) => why);
}

/** The last words of what failed, for the model that has to mend it. */
export function printed({ head }: ReplayReport): string {
  const tails = [head.failure?.tail, ...head.checks.filter(({ ok }) => !ok).map(({ tail }) => tail)];
  return tails.filter((tail) => tail).join('\n\n');
}

export function verdictOf(report: ReplayReport, capabilities: Capability[]): Verdict {
  const [[wrong], [weak]] = (['plausible', 'verified'] as const).map((word) =>
    report.reasons.filter(({ rulesOut }) => rulesOut === word),
  ) as [Reason[], Reason[]];
  const stops = [
    ...report.reasons.filter(({ rulesOut }) => rulesOut === 'auto_merge').map(({ why }) => inertProse(why, 300)),
    ...capabilities.map(describeCapability),
  ];
  const common = { evidence: renderReplay(report), stops, capabilities };
  if (wrong) return { outcome: 'unverified', reason: wrong.code, summary: inertProse(wrong.why, 400), ...common };
  if (!weak) {
    return {
      outcome: 'verified',
      reason: 'replayed',
      summary: 'The gap was replayed: open at the base, closed with the draft; tools/list changed exactly as declared.',
      ...common,
    };
  }
  const summary = `The checks passed with the draft, but they are too weak to prove it: ${inertProse(weak.why, 400)}`;
  return { outcome: 'plausible', reason: weak.code, summary, ...common };
}

/** The same of a draft some of whose edits were left out: it says so, and is not merged unread. */
export function lacking(verdict: Verdict, leftOut: LeftOut[]): Verdict {
  if (leftOut.length === 0) return verdict;
  const said = inertProse(describeLeftOut(leftOut), 600);
  return { ...verdict, summary: `${verdict.summary} ${said}`, stops: [...verdict.stops, said] };
}

/** What is left to say where no server could show it: what the code itself registers. */
export function unproven({ code, why }: NoProof, found: StaticFinding, capabilities: Capability[]): Verdict {
  const common = { stops: [], capabilities, evidence: renderStatic(found) };
  const unseen = `The gap was not replayed: ${inertProse(why, 600)}`;
  if (found.wrong[0]) {
    return {
      outcome: 'unverified',
      reason: 'not_declared',
      summary: `${inertProse(found.wrong[0], 300)} ${unseen}`,
      ...common,
    };
  }
  if (!found.shown.length) return { outcome: 'unverified', reason: code, summary: unseen, ...common };
  return {
    outcome: 'plausible',
    reason: 'code_only',
    summary: `The code registers what the draft declares, which no running server has shown. ${unseen}`,
    ...common,
  };
}

/** The probes of this gap as a file of the pull request: once merged, every later draft has to keep them green. */
export function probeFile(issue: number, probes: Probe[]): Change {
  return { path: probePath(issue), mode: '100644', before: undefined, after: renderProbeFile({ issue, probes }) };
}

const MOST_ANNOTATIONS = 40;

/** The verdict as a check run on the draft's commit; what a person has to weigh stands at its lines. */
export function checkOf(verdict: Verdict, commit: string): CheckRun {
  return {
    commit,
    conclusion: verdict.outcome === 'verified' ? 'success' : 'neutral',
    title: `${verdict.outcome} (${verdict.reason})`,
    summary: [verdict.summary, verdict.evidence].filter(Boolean).join('\n\n').slice(0, 60_000),
    annotations: verdict.capabilities.slice(0, MOST_ANNOTATIONS).map((capability) => ({
      path: capability.path,
      line: capability.line,
      message: `New with this draft: it ${describeCapability(capability).replaceAll('`', '')}.`,
    })),
  };
}

function renderReplay({ base, head, changes, reasons }: ReplayReport): string {
  const rows = base.probes.map((before, i) => {
    const after = head.probes[i];
    return `| ${cell(describe(before.probe))} | ${before.state}: ${cell(before.why)} | ${after ? `${after.state}: ${cell(after.why)}` : 'not reached'} |`;
  });
  const earlier = head.earlier.flatMap(({ issue, probes }) => probes.map(({ state }) => ({ issue, state })));
  const kept = earlier.filter(({ state }) => state === 'green').length;
  const times = `Server started ${head.start ? `(${head.start.rung}) ` : ''}in ${head.ms.start} ms, checked in ${head.ms.probes} ms.`;
  const [loud, rest] = [reasons.filter(isLoud), reasons.filter((reason) => !isLoud(reason))];
  const added = changes.flatMap(({ of, change, name }) => (of === 'tool' && change === 'added' ? [name] : []));
  return [
    // The code says so and the running server does not: nothing is a louder warning.
    ...(loud.length ? [`> [!WARNING]\n${loud.map(({ why }) => `> ${cell(why)}`).join('\n>\n')}`] : []),
    `| check | at the base | with the draft |\n|---|---|---|\n${rows.join('\n')}`,
    ...(changes.length
      ? [
          `tools/list changes:\n\n${changes.map(({ why, effect }) => `- ${effect}: ${inertProse(why, 300)}`).join('\n')}`,
        ]
      : []),
    ...(base.surface && head.surface ? [renderWeight(base.surface, head.surface, added)] : []),
    ...(earlier.length ? [`Checks of gaps closed before: ${kept} of ${earlier.length} hold.`] : []),
    ...head.checks.map(({ command, ok }) => `- ${inertProse(command, 100)}: ${ok ? 'passed' : 'failed'}`),
    ...(rest.length
      ? [`To know before merging:\n\n${rest.map(({ why }) => `- ${inertProse(why, 400)}`).join('\n')}`]
      : []),
    times,
  ].join('\n\n');
}

const isLoud = ({ code }: ReplayReport['reasons'][number]) => code === 'not_listed';

/** What the tools cost every client, and which other tool an agent could take for a new one. */
function renderWeight(base: Surface, head: Surface, added: string[]): string {
  const [before, after] = [tokensOf(base), tokensOf(head)];
  const grown = after - before;
  const near = added.flatMap((name) => {
    const nearest = nearestTool(head, name);
    const alike = nearest && `${Math.round(100 * nearest.likeness)} % alike`;
    return nearest ? [`The tool nearest to ${cell(`\`${name}\``)} is ${cell(`\`${nearest.tool}\``)} (${alike}).`] : [];
  });
  const change = grown === 0 ? 'as long as before' : `${Math.abs(grown)} tokens ${grown > 0 ? 'longer' : 'shorter'}`;
  return [`tools/list is ${change} (${before} → ${after}).`, ...near].join(' ');
}

function renderStatic({ shown, wrong, unjudged }: StaticFinding): string {
  const lines = [
    ...wrong.map((why) => `- ✗ ${inertProse(why, 300)}`),
    ...shown.map((why) => `- ✓ ${inertProse(why, 300)}`),
    ...unjudged.map((why) => `- ? ${inertProse(why, 300)}`),
  ];
  return lines.length ? `What the code registers, read without running it:\n\n${lines.join('\n')}` : '';
}

function describe(probe: Probe): string {
  switch (probe.kind) {
    case 'tool_present':
      return `${probe.tool} is listed`;
    case 'param_present':
      return `${probe.tool} takes ${probe.parameter}`;
    case 'accepts':
      return `${probe.tool} accepts ${probe.arguments}`;
    case 'refuses':
      return `${probe.tool} refuses ${probe.arguments}`;
    case 'result_matches':
      return `${probe.tool} with ${probe.arguments}${probe.setup ? ` and what ${probe.setup.tool} gave before` : ''} answers as it should`;
  }
}

function cell(text: string): string {
  return inertProse(text, 300).replace(/\s+/g, ' ');
}
