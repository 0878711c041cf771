import { codeSpan, type DraftRun } from '../../src/issues/index.ts';
import type { Outcome } from './run.ts';

/** How the step ended: as a draft's run does, or `ignored` where there was nothing to do. */
export interface Ended extends Pick<DraftRun, 'reason' | 'summary' | 'pull' | 'branch'> {
  outcome: NonNullable<DraftRun['outcome']> | 'ignored';
}

export const LEVELS: Record<Ended['outcome'], 'notice' | 'warning' | 'error'> = {
  verified: 'notice',
  plausible: 'notice',
  unverified: 'warning',
  declined: 'warning',
  failed: 'error',
  ignored: 'notice',
};

/** The job's summary: the verdict, and what was seen of the server where it ran. */
export function renderSummary({ ended, issue, kept }: Outcome): string {
  const rows: [string, string][] = [
    ['Verdict', `**${ended.outcome}**${ended.reason ? ` (${ended.reason})` : ''}`],
    ...(issue ? [['Gap', `[#${issue.number}](${issue.url})`] as [string, string]] : []),
    ...(ended.pull ? [['Pull request', `[#${ended.pull.number}](${ended.pull.url})`] as [string, string]] : []),
    ...(kept
      ? ([
          ['Written by', codeSpan(kept.model)],
          ['Base', `${codeSpan(kept.frozen.base.branch)} at ${kept.frozen.base.commit}`],
        ] as [string, string][])
      : []),
  ];
  return [
    '### PatchworkMCP draft',
    ...(ended.summary ? [ended.summary] : []),
    `| | |\n|---|---|\n${rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}`,
    ...(kept?.verdict.evidence ? [`### Replay\n\n${kept.verdict.evidence}`] : []),
  ].join('\n\n');
}
