import { type MarkerKeys, parseMarker, renderMarker } from './marker.ts';
import { inline } from './quote.ts';

/** What became of one command on a gap. */
export interface Answer {
  /** The comment it stands in and the command itself; see `src/bot/command.ts`. */
  key: string;
  /** The command as it was written. */
  command: string;
  actor: string;
  /** ISO 8601. */
  at: string;
  state: 'asked' | 'done' | 'refused';
  /** A sentence or two for people, in Markdown of ours. */
  text: string;
}

/** The one comment in which the commands on a gap are answered, oldest first. */
export interface Answers {
  gap: string;
  answers: Answer[];
}

interface Signed {
  keys: MarkerKeys;
  repositoryId: number;
}

const SHOWN = 20;
const KEPT = 200;
const LONGEST_COMMAND = 120;
const STATE: Record<Answer['state'], string> = { asked: '…', done: '✓', refused: '✗' };

/** The answers with one more, or with a newer one to the same command. */
export function withAnswer(answers: Answer[], answer: Answer): Answer[] {
  const at = answers.findIndex(({ key }) => key === answer.key);
  return at < 0 ? [...answers, answer].slice(-KEPT) : answers.with(at, answer);
}

export function renderAnswers({ gap, answers }: Answers, signed: Signed): string {
  const kept = answers.slice(-KEPT).map((answer) => ({ ...answer, command: answer.command.slice(0, LONGEST_COMMAND) }));
  const rows = kept.slice(-SHOWN).toReversed().map(row);
  return [
    '### Commands',
    ['| Command | By | | |', '|---|---|---|---|', ...rows].join('\n'),
    renderMarker(signed.keys, { repositoryId: signed.repositoryId, role: 'answers' }, { gap, answers: kept }),
  ].join('\n\n');
}

export function parseAnswers(body: string, signed: Signed): Answers | undefined {
  const payload = parseMarker(signed.keys, { repositoryId: signed.repositoryId, role: 'answers' }, body);
  const answers = payload as Answers | undefined;
  return typeof answers?.gap === 'string' && Array.isArray(answers.answers) ? answers : undefined;
}

function row({ command, actor, at, state, text }: Answer): string {
  const outcome = text.replace(/\s*\n\s*/g, ' ').replaceAll('<!--', '');
  return `| ${inline(command)} | ${inline(actor)}, ${at.slice(0, 16).replace('T', ' ')} | ${STATE[state]} | ${outcome} |`;
}
