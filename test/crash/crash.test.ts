import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { postgresInstalled, sharedPostgres } from '../support/postgres.ts';
import { judge } from './check.ts';
import { pointOf } from './plan.ts';
import { playRound } from './round.ts';

const engines = ['SQLite', ...(postgresInstalled() ? ['PostgreSQL'] : [])];

describe.each(engines)('a dozen crashes on %s', (engine) => {
  test('nothing confirmed is missing, nothing is counted twice, no gap has two issues', {
    timeout: 300_000,
  }, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'patchwork-crash-'));
    const result = await playRound({
      seed: 'test',
      name: engine,
      points: Array.from({ length: 12 }, (_, n) => pointOf('test', n)),
      place: engine === 'SQLite' ? { data: directory } : { databaseUrl: await (await sharedPostgres()).database() },
      directory,
      leaseMs: 2000,
    });
    expect(result).toMatchObject({ missing: [], doubled: [], duplicates: [], unsound: undefined });
    expect(result.reports).toBeGreaterThan(50);
    rmSync(directory, { recursive: true });
  });
});

test('a point of a run is the same whenever it is asked for, and another in another run', () => {
  const run = (seed: string) => Array.from({ length: 50 }, (_, n) => pointOf(seed, n));
  expect(run('one')).toEqual(run('one'));
  expect(run('one')).not.toEqual(run('two'));
});

test('the verdict sees what is missing, counted twice, or open twice', () => {
  const sent = (session: string) => ({ repository: 'o/r', need: 'g', session, confirmed: 1 });
  const issue = (state: 'open' | 'closed', ...sessions: string[]) => ({
    state,
    reports: sessions.map((session_id) => ({ what_i_needed: 'g', session_id })),
  });
  const issues = [issue('open', 'a', 'b'), issue('open', 'b'), issue('closed', 'c')];
  expect(judge(['a', 'b', 'c'].map(sent), new Map([['o/r', issues]]))).toEqual({
    ...{ issues: 3, closed: 1, missing: ['c'], doubled: ['b'], duplicates: ['o/r g'] },
  });
  expect(judge([{ ...sent('c'), confirmed: undefined }], new Map())).toMatchObject({ missing: [] });
});
