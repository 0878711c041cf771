/**
 * The crash harness: `npm run crash [-- options]`; of drafts: `npm run crash -- draft`, see draft.ts.
 *
 * Processes of the intake are killed and stopped at chosen moments, again and again,
 * under agents that report all the time and a GitHub on its worst day; afterwards every confirmed report has to be in exactly one
 * issue, and every gap in one.
 *
 *   --points N        how many points on each engine (default 1000)
 *   --engine NAME     sqlite or postgres (default both)
 *   --seed S          the seed of an earlier run
 *   --point N         only this point of that run, by itself
 *   --power N         simulated power cuts on each engine (default 3, where the machine can; see power.ts)
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { postgresInstalled, startPostgres } from '../support/postgres.ts';
import { isGood } from './check.ts';
import { describePoint, pointOf } from './plan.ts';
import { cutPower, powerCutsPossible } from './power.ts';
import { type Place, playRound, type RoundResult } from './round.ts';

if (process.argv[2] === 'draft') await import('./draft.ts');

const POINTS_A_ROUND = 40;

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '1000' },
    engine: { type: 'string' },
    seed: { type: 'string', default: randomBytes(4).toString('hex') },
    point: { type: 'string' },
    power: { type: 'string', default: '3' },
    lease: { type: 'string', default: '2000' },
  },
});
const { seed } = values;
const leaseMs = Number(values.lease);
const engines = values.engine ? [values.engine] : ['sqlite', ...(postgresInstalled() ? ['postgres'] : [])];
const home = mkdtempSync(join(tmpdir(), 'patchwork-crash-'));
// PostgreSQL runs as another user and lies below it when the power is cut.
chmodSync(home, 0o711);
const postgres = engines.includes('postgres') ? await startPostgres() : undefined;
let failures = 0;

console.log(`seed ${seed}`);
for (const engine of engines) {
  if (values.point !== undefined) await rounds(engine, [[Number(values.point)]]);
  else {
    const numbers = Array.from({ length: Number(values.points) }, (_, n) => n);
    if (numbers.length > 0)
      await rounds(engine, [...Map.groupBy(numbers, (n) => Math.floor(n / POINTS_A_ROUND)).values()]);
    await powerCuts(engine);
  }
}
if (failures === 0) rmSync(home, { recursive: true });
else console.log(`${failures} failed; logs are in ${home}`);
process.exit(failures === 0 ? 0 : 1);

async function rounds(engine: string, all: number[][]): Promise<void> {
  const total = { points: 0, struck: 0, reports: 0, issues: 0, closed: 0, requests: 0, confirmed: 0 };
  const strikes = new Map<string, number>();
  for (const [round, numbers] of all.entries()) {
    const points = numbers.map((number) => pointOf(seed, number));
    const directory = join(home, `${engine}-${numbers[0]}`);
    mkdirSync(directory);
    const name = `${engine}-${numbers[0]}`;
    const place: Place =
      postgres && engine === 'postgres' ? { databaseUrl: await postgres.database() } : { data: directory };
    try {
      const result = await playRound({ seed, name, points, place, directory, leaseMs });
      for (const point of points) {
        const moment = 'moment' in point.at ? point.at.moment : 'clock';
        const kind = result.struck.has(point.number) ? `${point.strike} ${moment}` : 'kill elsewhere';
        strikes.set(kind, (strikes.get(kind) ?? 0) + 1);
      }
      total.points += points.length;
      total.struck += result.struck.size;
      total.reports += result.reports;
      total.issues += result.issues;
      total.closed += result.closed;
      total.confirmed += result.answers.get('201') ?? 0;
      total.requests += [...result.github.values()].reduce((sum, n) => sum + n, 0);
      if (isGood(result) && !result.unsound) rmSync(directory, { recursive: true });
      else fail(engine, points, complaint(result));
    } catch (error) {
      fail(engine, points, String(error));
    }
    if (process.stdout.isTTY) process.stdout.write(`\r${engine}: round ${round + 1} of ${all.length} `);
  }
  const kinds = [...strikes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, n]) => `${kind} ${n}`);
  console.log(
    `${engine}: ${total.points} points (${total.struck} at their moment), ${total.reports} reports confirmed by ${total.confirmed} answers, ` +
      `${total.issues} issues (${total.closed} closed as duplicates of a late holder), ${total.requests} requests to GitHub\n  ${kinds.join(', ')}`,
  );
}

async function powerCuts(engine: string): Promise<void> {
  const cuts = Number(values.power);
  if (cuts === 0) return;
  const impossible = powerCutsPossible();
  if (impossible) return console.log(`${engine}: no power cuts here: ${impossible}`);
  let confirmed = 0;
  for (let cut = 0; cut < cuts; cut++) {
    const directory = join(home, `${engine}-power-${cut}`);
    mkdirSync(directory);
    try {
      const result = await cutPower({ seed, name: `${engine}-power-${cut}`, engine, directory, leaseMs });
      confirmed += result.confirmedBefore;
      if (isGood(result) && !result.unsound) rmSync(directory, { recursive: true });
      else fail(engine, [], `power cut ${cut}: ${complaint(result)}`);
    } catch (error) {
      fail(engine, [], `power cut ${cut}: ${String(error)}`);
    }
  }
  console.log(`${engine}: ${cuts} power cuts, ${confirmed} reports confirmed before them`);
}

function fail(engine: string, points: ReturnType<typeof pointOf>[], text: string): void {
  failures += 1;
  console.log(`\n${engine}: FAILED: ${text}`);
  for (const point of points) console.log(`  ${describePoint(point)}`);
  if (points[0])
    console.log(`  one of them again: npm run crash -- --seed ${seed} --engine ${engine} --point ${points[0].number}`);
}

function complaint({
  missing,
  doubled,
  duplicates,
  unsound,
}: Pick<RoundResult, 'missing' | 'doubled' | 'duplicates' | 'unsound'>): string {
  const some = (what: string, list: string[]) =>
    list.length ? [`${list.length} ${what}: ${list.slice(0, 5).join(', ')}`] : [];
  return [
    ...some('reports missing', missing),
    ...some('reports counted twice', doubled),
    ...some('gaps with two open issues', duplicates),
    ...(unsound ? [`the store is damaged: ${unsound}`] : []),
  ].join('; ');
}
