/**
 * The crash harness of drafts: `npm run crash -- draft [options]`. The product is killed at a point of a draft, started again and left
 * alone; the request has to end by itself, in exactly one pull request and one status comment.
 *
 *   --replay     each draft is replayed, so that most points fall while a server under test is installed, built, started or asked
 *   --points N   how many points (default 200)
 *   --seed S     the seed of an earlier run
 *   --point N    only this point of that run
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { draftPoint } from './draft-plan.ts';
import { describeDraftPoint, playDrafts } from './draft-round.ts';

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    points: { type: 'string', default: '200' },
    seed: { type: 'string', default: randomBytes(4).toString('hex') },
    point: { type: 'string' },
    replay: { type: 'boolean', default: false },
  },
});
const { seed, replay } = values;
const numbers =
  values.point === undefined ? Array.from({ length: Number(values.points) }, (_, n) => n) : [Number(values.point)];
console.log(`seed ${seed}`);
const { struck, failures } = await playDrafts(
  numbers.map((number) => draftPoint(seed, number, replay)),
  replay,
);
console.log(`${numbers.length} points, ${struck} struck: ${failures.length} failed`);
for (const { point, why } of failures) {
  console.log(
    `  ${describeDraftPoint(point)}: ${why}\n  again: npm run crash -- draft${replay ? ' --replay' : ''} --seed ${seed} --point ${point.number}`,
  );
}
process.exit(failures.length === 0 ? 0 : 1);
