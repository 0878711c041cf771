export { type DraftAnswer, draftAnswer } from './answer.ts';
export { BRANCH_PREFIX, parseBranch, renderBranch } from './branch.ts';
export { renderBrief } from './brief.ts';
export { briefOf } from './brief-of.ts';
export {
  DISPATCH_TYPE,
  type Dispatch,
  parseDispatch,
  parseLookDispatch,
  renderDispatch,
  renderLookDispatch,
} from './dispatch.ts';
export { mayWrite } from './freeze.ts';
export { endInterrupted } from './interrupted.ts';
export { type Look, lookAt } from './look.ts';
export { type DraftOptions, draftGap, type Kept } from './pipeline.ts';
export { renderPrompt } from './prompt.ts';
export type { Ground, NoProof } from './replay.ts';
export type { DraftRequest } from './request.ts';
