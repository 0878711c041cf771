import type { Report } from '../report/index.ts';
import { speaksAgainst } from './likeness.ts';
import { type Profile, profileOf } from './profile.ts';

/** How much happens without a person (DESIGN 5.5); each level includes the ones before. */
export const LEVELS = ['suggest', 'draft', 'auto-draft', 'auto-merge'] as const;
export type Level = (typeof LEVELS)[number];

/** Why something is not done. `wait`: it may come about by itself; `stop`: not unless a person changes something. */
export interface Objection {
  /** A stable word. */
  code: string;
  kind: 'stop' | 'wait';
  /** One sentence for people. */
  why: string;
}

/** Yes only when nothing speaks against it; otherwise all that does, in the order of the guards. */
export interface Decided {
  yes: boolean;
  objections: Objection[];
}

/** One condition of a policy: what has to hold, and what is said when it does not. */
export type Guard<Facts> = [
  code: string,
  kind: Objection['kind'],
  holds: (facts: Facts) => boolean,
  why: (facts: Facts) => string,
];

/** Asks every guard: a policy is a table, and each row can say no. */
export function ask<Facts>(guards: readonly Guard<Facts>[], facts: Facts): Decided {
  const objections = guards.flatMap(([code, kind, holds, why]) =>
    holds(facts) ? [] : [{ code, kind, why: why(facts) }],
  );
  return { yes: objections.length === 0, objections };
}

export function reaches(level: Level, wanted: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(wanted);
}

/** What asked for a draft: a person's explicit word, a mark (label, check box), or the policy itself. */
export type Asked = 'word' | 'mark' | 'policy';

/** Whether a request yields a draft at this level, or only the brief: at `suggest`, nothing but an explicit word drafts. */
export function mayDraft(level: Level, asked: Asked): Decided {
  return ask<{ level: Level; asked: Asked }>(
    [
      [
        'level_suggest',
        'stop',
        (facts) => facts.asked === 'word' || reaches(facts.level, 'draft'),
        () => 'The level of this repository is `suggest`: a label yields the brief, and `/patchwork draft` a draft.',
      ],
      [
        'level_off',
        'stop',
        (facts) => facts.asked !== 'policy' || reaches(facts.level, 'auto-draft'),
        () => 'The level of this repository does not draft by itself.',
      ],
    ],
    { level, asked },
  );
}

/** After so many attempts that failed, or merges that had to be undone, a gap waits for a person. */
export const FAILURES_THAT_PARK = 2;

/** Limits of drafting without being asked; shares are from 0 to 1. */
export interface AutoDraftRules {
  sessions: number;
  blocked_share: number;
  agreement: number;
  quiet_minutes: number;
  per_day: number;
  in_flight: number;
}

export interface AutoDraftFacts {
  level: Level;
  rules: AutoDraftRules;
  /** The repository's configuration could be read and is valid. */
  configured: boolean;
  /** What stops everything in this repository, if anything does. */
  stopped: string | undefined;
  /** Drafts are written here at all: there is a model. */
  able: boolean;
  open: boolean;
  locked: boolean;
  parked: boolean;
  /** It reads like something that must not be talked about in public. */
  security: boolean;
  /** All of its reports were counted from failed calls; nobody asked for anything. */
  inferred: boolean;
  /** Plainly no gap: an outage, a mistake. */
  noise: boolean;
  draft: 'none' | 'asked' | 'running' | 'declined' | 'failed' | 'open' | 'merged' | 'closed';
  /** Something was reported after the last attempt. */
  news: boolean;
  failures: number;
  sessions: number;
  blockedShare: number;
  agreement: number;
  /** Minutes since the last report. */
  quiet: number;
  /** Drafts begun without being asked in the last 24 hours, in the whole repository. */
  today: number;
  /** Drafts that run or wait for a person, in the whole repository. */
  inFlight: number;
}

/** What every policy asks first that acts without being asked. */
export function byItself(
  wanted: Level,
): readonly Guard<{ level: Level; configured: boolean; stopped: string | undefined }>[] {
  return [
    ['level_off', 'stop', (f) => reaches(f.level, wanted), (f) => `The level is \`${f.level}\`.`],
    [
      'config_invalid',
      'stop',
      (f) => f.configured,
      () => 'The file patchwork.yml is not valid, so nothing happens by itself.',
    ],
    ['stopped', 'stop', (f) => !f.stopped, (f) => `Everything is stopped here: ${f.stopped}.`],
  ];
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
const counted = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

const AUTO_DRAFT: readonly Guard<AutoDraftFacts>[] = [
  ...byItself('auto-draft'),
  ['no_model', 'stop', (f) => f.able, () => 'No model is configured where this runs.'],
  ['issue_closed', 'stop', (f) => f.open, () => 'The issue is closed.'],
  ['issue_locked', 'stop', (f) => !f.locked, () => 'The issue is locked.'],
  ['parked', 'stop', (f) => !f.parked, () => 'The gap is parked.'],
  ['security', 'stop', (f) => !f.security, () => 'It may be about security: a person decides.'],
  ['inferred', 'stop', (f) => !f.inferred, () => 'It was counted from failed calls only: nobody asked for it.'],
  ['noise', 'stop', (f) => !f.noise, () => 'It does not read like a gap.'],
  [
    'drafted',
    'stop',
    (f) => f.draft === 'none' || f.draft === 'failed',
    (f) => DRAFTED[f.draft] ?? 'A draft was asked for.',
  ],
  [
    'failures',
    'stop',
    (f) => f.failures < FAILURES_THAT_PARK,
    (f) => `${counted(f.failures, 'attempt')} failed: a person looks first.`,
  ],
  [
    'no_news',
    'wait',
    (f) => f.draft !== 'failed' || f.news,
    () => 'The last attempt failed, and nothing was reported since.',
  ],
  [
    'few_sessions',
    'wait',
    (f) => f.sessions >= f.rules.sessions,
    (f) => `${counted(f.sessions, 'distinct session')} met it; ${f.rules.sessions} are needed.`,
  ],
  [
    'not_blocking',
    'wait',
    (f) => f.blockedShare >= f.rules.blocked_share,
    (f) => `${percent(f.blockedShare)} of its reports were blocked; ${percent(f.rules.blocked_share)} are needed.`,
  ],
  [
    'no_agreement',
    'wait',
    (f) => f.agreement >= f.rules.agreement,
    (f) => `${percent(f.agreement)} of its sessions ask for the same change; ${percent(f.rules.agreement)} are needed.`,
  ],
  [
    'not_quiet',
    'wait',
    (f) => f.quiet >= f.rules.quiet_minutes,
    (f) => `The last report is ${counted(Math.floor(f.quiet), 'minute')} old; ${f.rules.quiet_minutes} are needed.`,
  ],
  [
    'per_day',
    'wait',
    (f) => f.today < f.rules.per_day,
    (f) => `${counted(f.today, 'draft')} began by themselves in the last day; ${f.rules.per_day} may.`,
  ],
  [
    'in_flight',
    'wait',
    (f) => f.inFlight < f.rules.in_flight,
    (f) => `${counted(f.inFlight, 'draft')} run or wait for a person; ${f.rules.in_flight} may.`,
  ],
];

const DRAFTED: Partial<Record<AutoDraftFacts['draft'], string>> = {
  running: 'A draft is being written.',
  declined: 'The last attempt ended without a draft: a note and the label lead to another.',
  open: 'A draft waits for a person.',
  merged: 'A draft of it was merged.',
  closed: 'A person closed its draft.',
};

/** Whether a gap gets a draft without being asked for. */
export function decideAutoDraft(facts: AutoDraftFacts): Decided {
  return ask(AUTO_DRAFT, facts);
}

/** So many sessions are compared with each other at most. */
const COMPARED = 30;

/**
 * Which share of the sessions that reported a gap ask for one and the same change, from 0 to 1: how many of them nothing speaks
 * against (another tool, another kind of change) next to the report that most agree with. The newest report of a session counts.
 */
export function agreementOf(reports: Report[]): number {
  const bySession = new Map(reports.map((report) => [report.session_id || `client ${report.client_type}`, report]));
  const profiles: Profile[] = [...bySession.values()].slice(-COMPARED).map(profileOf);
  const shares = profiles.map(
    (one) => profiles.filter((other) => speaksAgainst(one, other) === undefined).length / profiles.length,
  );
  return Math.max(0, ...shares);
}

/** The share of a gap's reports that were blocked, of those that say how they fared. */
export function blockedShareOf(reports: Report[]): number {
  const said = reports.filter(({ resolution }) => resolution !== '');
  return said.length ? said.filter(({ resolution }) => resolution === 'blocked').length / said.length : 0;
}
