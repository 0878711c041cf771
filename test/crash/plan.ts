import { chance, pick } from './chance.ts';

/** What a process is about to do when it is struck; see tripwire.ts for how each is recognised. */
export type Moment = 'accept' | 'claim' | 'renew' | 'intend' | 'create' | 'edit' | 'settle' | 'release';
/** `inside`: executed but not committed, or sent but not answered. */
export type Side = 'before' | 'inside' | 'after';
export type Role = 'node' | 'worker';

export interface Point {
  number: number;
  role: Role;
  /** `kill` is SIGKILL; `stop` is SIGSTOP, and the process goes on long after its lease. */
  strike: 'kill' | 'stop';
  /** `clock`: so many milliseconds after the process opened its store, which may be anything from creating tables on. */
  at: { moment: Moment; side: Side; nth: number } | { clock: number };
}

const MOMENTS: Record<Role, readonly Moment[]> = {
  node: ['accept'],
  worker: ['claim', 'renew', 'intend', 'create', 'edit', 'settle', 'release'],
};

/** Point `number` of a run: a function of the seed, so that it can be struck again. */
export function pointOf(seed: string, number: number): Point {
  const next = chance(seed, 'point', number);
  const role = number % 4 === 0 ? 'node' : 'worker';
  const strike = next() < 0.2 ? 'stop' : 'kill';
  if (next() < 0.2) return { number, role, strike, at: { clock: Math.floor(next() * next() * 600) } };
  const moment = pick(MOMENTS[role], next());
  const nth = 1 + Math.floor(next() * next() * (role === 'node' ? 12 : 5));
  return { number, role, strike, at: { moment, side: pick(['before', 'inside', 'after'] as const, next()), nth } };
}

export function describePoint({ number, role, strike, at }: Point): string {
  const when = 'clock' in at ? `${at.clock} ms after it opened its store` : `${at.side} ${at.moment} ${at.nth}`;
  return `point ${number}: ${strike} a ${role} ${when}`;
}
