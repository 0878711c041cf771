export { type CleanText, cleanLine, cleanText, clipText, type TextLimit } from './clean.ts';
export { PatchworkError, reasonOf } from './error.ts';
export { newId } from './id.ts';
export { contentDigest } from './identity.ts';
export { redact, redactReport, secretsIn, withoutSecrets } from './redact.ts';
export { GAP_TYPES, type GapType, RESOLUTIONS, type Report, type Resolution } from './report.ts';
export { type ReadReport, readReport, reportBody } from './wire.ts';
