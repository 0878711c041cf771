import { matchesGlob } from 'node:path';
import { ask, byItself, type Decided, FAILURES_THAT_PARK, type Guard, type Level } from './autonomy.ts';

/** Limits of merging without being asked. */
export interface AutoMergeRules {
  /** Globs; a draft is merged only if every file it touches matches one. */
  paths: readonly string[];
  max_files: number;
  max_lines: number;
  /** The model's own estimate, from 0 to 1: above it, not at it. */
  min_confidence: number;
  /** Approving reviews by people with write access. */
  approvals: number;
  /** How long a draft has to stand before it is merged, so that people can object. */
  wait_minutes: number;
  per_day: number;
}

/** What was shown when the draft was verified, as it was recorded then. */
export interface Proof {
  /** The commit that was verified. */
  head: string;
  /** Why it must not be merged by itself, whatever else holds: changes that are not additive, capabilities, weak probes. */
  stops: string[];
  confidence: number;
}

export interface ChangedFile {
  path: string;
  status: 'added' | 'modified' | 'removed' | 'renamed' | 'other';
  lines: number;
  /** `probe`: the checks of this very gap, written by us. */
  kind: 'code' | 'test' | 'text' | 'probe';
}

export interface MergeFacts {
  level: Level;
  rules: AutoMergeRules;
  configured: boolean;
  /** What stops everything in this repository, if anything does. */
  stopped: string | undefined;
  gap: { open: boolean; locked: boolean; parked: boolean; security: boolean; failures: number };
  outcome: 'verified' | 'plausible' | 'unverified' | 'declined' | 'failed' | undefined;
  proof: Proof | undefined;
  pull: {
    state: 'open' | 'closed' | 'merged';
    /** Opened by us, from a branch of ours in this very repository. */
    ours: boolean;
    /** It goes to the default branch. */
    toDefault: boolean;
    head: string;
    /** A person made it a draft again after we had marked it ready. */
    withdrawn: boolean;
    /** Undefined while GitHub works it out. */
    mergeable: boolean | undefined;
    /** Undefined: more than could be read. */
    files: readonly ChangedFile[] | undefined;
  };
  reviews: {
    /** By people with write access, on the very commit. */
    approvals: number;
    changesRequested: boolean;
    /** Somebody was asked for a review and has not given it. */
    requested: boolean;
  };
  checks: {
    /** Checks by others than us that the default branch demands. */
    required: readonly string[];
    /** Of all checks on the commit, required or not. */
    failing: readonly string[];
    pending: readonly string[];
    /** Required ones that are green. */
    green: readonly string[];
  };
  /** Minutes since the draft was verified. */
  age: number;
  /** Merges made by the policy in the last 24 hours. */
  today: number;
  /** Another merge of ours is not finished: merged and not yet probed, or being undone. */
  unfinished: boolean;
}

/** Files that decide how everything else is built, installed or run: never merged unread, whatever the allowed paths say. */
const RISKY =
  /(?:^|\/)(?:package\.json|tsconfig[^/]*\.json|pyproject\.toml|setup\.(?:py|cfg)|requirements[^/]*\.txt|cargo\.toml|build\.rs|go\.(?:mod|work)|makefile|gnumakefile|justfile|dockerfile[^/]*|[^/]*\.dockerfile|(?:docker-)?compose[^/]*\.ya?ml|procfile|[^/]*\.(?:sh|bash|ps1|bat|cmd|gradle|cmake|mk)|[^/]*\.config\.[cm]?[jt]s|conftest\.py|[^/]*\.(?:csproj|sln|props|targets))$/i;

const isAllowed = ({ path, kind }: ChangedFile, { paths }: AutoMergeRules) =>
  kind === 'probe' || (!RISKY.test(path) && paths.some((glob) => matchesGlob(path, glob)));

const outside = ({ pull, rules }: MergeFacts) => (pull.files ?? []).filter((file) => !isAllowed(file, rules));
/** What is written for this gap's own checks is neither counted nor a test of the code. */
const written = ({ pull }: MergeFacts) => (pull.files ?? []).filter(({ kind }) => kind !== 'probe');
const lines = (facts: MergeFacts) => written(facts).reduce((sum, file) => sum + file.lines, 0);
const list = (names: readonly string[]) =>
  `${names
    .slice(0, 5)
    .map((name) => `\`${name.replaceAll('`', '')}\``)
    .join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;

const AUTO_MERGE: readonly Guard<MergeFacts>[] = [
  ...byItself('auto-merge'),
  ['issue_closed', 'stop', (f) => f.gap.open, () => 'The issue is closed.'],
  ['issue_locked', 'stop', (f) => !f.gap.locked, () => 'The issue is locked.'],
  ['parked', 'stop', (f) => !f.gap.parked, () => 'The gap is parked.'],
  ['security', 'stop', (f) => !f.gap.security, () => 'It may be about security: a person decides.'],
  [
    'failures',
    'stop',
    (f) => f.gap.failures < FAILURES_THAT_PARK,
    (f) => `${f.gap.failures} attempts failed: a person decides.`,
  ],
  ['not_verified', 'stop', (f) => f.outcome === 'verified', (f) => `The draft is ${f.outcome ?? 'not finished'}.`],
  ['no_proof', 'stop', (f) => f.proof !== undefined, () => 'It is not recorded what was verified.'],
  ['not_additive', 'stop', (f) => !f.proof?.stops.length, (f) => f.proof?.stops.join(' ') ?? ''],
  [
    'confidence',
    'stop',
    (f) => !f.proof || f.proof.confidence > f.rules.min_confidence,
    (f) => `Its confidence is not above ${percent(f.rules.min_confidence)}.`,
  ],
  ['not_open', 'stop', (f) => f.pull.state === 'open', (f) => `The pull request is ${f.pull.state}.`],
  ['not_ours', 'stop', (f) => f.pull.ours, () => 'The pull request is not one of ours.'],
  ['other_base', 'stop', (f) => f.pull.toDefault, () => 'It does not go to the default branch.'],
  [
    'head_moved',
    'stop',
    (f) => !f.proof || f.pull.head === f.proof.head,
    () => 'Its branch is not at the commit that was verified.',
  ],
  ['withdrawn', 'stop', (f) => !f.pull.withdrawn, () => 'A person made it a draft again.'],
  ['conflicts', 'stop', (f) => f.pull.mergeable !== false, () => 'It conflicts with the default branch.'],
  [
    'mergeable_unknown',
    'wait',
    (f) => f.pull.mergeable !== undefined,
    () => 'GitHub has not said yet whether it merges.',
  ],
  ['no_files', 'stop', (f) => (f.pull.files?.length ?? 0) > 0, () => 'What it changes could not be read whole.'],
  [
    'no_paths',
    'stop',
    (f) => f.rules.paths.length > 0,
    () => 'The file patchwork.yml names no paths that may be merged (`auto_merge.paths`).',
  ],
  [
    'path',
    'stop',
    (f) => outside(f).length === 0,
    (f) => `It touches what is not merged by itself: ${list(outside(f).map(({ path }) => path))}.`,
  ],
  [
    'too_many_files',
    'stop',
    (f) => written(f).length <= f.rules.max_files,
    (f) => `It changes ${written(f).length} files; ${f.rules.max_files} may be.`,
  ],
  [
    'too_many_lines',
    'stop',
    (f) => lines(f) <= f.rules.max_lines,
    (f) => `It changes ${lines(f)} lines; ${f.rules.max_lines} may be.`,
  ],
  [
    'tests_removed',
    'stop',
    (f) => !written(f).some(({ kind, status }) => kind === 'test' && (status === 'removed' || status === 'renamed')),
    () => 'It removes or moves tests.',
  ],
  [
    'tests_unchanged',
    'stop',
    (f) => !written(f).some(({ kind }) => kind === 'code') || written(f).some(({ kind }) => kind === 'test'),
    () => 'It changes code and no test.',
  ],
  [
    'no_required_checks',
    'stop',
    (f) => f.checks.required.length > 0,
    () => 'The default branch demands no check: require one in the branch’s protection or a ruleset.',
  ],
  ['check_failed', 'stop', (f) => f.checks.failing.length === 0, (f) => `Not green: ${list(f.checks.failing)}.`],
  ['check_pending', 'wait', (f) => f.checks.pending.length === 0, (f) => `Still running: ${list(f.checks.pending)}.`],
  ['check_missing', 'wait', (f) => missing(f).length === 0, (f) => `Required and not green yet: ${list(missing(f))}.`],
  ['changes_requested', 'stop', (f) => !f.reviews.changesRequested, () => 'A reviewer asked for changes.'],
  ['review_requested', 'wait', (f) => !f.reviews.requested, () => 'A review was asked for and is not there yet.'],
  [
    'approvals',
    'wait',
    (f) => f.reviews.approvals >= f.rules.approvals,
    (f) => `It has ${f.reviews.approvals} of ${f.rules.approvals} approvals by people with write access.`,
  ],
  [
    'too_young',
    'wait',
    (f) => f.age >= f.rules.wait_minutes,
    (f) => `It stands for ${Math.max(0, Math.floor(f.age))} of ${f.rules.wait_minutes} minutes.`,
  ],
  [
    'per_day',
    'wait',
    (f) => f.today < f.rules.per_day,
    (f) => `${f.today} were merged in the last day; ${f.rules.per_day} may be.`,
  ],
  ['unfinished', 'wait', (f) => !f.unfinished, () => 'Another merge is being looked after.'],
];

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function missing({ checks }: MergeFacts): string[] {
  return checks.required.filter((name) => !checks.green.includes(name));
}

/** Whether a draft is merged without a person doing it. */
export function decideAutoMerge(facts: MergeFacts): Decided {
  return ask(AUTO_MERGE, facts);
}

export interface RevertFacts {
  level: Level;
  configured: boolean;
  stopped: string | undefined;
  pull: {
    state: 'open' | 'closed' | 'merged';
    /** Opened by us, to undo our own merge, and nobody pushed to it since. */
    untouched: boolean;
    mergeable: boolean | undefined;
  };
  changesRequested: boolean;
  checks: MergeFacts['checks'];
}

const AUTO_REVERT: readonly Guard<RevertFacts>[] = [
  ...byItself('auto-merge'),
  ['not_open', 'stop', (f) => f.pull.state === 'open', (f) => `The pull request is ${f.pull.state}.`],
  ['touched', 'stop', (f) => f.pull.untouched, () => 'Somebody worked on it.'],
  ['conflicts', 'stop', (f) => f.pull.mergeable !== false, () => 'It conflicts with the default branch.'],
  [
    'mergeable_unknown',
    'wait',
    (f) => f.pull.mergeable !== undefined,
    () => 'GitHub has not said yet whether it merges.',
  ],
  ['changes_requested', 'stop', (f) => !f.changesRequested, () => 'A reviewer asked for changes.'],
  ['check_failed', 'stop', (f) => f.checks.failing.length === 0, (f) => `Not green: ${list(f.checks.failing)}.`],
  ['check_pending', 'wait', (f) => f.checks.pending.length === 0, (f) => `Still running: ${list(f.checks.pending)}.`],
  [
    'check_missing',
    'wait',
    (f) => f.checks.required.every((name) => f.checks.green.includes(name)),
    (f) => `Required and not green yet: ${list(f.checks.required.filter((name) => !f.checks.green.includes(name)))}.`,
  ],
];

/** Whether what undoes a merge of ours is merged without a person: it only brings back what was there. */
export function decideAutoRevert(facts: RevertFacts): Decided {
  return ask(AUTO_REVERT, facts);
}

const TEST =
  /(?:^|\/)(?:tests?|specs?|__tests__|e2e)\/|(?:^|\/)(?:test_[^/]*|[^/]*(?:_test|[._-]test|[._-]spec))\.[a-z]+$/i;
const TEXT = /\.(?:md|mdx|rst|txt|adoc)$|(?:^|\/)(?:readme|changelog|license)(?:\.[a-z]+)?$/i;

/** What a path most likely holds. */
export function kindOfFile(path: string): 'code' | 'test' | 'text' {
  if (TEXT.test(path)) return 'text';
  return TEST.test(path) ? 'test' : 'code';
}
