export { type Impact, impactOf } from './impact.ts';
export { gapKey } from './key.ts';
export { type Assessment, assess, SEVERITIES, type Severity } from './severity.ts';
