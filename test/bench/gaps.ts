/**
 * Every gap of test/fixtures/gaps through the whole product: good answers have to end verified, no wrong one may. Arguments
 * narrow it down: servers, `server/gap`, languages; `--good` leaves the wrong answers out, `--only <kind>` all others.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { answerOf, type Gap, type GapServer, type Recording, readServers, recordingOf } from '../gaps/gap.ts';
import { draftOf, groundFor } from '../gaps/run.ts';
import { wrongAnswers } from '../gaps/wrong.ts';

interface Answer {
  server: GapServer;
  gap: Gap;
  /** What is wrong with it. */
  kind: string;
  isGood: boolean;
  recording: Recording;
}

interface Row extends Answer {
  outcome: string;
  isRight: boolean;
  ms: number;
}

const { values, positionals } = parseArgs({
  options: { good: { type: 'boolean' }, only: { type: 'string', multiple: true } },
  allowPositionals: true,
});
const rows: Row[] = [];
for (const server of await readServers()) {
  const isAsked = ({ gap, kind, isGood }: Answer) =>
    (positionals.length === 0 ||
      [server.name, `${server.name}/${gap.name}`, server.language.toLowerCase()].some((name) =>
        positionals.includes(name),
      )) &&
    (isGood || !values.good) &&
    (!values.only || values.only.includes(kind));
  const queue = server.gaps.flatMap((gap) => answersTo(server, gap)).filter(isAsked);
  if (queue.length === 0) continue;
  const ground = await groundFor(server);
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { gap, kind, isGood, recording } = next;
      const { outcome, reason, summary, ms } = await draftOf(server, gap, ground, recording);
      const isRight = isGood === (outcome === 'verified');
      rows.push({ ...next, outcome: `${outcome} (${reason})`, isRight, ms });
      const note = isRight ? '' : `\n  NOT RIGHT: ${summary}`;
      console.log(`${server.name}/${gap.name} | ${kind} | ${outcome} (${reason}) | ${(ms / 1000).toFixed(1)} s${note}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, work));
}

function answersTo(server: GapServer, gap: Gap): Answer[] {
  const good = { server, gap, isGood: true };
  return [
    { ...good, kind: 'good', recording: recordingOf(gap, answerOf(gap, gap.edits)) },
    ...(gap.recorded ? recorded(gap.recorded) : []),
    ...Object.entries(wrongAnswers(server, gap)).map(([kind, draft]) => {
      return { server, gap, kind, isGood: false, recording: recordingOf(gap, draft) };
    }),
  ];

  /** A reader's answers, and an answer written into the code held against the reader's own checks. */
  function recorded(recording: Recording): Answer[] {
    const cheat = { ...recording, draft: [{ json: answerOf(gap, gap.hard_codes) }] };
    return [
      { ...good, kind: 'good, recorded', recording },
      { server, gap, kind: 'hard-codes against recorded checks', isGood: false, recording: cheat },
    ];
  }
}

const count = (of: Row[]) => `${of.filter(({ isRight }) => isRight).length}/${of.length}`;
const types = [...new Set(rows.map(({ gap }) => gap.type))];
const languages = [...new Set(rows.map(({ server }) => server.language))];
const cell = (language: string, type: string) => {
  const here = rows.filter(({ server, gap }) => server.language === language && gap.type === type);
  if (here.length === 0) return '';
  return `${count(here.filter(({ isGood }) => isGood))} · ${count(here.filter(({ isGood }) => !isGood))}`;
};
console.log(`\nGood answers that end verified · wrong ones that do not:\n`);
console.log(`| | ${types.join(' | ')} |\n|---|${'---|'.repeat(types.length)}`);
for (const language of languages) {
  console.log(`| ${language} | ${types.map((type) => cell(language, type)).join(' | ')} |`);
}
console.log('\n| answer | right | outcomes |\n|---|---|---|');
for (const kind of new Set(rows.map((row) => row.kind))) {
  const of = rows.filter((row) => row.kind === kind);
  const outcomes = Object.entries(Object.groupBy(of, ({ outcome }) => outcome));
  console.log(
    `| ${kind} | ${count(of)} | ${outcomes.map(([outcome, all]) => `${outcome} ${all?.length}`).join(', ')} |`,
  );
}
const seconds = rows.map(({ ms }) => ms / 1000).sort((a, b) => a - b);
console.log(
  `\nOne draft took ${seconds[seconds.length >> 1]?.toFixed(1)} s (median), ${seconds.at(-1)?.toFixed(1)} s at most.`,
);
process.exitCode = rows.every(({ isRight }) => isRight) && rows.length > 0 ? 0 : 1;
