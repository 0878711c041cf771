import { codeSpan, type DraftRun, type Gap, quote, titleText, withoutMarkers } from '../issues/index.ts';
import type { Change } from '../repo/index.ts';
import { cleanLine, redact } from '../report/index.ts';
import { impactOf } from '../triage/index.ts';
import type { DraftAnswer } from './answer.ts';
import { describeCapability } from './capabilities.ts';
import type { LeftOut } from './check.ts';
import { type Frozen, hashOf, type Later } from './freeze.ts';
import { PROMPT_VERSION } from './prompt.ts';
import { inertProse } from './prose.ts';
import type { Verdict } from './verdict.ts';

export interface PullFacts {
  gap: Gap;
  frozen: Frozen;
  answer: DraftAnswer;
  changes: Change[];
  leftOut: LeftOut[];
  /** Files the model saw, best first. */
  considered: { path: string; why: string }[];
  model: string;
  run: DraftRun;
  verdict: Verdict;
  /** Open drafts for the same gap that this one takes the place of. */
  follows: number[];
}

/** GitHub takes 65,536 characters. */
const LONGEST = 60_000;

export function pullTitle(answer: DraftAnswer, gap: Gap): string {
  return title(answer.title, 100) || `Close gap ${gap.number}`;
}

export function commitMessage(answer: DraftAnswer, gap: Gap): { headline: string; body: string } {
  return {
    headline: title(answer.commit_message.split('\n', 1)[0] ?? '', 72) || `Close gap ${gap.number}`,
    body: `For #${gap.number}, reported by agents.`,
  };
}

/** A model's line as a title: nothing hidden, no secret, nothing that GitHub acts upon. */
function title(text: string, characters: number): string {
  return titleText(redact(cleanLine(text, 4 * characters)).text, characters);
}

/** The body of a draft's pull request: written by code, the model's prose made inert. */
export function renderPullBody(facts: PullFacts): string {
  const { gap, frozen, answer, changes, leftOut, considered, model, run, verdict, follows } = facts;
  const impact = impactOf(gap.reports);
  const table: [string, string][] = [
    [
      'Gap',
      `#${gap.number}, ${counted(impact.reports, 'report')} from ${counted(impact.sessions, 'distinct session')}`,
    ],
    ['Verdict', `**${verdict.outcome}** (${verdict.reason}): ${verdict.summary}`],
    ['Asked for by', `${codeSpan(run.actor)} at ${frozen.at}`],
    ['Based on', `\`${frozen.base.branch}\` at ${frozen.base.commit}`],
    [
      'Written by',
      `${codeSpan(model)}, prompt ${PROMPT_VERSION}, confidence ${Math.round(100 * Math.min(1, Math.max(0, answer.confidence)))} %`,
    ],
    ['Frozen input', `sha256 \`${hashOf(frozen, gap, model)}\``],
    ...(follows.length ? [['Follows', follows.map((number) => `#${number}`).join(', ')] as [string, string]] : []),
  ];
  const body = [
    `Closes #${gap.number}.`,
    inertProse(answer.summary, 600),
    `| | |\n|---|---|\n${table.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}`,
    ...(verdict.evidence ? [`### Evidence\n\n${verdict.evidence}`] : []),
    ...(verdict.capabilities.length
      ? [`### New capabilities\n\n${verdict.capabilities.map((each) => `- ${describeCapability(each)}`).join('\n')}`]
      : []),
    ...notes(frozen, answer),
    `### What changes\n\n${changes.map(fileLine).join('\n')}`,
    ...(leftOut.length
      ? [
          `### Left out\n\nThe machine wants these files changed as well. A draft may not, so it does not contain it:\n\n${leftOut.map(({ path, why }) => `- ${codeSpan(oneLine(path))}: ${inertProse(why, 200)}`).join('\n')}`,
        ]
      : []),
    `### Declared changes of the MCP surface\n\n${answer.declared_changes.map(declared).join('\n') || 'None.'}`,
    `### How\n\n${inertProse(answer.body)}`,
    ...(answer.confidence_reason ? [`**Confidence.** ${inertProse(answer.confidence_reason, 600)}`] : []),
    details(
      `Files considered (${considered.length})`,
      considered.map((file) => `- ${codeSpan(file.path)}: ${inertProse(file.why, 160)}`).join('\n'),
    ),
    '<sub>A machine wrote this draft from agents’ reports. Review it as you would a stranger’s.</sub>',
  ].join('\n\n');
  return body.length > LONGEST ? `${body.slice(0, LONGEST)} …` : body;
}

function notes({ notes: heeded, left }: Frozen, { notes_honoured: honoured }: DraftAnswer): string[] {
  const parts = heeded.map(({ author, content }) => {
    const how = honoured.find(({ note }) => isAbout(note, content))?.how;
    const said = how ? `→ ${inertProse(how, 400)}` : '→ The draft does not say how it honours this note.';
    return `From ${codeSpan(author)}:\n\n${quote(withoutMarkers(content))}\n\n${said}`;
  });
  const out = [
    ...left.later.map(describeLater),
    ...(left.untrusted ? [`${left.untrusted} by people without write access`] : []),
  ];
  if (!parts.length && !out.length) return [];
  return ['### Maintainers’ notes', ...parts, ...(out.length ? [`Not included: ${out.join('; ')}.`] : [])];
}

/** A model names a note by its first words, more or less. */
function isAbout(named: string, content: string): boolean {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
  const [short, whole] = [plain(named), plain(content)];
  return short.length > 2 && (whole.includes(short) || whole.startsWith(short.slice(0, 24)) || short.includes(whole));
}

function describeLater({ what, author, at }: Later): string {
  if (what === 'title') return `a new title of ${at}`;
  return `${what === 'edit' ? 'an edit' : 'a comment'} by ${codeSpan(author ?? 'ghost')} of ${at}`;
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
  return cleanLine(redact(cleanLine(text, 2000)).text, 120) || '?';
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
