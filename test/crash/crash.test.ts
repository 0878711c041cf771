import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { postgresInstalled, sharedPostgres } from '../support/postgres.ts';
import { judge } from './check.ts';
import { pointOf } from './plan.ts';
import { playRound } from './round.ts';
import { parseIssue, renderIssue } from './standin/issue.ts';

const standIn = (role: string) => `${process.execPath} ${new URL(`standin/${role}.ts`, import.meta.url).pathname}`;
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
      commands: { node: standIn('node'), worker: standIn('worker') },
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
  const report = (session: string) => ({ server: 's', gap: 'g', session, confirmed: 1 });
  const issue = (number: number, gap: string, ...sessions: string[]) => ({
    ...{ number, title: gap, state: 'open' as const },
    body: renderIssue({ gap, sessions: new Set(sessions) }),
  });
  const issues = [issue(1, 'g', 'a', 'b'), issue(2, 'g', 'b'), { ...issue(3, 'g', 'c'), state: 'closed' as const }];
  expect(judge(['a', 'b', 'c'].map(report), new Map([['acme/s', issues]]))).toEqual({
    ...{ issues: 3, closed: 1, missing: ['c'], doubled: ['b'], duplicates: ['acme/s g'] },
  });
  expect(judge([{ ...report('c'), confirmed: undefined }], new Map())).toMatchObject({ missing: [] });
});

test('what the stand-in writes into an issue is what it reads from it', () => {
  const issue = { gap: 'a "gap" -->\nof two lines', sessions: new Set(['a', 'b']) };
  expect(parseIssue(renderIssue(issue))).toEqual(issue);
});
