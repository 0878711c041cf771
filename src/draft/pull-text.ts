import { codeSpan, type Gap, quote, titleText, withoutMarkers } from '../issues/index.ts';
import type { Change } from '../repo/index.ts';
import { impactOf } from '../triage/index.ts';
import type { DraftAnswer } from './answer.ts';
import type { Frozen } from './freeze.ts';
import { PROMPT_VERSION } from './prompt.ts';
import { inertProse } from './prose.ts';
import type { Verdict } from './verdict.ts';

export interface PullFacts {
  gap: Gap;
  frozen: Frozen;
  answer: DraftAnswer;
  changes: Change[];
  /** Files the model saw, best first. */
  considered: { path: string; why: string }[];
  model: string;
  actor: string;
  verdict: Verdict;
}

export function pullTitle(answer: DraftAnswer, gap: Gap): string {
  return titleText(answer.title, 100) || `Close gap ${gap.number}`;
}

export function commitMessage(answer: DraftAnswer, gap: Gap): { headline: string; body: string } {
  return {
    headline: titleText(answer.commit_message.split('\n', 1)[0] ?? '', 72) || `Close gap ${gap.number}`,
    body: `For #${gap.number}, reported by agents.`,
  };
}

/** The body of a draft's pull request: written by code, the model's prose made inert. */
export function renderPullBody({ gap, frozen, answer, changes, considered, model, actor, verdict }: PullFacts): string {
  const impact = impactOf(gap.reports);
  const facts: [string, string][] = [
    ['Gap', `#${gap.number}, ${impact.reports} reports from ${impact.sessions} distinct sessions`],
    ['Verdict', `**${verdict.outcome}** (${verdict.reason}): ${verdict.summary}`],
    ['Asked for by', `${codeSpan(actor)} at ${frozen.at}`],
    ['Based on', `\`${frozen.base.branch}\` at ${frozen.base.commit}`],
    [
      'Written by',
      `${codeSpan(model)}, prompt ${PROMPT_VERSION}, confidence ${Math.round(100 * Math.min(1, Math.max(0, answer.confidence)))} %`,
    ],
  ];
  return [
    `Closes #${gap.number}.`,
    inertProse(answer.summary, 600),
    `| | |\n|---|---|\n${facts.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}`,
    ...(verdict.evidence ? [`### Replay\n\n${verdict.evidence}`] : []),
    ...notes(frozen, answer),
    `### What changes\n\n${changes.map(fileLine).join('\n')}`,
    `### Declared changes of the MCP surface\n\n${answer.declared_changes.map(declared).join('\n') || 'None.'}`,
    `### How\n\n${inertProse(answer.body)}`,
    ...(answer.confidence_reason ? [`**Confidence.** ${inertProse(answer.confidence_reason, 600)}`] : []),
    details(
      `Files considered (${considered.length})`,
      considered.map((file) => `- ${codeSpan(file.path)}: ${inertProse(file.why, 160)}`).join('\n'),
    ),
    '<sub>A machine wrote this draft from agents’ reports. Review it as you would a stranger’s.</sub>',
  ].join('\n\n');
}

function notes(frozen: Frozen, answer: DraftAnswer): string[] {
  const parts = frozen.notes.map((note) => `From ${codeSpan(note.author)}:\n\n${quote(withoutMarkers(note.content))}`);
  const how = answer.notes_honoured.map(({ note, how }) => `- ${codeSpan(oneLine(note))}: ${inertProse(how, 400)}`);
  const { later, untrusted } = frozen.left;
  const left = [
    ...(later ? [`${later} written or edited after the request`] : []),
    ...(untrusted ? [`${untrusted} by people without write access`] : []),
  ];
  if (!parts.length && !left.length) return [];
  return [
    '### Maintainers’ notes',
    ...parts,
    ...(how.length ? [`How the draft honours them, in its own words:\n\n${how.join('\n')}`] : []),
    ...(left.length ? [`Not included: ${left.join('; ')}.`] : []),
  ];
}

function fileLine({ path, before, after }: Change): string {
  const what = before === undefined ? 'new' : after === undefined ? 'deleted' : 'changed';
  return `- ${codeSpan(path)} (${what})`;
}

function declared(change: DraftAnswer['declared_changes'][number]): string {
  const parameters = change.parameters.map((name) => codeSpan(oneLine(name))).join(', ');
  return `- ${change.change} ${codeSpan(oneLine(change.tool))}${parameters ? ` (${parameters})` : ''}: ${inertProse(change.description, 400)}`;
}

function details(summary: string, text: string): string {
  return `<details><summary>${summary}</summary>\n\n${text}\n\n</details>`;
}

function oneLine(text: string): string {
  const plain = text.replace(/\s+/g, ' ').trim();
  return plain.length > 120 ? `${plain.slice(0, 119)}…` : plain || '?';
}
