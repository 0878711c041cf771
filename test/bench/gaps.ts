/**
 * Every gap of test/fixtures/gaps through the whole product: the good answer has to end verified, no wrong one may. Arguments
 * narrow it down: servers, `server/gap`, or languages; `--good` leaves the wrong answers out.
 */
import { parseArgs } from 'node:util';
import type { DraftAnswer } from '../../src/draft/index.ts';
import { answerOf, type Gap, type GapServer, readServers } from '../gaps/gap.ts';
import { draftOf, groundFor } from '../gaps/run.ts';
import { wrongAnswers } from '../gaps/wrong.ts';

interface Row {
  server: GapServer;
  gap: Gap;
  answer: string;
  outcome: string;
  ms: number;
}

const { values, positionals } = parseArgs({
  options: { good: { type: 'boolean' }, only: { type: 'string' } },
  allowPositionals: true,
});
const asked = (server: GapServer, gap: Gap) =>
  positionals.length === 0 ||
  positionals.some((name) => [server.name, `${server.name}/${gap.name}`, server.language.toLowerCase()].includes(name));

const rows: Row[] = [];
for (const server of await readServers()) {
  const gaps = server.gaps.filter((gap) => asked(server, gap));
  if (gaps.length === 0) continue;
  const ground = await groundFor(server);
  for (const gap of gaps) {
    const answers: [string, DraftAnswer][] = [['good', answerOf(gap, gap.edits)]];
    if (!values.good) answers.push(...Object.entries(wrongAnswers(server, gap)));
    for (const [answer, draft] of answers) {
      if (values.only && answer !== values.only) continue;
      const { outcome, reason, summary, ms } = await draftOf(server, gap, ground, {
        probes: gap.probes,
        drafts: [draft],
      });
      const row = { server, gap, answer, outcome: `${outcome} (${reason})`, ms };
      rows.push(row);
      const note = isRight(row) ? '' : `\n  WRONG: ${summary}`;
      console.log(`${server.name}/${gap.name}  ${answer}: ${row.outcome}  ${(ms / 1000).toFixed(1)} s${note}`);
    }
  }
}

function isRight({ answer, outcome }: Row): boolean {
  return (answer === 'good') === outcome.startsWith('verified');
}

const count = (of: Row[]) => `${of.filter(isRight).length}/${of.length}`;
const types = [...new Set(rows.map(({ gap }) => gap.type))];
const languages = [...new Set(rows.map(({ server }) => server.language))];
const cell = (language: string, type: string) => {
  const here = rows.filter(({ server, gap }) => server.language === language && gap.type === type);
  if (here.length === 0) return '';
  return `${count(here.filter(({ answer }) => answer === 'good'))} · ${count(here.filter(({ answer }) => answer !== 'good'))}`;
};
console.log(`\nGood answers that end verified · wrong ones that do not:\n`);
console.log(`| | ${types.join(' | ')} |\n|---|${'---|'.repeat(types.length)}`);
for (const language of languages) {
  console.log(`| ${language} | ${types.map((type) => cell(language, type)).join(' | ')} |`);
}
console.log('\n| answer | right | outcomes |\n|---|---|---|');
for (const answer of new Set(rows.map((row) => row.answer))) {
  const of = rows.filter((row) => row.answer === answer);
  const outcomes = Object.entries(Object.groupBy(of, ({ outcome }) => outcome));
  console.log(
    `| ${answer} | ${count(of)} | ${outcomes.map(([outcome, all]) => `${outcome} ${all?.length}`).join(', ')} |`,
  );
}
const seconds = rows.map(({ ms }) => ms / 1000).sort((a, b) => a - b);
console.log(
  `\nOne draft took ${seconds[seconds.length >> 1]?.toFixed(1)} s (median), ${seconds.at(-1)?.toFixed(1)} s at most.`,
);
process.exitCode = rows.every(isRight) && rows.length > 0 ? 0 : 1;
