import { chance } from './chance.ts';

/** Where a draft's process dies: at one of its requests to GitHub, before it, after it, or some time later. */
export interface DraftPoint {
  number: number;
  /** From 1, counted from the label on. */
  request: number;
  moment: 'before' | 'after' | 'later';
  delayMs: number;
}

/** What a draft makes, its last word included. */
const REQUESTS = 9;
/** The last of them before the server under test is started. */
const BEFORE_REPLAY = 6;

/** What installing, starting and asking a server twice takes, on a machine that is busy. */
const REPLAY_MS = 6000;

export function draftPoint(seed: string, number: number, isReplayed: boolean): DraftPoint {
  const next = chance(seed, `draft ${number}`);
  if (isReplayed) return { number, request: BEFORE_REPLAY, moment: 'later', delayMs: Math.round(next() * REPLAY_MS) };
  const request = 1 + Math.floor(next() * REQUESTS);
  const moment = (['before', 'after', 'later'] as const)[Math.floor(next() * 3)] ?? 'before';
  return { number, request, moment, delayMs: Math.round(next() * 120) };
}
