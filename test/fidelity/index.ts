export { type Fidelity, loadFidelity } from './fidelity.ts';
export { expectNoFindings, type Watch, watchGitHub } from './watch.ts';
