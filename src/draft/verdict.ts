import type { Outcome } from '../issues/index.ts';
import type { Change } from '../repo/index.ts';
import { type Probe, probePath, type ReplayReport, renderProbeFile } from '../surface/index.ts';
import { inertProse } from './prose.ts';
import type { NoProof } from './replay.ts';

/** What can be said of a draft, and the Markdown that shows it. */
export interface Verdict {
  outcome: Extract<Outcome, 'verified' | 'unverified'>;
  /** A stable word. */
  reason: string;
  /** One sentence. */
  summary: string;
  /** The evidence, for the pull request. */
  evidence: string;
  /** Why the draft must not be merged unread, whatever else holds. */
  stops: string[];
}

/** These mean that the draft breaks what worked: it is not offered at all. */
const BREAKS = new Set(['head_failed', 'earlier_gap', 'check_failed']);

export function breaks(report: ReplayReport): boolean {
  return report.reasons.some(({ code }) => BREAKS.has(code));
}

/** What stands between the draft and being verified. */
export function shortcomings({ reasons }: ReplayReport): string[] {
  return reasons.filter(({ rulesOut }) => rulesOut === 'verified').map(({ why }) => why);
}

/** The last words of what failed, for the model that has to mend it. */
export function printed({ head }: ReplayReport): string {
  const tails = [head.failure?.tail, ...head.checks.filter(({ ok }) => !ok).map(({ tail }) => tail)];
  return tails.filter((tail) => tail).join('\n\n');
}

export function verdictOf(report: ReplayReport): Verdict {
  const [first] = report.reasons.filter(({ rulesOut }) => rulesOut === 'verified');
  const evidence = renderReplay(report);
  const stops = report.reasons
    .filter(({ rulesOut }) => rulesOut === 'auto_merge')
    .map(({ why }) => inertProse(why, 300));
  if (!first) {
    return {
      outcome: 'verified',
      reason: 'replayed',
      summary: 'The gap was replayed: open at the base, closed with the draft; tools/list changed exactly as declared.',
      evidence,
      stops,
    };
  }
  return { outcome: 'unverified', reason: first.code, summary: inertProse(first.why, 400), evidence, stops };
}

export function unproven({ code, why }: NoProof): Verdict {
  const summary = `The gap was not replayed: ${inertProse(why, 400)}`;
  return { outcome: 'unverified', reason: code, summary, evidence: '', stops: [] };
}

/** The probes of this gap as a file of the pull request: once merged, every later draft has to keep them green. */
export function probeFile(issue: number, probes: Probe[]): Change {
  return { path: probePath(issue), mode: '100644', before: undefined, after: renderProbeFile({ issue, probes }) };
}

function renderReplay({ base, head, changes, reasons }: ReplayReport): string {
  const rows = base.probes.map((before, i) => {
    const after = head.probes[i];
    return `| ${cell(describe(before.probe))} | ${before.state}: ${cell(before.why)} | ${after ? `${after.state}: ${cell(after.why)}` : 'not reached'} |`;
  });
  const earlier = head.earlier.flatMap(({ issue, probes }) => probes.map(({ state }) => ({ issue, state })));
  const kept = earlier.filter(({ state }) => state === 'green').length;
  const times = `Server started ${head.start ? `(${head.start.rung}) ` : ''}in ${head.ms.start} ms, checked in ${head.ms.probes} ms.`;
  return [
    `| check | at the base | with the draft |\n|---|---|---|\n${rows.join('\n')}`,
    ...(changes.length
      ? [
          `tools/list changes:\n\n${changes.map(({ why, effect }) => `- ${effect}: ${inertProse(why, 300)}`).join('\n')}`,
        ]
      : []),
    ...(earlier.length ? [`Checks of gaps closed before: ${kept} of ${earlier.length} hold.`] : []),
    ...head.checks.map(({ command, ok }) => `- ${inertProse(command, 100)}: ${ok ? 'passed' : 'failed'}`),
    ...(reasons.length
      ? [`To know before merging:\n\n${reasons.map(({ why }) => `- ${inertProse(why, 400)}`).join('\n')}`]
      : []),
    times,
  ].join('\n\n');
}

function describe(probe: Probe): string {
  switch (probe.kind) {
    case 'tool_present':
      return `${probe.tool} is listed`;
    case 'param_present':
      return `${probe.tool} takes ${probe.parameter}`;
    case 'accepts':
      return `${probe.tool} accepts ${probe.arguments}`;
    case 'result_matches':
      return `${probe.tool} with ${probe.arguments} answers as it should`;
  }
}

function cell(text: string): string {
  return inertProse(text, 300).replace(/\s+/g, ' ');
}
