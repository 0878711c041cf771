export { type Answer, type Answers, renderAnswers, withAnswer } from './answers.ts';
export type { Decisions, Said } from './decisions.ts';
export {
  type DraftCause,
  type DraftRun,
  type DraftStatus,
  type MergeRecord,
  OUTCOMES,
  type Outcome,
  parseDraftStatus,
  renderDraftStatus,
  type Step,
  withStatus,
} from './draft-status.ts';
export { type Drift, driftOf } from './drift.ts';
export { eventOf, eventOfDraft, type GapEvent, type Notify } from './event.ts';
export type { CommentData, Gap, IssueData, Note } from './gap.ts';
export { type GapRecord, gapTitle, parseGapBody } from './gap-body.ts';
export { createGapIndex, type GapIndex, type Gaps } from './gap-index.ts';
export * from './labels.ts';
export { isSealed, type MarkerKeys, parseMarker, renderMarker, sealOf, withoutMarkers } from './marker.ts';
export { parseNote } from './note.ts';
export { codeSpan, inline, quote, titleText } from './quote.ts';
export {
  at,
  type Described,
  describeRepository,
  isOurs,
  openedByUs,
  openRepository,
  type Repository,
  signed,
  WORKFLOW_LOGIN,
} from './repository.ts';
export { isSealedWhole, sealedFields, sealFields, sealWhole, unseal, unsealedGaps, unsealGap } from './seal.ts';
export { renderShipped, type Shipped } from './shipped.ts';
export { parseTwin, renderTwin } from './twin.ts';
export { updateGap } from './update.ts';
export { WELCOME_TITLE, welcome } from './welcome.ts';
export {
  commentsOf,
  createGap,
  ensureLabels,
  foldReports,
  postNote,
  removeReports,
  sayOnce,
  setReviewed,
  writeComment,
} from './write.ts';
