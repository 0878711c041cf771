export {
  type AutoMergeRules,
  type ChangedFile,
  decideAutoMerge,
  decideAutoRevert,
  kindOfFile,
  type MergeFacts,
  type Proof,
  type RevertFacts,
} from './auto-merge.ts';
export {
  type Asked,
  type AutoDraftFacts,
  type AutoDraftRules,
  agreementOf,
  blockedShareOf,
  type Decided,
  decideAutoDraft,
  FAILURES_THAT_PARK,
  LEVELS,
  type Level,
  mayDraft,
  type Objection,
  reaches,
} from './autonomy.ts';
export { carriedBy } from './carried.ts';
export { type Constraint, type Constraints, readConstraints } from './constraints.ts';
export { type Candidate, type Corpus, createCorpus, type KnownGap } from './corpus.ts';
export { type Decision, decide, type Judge, SHOWN } from './decide.ts';
export { type Impact, impactOf, sessionOf } from './impact.ts';
export { gapKey } from './key.ts';
export { type Arrival, canonicalOf, type IssueState, lifeStep, type Step, type Verdict } from './life.ts';
export { type Noise, noiseOf } from './noise.ts';
export { isPrerelease, versionOfTag } from './release.ts';
export { looksLikeSecurity } from './security.ts';
export { type Assessment, assess, HARMS, type Harm, SEVERITIES, type Severity } from './severity.ts';
export { compareVersions } from './version.ts';
