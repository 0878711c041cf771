export { type DraftAnswer, draftAnswer } from './answer.ts';
export { BRANCH_PREFIX, parseBranch, renderBranch } from './branch.ts';
export { renderBrief } from './brief.ts';
export { mayWrite } from './freeze.ts';
export { type Look, lookAt } from './look.ts';
export { type DraftOptions, draftGap, type Kept } from './pipeline.ts';
export { renderPrompt } from './prompt.ts';
export type { Ground } from './replay.ts';
export type { DraftRequest } from './request.ts';
