import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  type Asked,
  type AutoDraftFacts,
  agreementOf,
  blockedShareOf,
  type ChangedFile,
  decideAutoDraft,
  decideAutoMerge,
  decideAutoRevert,
  kindOfFile,
  LEVELS,
  type Level,
  type MergeFacts,
  mayDraft,
  type RevertFacts,
} from '../../src/triage/index.ts';
import { reportOf } from './reports.ts';

/** Facts with a few of them changed, at any depth. */
type Change<T> = {
  [K in keyof T]?: NonNullable<T[K]> extends readonly unknown[]
    ? T[K]
    : NonNullable<T[K]> extends object
      ? Change<NonNullable<T[K]>> | Extract<T[K], undefined>
      : T[K];
};

function changed<T extends object>(facts: T, change: Change<T>): T {
  const out = { ...facts } as Record<string, unknown>;
  for (const [key, value] of Object.entries(change)) {
    const isPart = typeof value === 'object' && value !== null && !Array.isArray(value);
    const before = out[key];
    if (!isPart) out[key] = value;
    else if (before !== undefined) out[key] = changed(before as object, value);
  }
  return out as T;
}

const ripe: AutoDraftFacts = {
  level: 'auto-draft',
  rules: { sessions: 3, blocked_share: 0.5, agreement: 0.75, quiet_minutes: 60, per_day: 3, in_flight: 3 },
  configured: true,
  stopped: undefined,
  able: true,
  open: true,
  locked: false,
  parked: false,
  security: false,
  inferred: false,
  noise: false,
  draft: 'none',
  news: true,
  failures: 0,
  sessions: 4,
  blockedShare: 0.8,
  agreement: 1,
  quiet: 90,
  today: 0,
  inFlight: 0,
};

const file = (path: string, lines = 10, more: Partial<ChangedFile> = {}): ChangedFile => ({
  path,
  status: 'modified',
  lines,
  kind: kindOfFile(path),
  ...more,
});
const PROBE: ChangedFile = { path: '.patchwork/probes/12.json', status: 'added', lines: 40, kind: 'probe' };
const FILES = [file('src/costs.ts'), file('test/costs.test.ts'), file('README.md'), PROBE];

const good: MergeFacts = {
  level: 'auto-merge',
  rules: {
    paths: ['src/**', 'test/**', '*.md'],
    max_files: 6,
    max_lines: 200,
    min_confidence: 0.8,
    approvals: 1,
    wait_minutes: 60,
    per_day: 2,
  },
  configured: true,
  stopped: undefined,
  gap: { open: true, locked: false, parked: false, security: false, failures: 0 },
  outcome: 'verified',
  proof: { head: 'c0ffee', stops: [], confidence: 0.9 },
  pull: {
    state: 'open',
    ours: true,
    toDefault: true,
    head: 'c0ffee',
    withdrawn: false,
    mergeable: true,
    files: FILES,
  },
  reviews: { approvals: 1, changesRequested: false, requested: false },
  checks: { required: ['ci'], failing: [], pending: [], green: ['ci'] },
  age: 90,
  today: 0,
  unfinished: false,
};

const undo: RevertFacts = {
  level: 'auto-merge',
  configured: true,
  stopped: undefined,
  pull: { state: 'open', untouched: true, mergeable: true },
  changesRequested: false,
  checks: { required: ['ci'], failing: [], pending: [], green: ['ci'] },
};

describe('whether a request yields a draft', () => {
  const ROWS: [Level, Asked, string[]][] = [
    ['suggest', 'word', []],
    ['suggest', 'mark', ['level_suggest']],
    ['suggest', 'policy', ['level_suggest', 'level_off']],
    ['draft', 'word', []],
    ['draft', 'mark', []],
    ['draft', 'policy', ['level_off']],
    ['auto-draft', 'mark', []],
    ['auto-draft', 'policy', []],
    ['auto-merge', 'mark', []],
    ['auto-merge', 'policy', []],
  ];
  test.each(ROWS)('at level %s, asked by a %s', (level, asked, codes) => {
    const { yes, objections } = mayDraft(level, asked);
    expect([yes, objections.map(({ code }) => code)]).toEqual([codes.length === 0, codes]);
  });
});

describe('drafting without being asked', () => {
  const ROWS: [string, Change<AutoDraftFacts>, string | undefined][] = [
    ['a gap that many met, that blocks, and that is clear', {}, undefined],
    ['at level auto-merge too', { level: 'auto-merge' }, undefined],
    [
      'exactly at every limit',
      { sessions: 3, blockedShare: 0.5, agreement: 0.75, quiet: 60, today: 2, inFlight: 2 },
      undefined,
    ],
    ['after one failure, with news', { draft: 'failed', failures: 1 }, undefined],
    ['at level suggest', { level: 'suggest' }, 'level_off'],
    ['at level draft', { level: 'draft' }, 'level_off'],
    ['with a configuration that is not valid', { configured: false }, 'config_invalid'],
    ['while everything is stopped', { stopped: 'the file is there' }, 'stopped'],
    ['without a model', { able: false }, 'no_model'],
    ['on a closed issue', { open: false }, 'issue_closed'],
    ['on a locked issue', { locked: true }, 'issue_locked'],
    ['on a parked gap', { parked: true }, 'parked'],
    ['on what may be about security', { security: true }, 'security'],
    ['on what nobody asked for', { inferred: true }, 'inferred'],
    ['on an outage', { noise: true }, 'noise'],
    ['when a draft was asked for already', { draft: 'asked' }, 'drafted'],
    ['while a draft is written', { draft: 'running' }, 'drafted'],
    ['after a draft was declined', { draft: 'declined' }, 'drafted'],
    ['while a draft waits for a person', { draft: 'open' }, 'drafted'],
    ['after its draft was merged', { draft: 'merged' }, 'drafted'],
    ['after a person closed its draft', { draft: 'closed' }, 'drafted'],
    ['after two failures', { draft: 'failed', failures: 2 }, 'failures'],
    ['after a failure without news', { draft: 'failed', failures: 1, news: false }, 'no_news'],
    ['with too few sessions', { sessions: 2 }, 'few_sessions'],
    ['with too few that were blocked', { blockedShare: 0.49 }, 'not_blocking'],
    ['where sessions ask for different things', { agreement: 0.7 }, 'no_agreement'],
    ['while reports keep coming', { quiet: 59 }, 'not_quiet'],
    ['when enough began today', { today: 3 }, 'per_day'],
    ['when nothing may begin by itself', { rules: { per_day: 0 } }, 'per_day'],
    ['when enough are in flight', { inFlight: 3 }, 'in_flight'],
    ['with a number that is none', { sessions: Number.NaN }, 'few_sessions'],
  ];
  test.each(ROWS)('%s', (_name, change, code) => {
    const { yes, objections } = decideAutoDraft(changed(ripe, change));
    expect([yes, objections.map((one) => one.code)]).toEqual(code ? [false, [code]] : [true, []]);
    for (const { why } of objections) expect(why).toMatch(/^[A-Z\d].*\.$/);
  });
});

const MERGE_ROWS: [string, Change<MergeFacts>, string | undefined][] = [
  ['a verified, additive, small, tested, approved draft', {}, undefined],
  [
    'exactly at the limits of size, age and number',
    {
      rules: { max_files: 3, max_lines: 30 },
      age: 60,
      today: 1,
    },
    undefined,
  ],
  ['text only, without a test', { pull: { files: [file('README.md'), PROBE] } }, undefined],
  [
    'a new test file',
    { pull: { files: [file('src/a.ts'), file('test/a.test.ts', 5, { status: 'added' })] } },
    undefined,
  ],
  ['without approvals where none are asked for', { rules: { approvals: 0 }, reviews: { approvals: 0 } }, undefined],
  ['at level suggest', { level: 'suggest' }, 'level_off'],
  ['at level draft', { level: 'draft' }, 'level_off'],
  ['at level auto-draft', { level: 'auto-draft' }, 'level_off'],
  ['with a configuration that is not valid', { configured: false }, 'config_invalid'],
  ['while everything is stopped', { stopped: 'an issue carries the label' }, 'stopped'],
  ['when the gap was closed', { gap: { open: false } }, 'issue_closed'],
  ['when the gap was locked', { gap: { locked: true } }, 'issue_locked'],
  ['when the gap was parked', { gap: { parked: true } }, 'parked'],
  ['what may be about security', { gap: { security: true } }, 'security'],
  ['after two failures', { gap: { failures: 2 } }, 'failures'],
  ['an unverified draft', { outcome: 'unverified' }, 'not_verified'],
  ['a plausible draft', { outcome: 'plausible' }, 'not_verified'],
  ['a draft that is still being written', { outcome: undefined }, 'not_verified'],
  ['a draft without a record of what was verified', { proof: undefined }, 'no_proof'],
  ['a breaking change', { proof: { stops: ['Tool `a` was removed.'] } }, 'not_additive'],
  ['a change of what a tool may do', { proof: { stops: ['`a` says no more that it only reads.'] } }, 'not_additive'],
  ['confidence exactly at the floor', { proof: { confidence: 0.8 } }, 'confidence'],
  ['confidence below the floor', { proof: { confidence: 0.5 } }, 'confidence'],
  ['a pull request that was closed', { pull: { state: 'closed' } }, 'not_open'],
  ['a pull request that was merged', { pull: { state: 'merged' } }, 'not_open'],
  ['somebody else’s pull request', { pull: { ours: false } }, 'not_ours'],
  ['a pull request for another branch', { pull: { toDefault: false } }, 'other_base'],
  ['a branch with a further commit', { pull: { head: 'beef' } }, 'head_moved'],
  ['a draft that a person took back', { pull: { withdrawn: true } }, 'withdrawn'],
  ['a conflict', { pull: { mergeable: false } }, 'conflicts'],
  ['before GitHub knows whether it merges', { pull: { mergeable: undefined } }, 'mergeable_unknown'],
  ['a file outside the allowed paths', { pull: { files: [...FILES, file('infra/main.tf')] } }, 'path'],
  ['a manifest within the allowed paths', { pull: { files: [...FILES, file('src/package.json')] } }, 'path'],
  ['a script within the allowed paths', { pull: { files: [...FILES, file('src/run.sh')] } }, 'path'],
  ['a configuration that is code', { pull: { files: [...FILES, file('src/vite.config.ts')] } }, 'path'],
  ['the checks of another gap', { pull: { files: [...FILES, file('.patchwork/probes/3.json')] } }, 'path'],
  ['one file too many', { rules: { max_files: 2 } }, 'too_many_files'],
  ['one line too many', { rules: { max_lines: 29 } }, 'too_many_lines'],
  [
    'a test that is gone',
    { pull: { files: [file('src/a.ts'), file('test/a.test.ts'), file('test/b.test.ts', 9, { status: 'removed' })] } },
    'tests_removed',
  ],
  [
    'a test that is somewhere else',
    { pull: { files: [file('src/a.ts'), file('test/b.test.ts', 0, { status: 'renamed' })] } },
    'tests_removed',
  ],
  ['code without a test', { pull: { files: [file('src/a.ts'), PROBE] } }, 'tests_unchanged'],
  ['no required check', { checks: { required: [], green: [] } }, 'no_required_checks'],
  ['a failed check that nobody requires', { checks: { failing: ['lint'] } }, 'check_failed'],
  ['a check that still runs', { checks: { pending: ['slow'] } }, 'check_pending'],
  ['a required check that is not there yet', { checks: { green: [] } }, 'check_missing'],
  ['a reviewer who asked for changes', { reviews: { changesRequested: true } }, 'changes_requested'],
  ['a review that was asked for', { reviews: { requested: true } }, 'review_requested'],
  ['too few approvals', { reviews: { approvals: 0 } }, 'approvals'],
  ['a draft that is too young', { age: 59 }, 'too_young'],
  ['enough merged today', { today: 2 }, 'per_day'],
  ['another merge that is not finished', { unfinished: true }, 'unfinished'],
  ['a number that is none', { age: Number.NaN }, 'too_young'],
];

describe('merging without being asked', () => {
  test.each(MERGE_ROWS)('%s', (_name, change, code) => {
    const { yes, objections } = decideAutoMerge(changed(good, change));
    expect([yes, objections.map((one) => one.code)]).toEqual(code ? [false, [code]] : [true, []]);
    for (const { why } of objections) expect(why).toMatch(/^[A-Z\d`].*\.$/s);
  });

  it('says all that speaks against it where paths and files are unknown', () => {
    const codes = (change: Change<MergeFacts>) =>
      decideAutoMerge(changed(good, change)).objections.map(({ code }) => code);
    expect(codes({ rules: { paths: [] } })).toEqual(['no_paths', 'path']);
    expect(codes({ pull: { files: undefined } })).toEqual(['no_files']);
    expect(codes({ pull: { files: [] } })).toEqual(['no_files']);
  });

  it('knows what a path most likely holds', () => {
    const kinds = [
      'test/a.ts',
      'src/a.test.ts',
      'pkg/a_test.go',
      'tests/test_a.py',
      'docs/a.md',
      'src/test.ts',
      'src/contest.ts',
    ];
    expect(kinds.map(kindOfFile)).toEqual(['test', 'test', 'test', 'test', 'text', 'code', 'code']);
  });

  const situation: fc.Arbitrary<MergeFacts> = fc.record({
    level: fc.constantFrom(...LEVELS),
    rules: fc.record({
      paths: fc.constantFrom<readonly string[]>([], ['src/**', 'test/**'], ['**']),
      max_files: fc.integer({ min: 1, max: 5 }),
      max_lines: fc.integer({ min: 1, max: 60 }),
      min_confidence: fc.constantFrom(0, 0.5, 0.8, 1),
      approvals: fc.integer({ min: 0, max: 2 }),
      wait_minutes: fc.integer({ min: 0, max: 90 }),
      per_day: fc.integer({ min: 0, max: 3 }),
    }),
    configured: fc.boolean(),
    stopped: fc.option(fc.constant('the file is there'), { nil: undefined }),
    gap: fc.record({
      open: fc.boolean(),
      locked: fc.boolean(),
      parked: fc.boolean(),
      security: fc.boolean(),
      failures: fc.integer({ min: 0, max: 3 }),
    }),
    outcome: fc.constantFrom('verified', 'plausible', 'unverified', 'declined', 'failed', undefined),
    proof: fc.option(
      fc.record({
        head: fc.constantFrom('c0ffee', 'beef'),
        stops: fc.constantFrom<string[]>([], ['Tool `a` was removed.']),
        confidence: fc.constantFrom(0, 0.5, 0.8, 0.9, 1),
      }),
      { nil: undefined },
    ),
    pull: fc.record({
      state: fc.constantFrom('open', 'closed', 'merged'),
      ours: fc.boolean(),
      toDefault: fc.boolean(),
      head: fc.constantFrom('c0ffee', 'beef'),
      withdrawn: fc.boolean(),
      mergeable: fc.constantFrom(true, false, undefined),
      files: fc.option(
        fc.uniqueArray(
          fc
            .record({
              path: fc.constantFrom(
                'src/a.ts',
                'src/b.ts',
                'test/a.test.ts',
                'package.json',
                'README.md',
                '.env',
                'src/x.sh',
              ),
              status: fc.constantFrom('added', 'modified', 'removed', 'renamed'),
              lines: fc.integer({ min: 0, max: 50 }),
            })
            .map((one) => ({ ...one, kind: kindOfFile(one.path) }) as ChangedFile),
          { selector: ({ path }) => path, maxLength: 6 },
        ),
        { nil: undefined },
      ),
    }),
    reviews: fc.record({
      approvals: fc.integer({ min: 0, max: 3 }),
      changesRequested: fc.boolean(),
      requested: fc.boolean(),
    }),
    checks: fc.record({
      required: fc.subarray(['ci', 'lint']),
      failing: fc.subarray(['ci', 'lint', 'extra']),
      pending: fc.subarray(['ci', 'slow']),
      green: fc.subarray(['ci', 'lint', 'extra']),
    }),
    age: fc.integer({ min: 0, max: 120 }),
    today: fc.integer({ min: 0, max: 4 }),
    unfinished: fc.boolean(),
  });
  /** The one good situation with some of its parts replaced: far from it, nothing is ever close to merging. */
  const near = fc
    .tuple(situation, fc.subarray(Object.keys(good) as (keyof MergeFacts)[], { maxLength: 3 }))
    .map(
      ([other, parts]) => ({ ...good, ...Object.fromEntries(parts.map((part) => [part, other[part]])) }) as MergeFacts,
    );

  /** The rules once more, in other words: the table of guards must not be able to vouch for itself. */
  function isSafe({ rules, gap, proof, pull, reviews, checks, ...rest }: MergeFacts): boolean {
    if (rest.level !== 'auto-merge' || !rest.configured || rest.stopped !== undefined || rest.unfinished) return false;
    if (!gap.open || gap.locked || gap.parked || gap.security || gap.failures > 1) return false;
    if (rest.outcome !== 'verified' || !proof || proof.stops.length || proof.confidence <= rules.min_confidence)
      return false;
    if (pull.state !== 'open' || !pull.ours || !pull.toDefault || pull.withdrawn || pull.head !== proof.head)
      return false;
    if (pull.mergeable !== true || !pull.files?.length || !rules.paths.length) return false;
    const everywhere = rules.paths.includes('**');
    for (const { path, kind } of pull.files) {
      if (kind === 'probe') continue;
      if (path === 'package.json' || path.endsWith('.sh') || path.startsWith('.')) return false;
      if (!everywhere && !path.startsWith('src/') && !path.startsWith('test/')) {
        if (!(rules === good.rules && path.endsWith('.md'))) return false;
      }
    }
    const own = pull.files.filter(({ kind }) => kind !== 'probe');
    if (own.length > rules.max_files || own.reduce((sum, { lines }) => sum + lines, 0) > rules.max_lines) return false;
    const tests = own.filter(({ kind }) => kind === 'test');
    if (tests.some(({ status }) => status === 'removed' || status === 'renamed')) return false;
    if (own.some(({ kind }) => kind === 'code') && !tests.length) return false;
    if (!checks.required.length || checks.failing.length || checks.pending.length) return false;
    if (checks.required.some((name) => !checks.green.includes(name))) return false;
    if (reviews.changesRequested || reviews.requested || reviews.approvals < rules.approvals) return false;
    return rest.age >= rules.wait_minutes && rest.today < rules.per_day;
  }

  it('merges no situation in which a guard fails, and every one in which none does', () => {
    let merged = 0;
    fc.assert(
      fc.property(fc.oneof(situation, near, near, near), (facts) => {
        const { yes, objections } = decideAutoMerge(facts);
        merged += Number(yes);
        expect(yes).toBe(isSafe(facts));
        expect(yes).toBe(objections.length === 0);
      }),
      { numRuns: 20_000 },
    );
    expect(merged).toBeGreaterThan(500);
  });

  it('is never merged with any one guard failing, whatever else is the case', () => {
    const failing = MERGE_ROWS.filter(([, , code]) => code !== undefined);
    fc.assert(
      fc.property(fc.constantFrom(...failing), fc.subarray(failing, { maxLength: 5 }), (one, others) => {
        const facts = [...others, one].reduce((sum, [, change]) => changed(sum, change), good);
        expect(decideAutoMerge(facts).yes).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('undoing a merge without being asked', () => {
  const ROWS: [string, Change<RevertFacts>, string | undefined][] = [
    ['what only brings back what was there', {}, undefined],
    ['where no check is required any more', { checks: { required: [] } }, undefined],
    ['at a lower level', { level: 'draft' }, 'level_off'],
    ['with a configuration that is not valid', { configured: false }, 'config_invalid'],
    ['while everything is stopped', { stopped: 'the file is there' }, 'stopped'],
    ['when somebody closed it', { pull: { state: 'closed' } }, 'not_open'],
    ['when somebody worked on it', { pull: { untouched: false } }, 'touched'],
    ['with a conflict', { pull: { mergeable: false } }, 'conflicts'],
    ['before GitHub knows whether it merges', { pull: { mergeable: undefined } }, 'mergeable_unknown'],
    ['when a reviewer asked for changes', { changesRequested: true }, 'changes_requested'],
    ['with a failed check', { checks: { failing: ['ci'] } }, 'check_failed'],
    ['with a check that runs', { checks: { pending: ['ci'] } }, 'check_pending'],
    ['before the required check is there', { checks: { green: [] } }, 'check_missing'],
  ];
  test.each(ROWS)('%s', (_name, change, code) => {
    const { yes, objections } = decideAutoRevert(changed(undo, change));
    expect([yes, objections.map((one) => one.code)]).toEqual(code ? [false, [code]] : [true, []]);
  });
});

describe('how clear a gap is', () => {
  const need = (what_i_needed: string, session_id: string, suggestion = '', more = {}) =>
    reportOf({ what_i_needed, session_id, suggestion, ...more });
  const dates = (n: number) =>
    need(`Issues of the last ${n} days: list_issues has no date range.`, `d${n}`, 'created_after on list_issues');

  it('is wholly clear when all ask for the same', () => {
    expect(agreementOf([dates(7), dates(30), dates(90)])).toBe(1);
    expect(agreementOf([dates(7)])).toBe(1);
    expect(agreementOf([])).toBe(0);
  });

  it('is less clear the more ask for something else, and one loud session counts once', () => {
    const page = need('list_issues stops at 100, there is no cursor.', 'p', 'cursor on list_issues');
    expect(agreementOf([dates(7), dates(30), dates(90), page])).toBe(0.75);
    expect(agreementOf([dates(7), page, page, page])).toBe(0.5);
  });

  it('counts what was blocked among those who said how they fared', () => {
    const fared = (resolution: 'blocked' | 'partial' | '') => need('A date range.', resolution, '', { resolution });
    expect(blockedShareOf([fared('blocked'), fared('partial'), fared('')])).toBe(0.5);
    expect(blockedShareOf([fared('')])).toBe(0);
  });
});
