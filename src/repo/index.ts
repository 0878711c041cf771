export { type ApplyLimits, applyEdits, type Change, type Edit } from './apply.ts';
export { readCheckout } from './checkout.ts';
export { type PathRefusal, refusePath } from './paths.ts';
export { type Commit, commitChanges, openPull, type Pull, publishAtOnce } from './publish.ts';
export { isTest } from './select/code/language.ts';
export { type CodeFile, type GapText, type Selection, selectContext, toolMap } from './select/index.ts';
export { readSnapshot, type Snapshot, type TreeFile } from './snapshot.ts';
