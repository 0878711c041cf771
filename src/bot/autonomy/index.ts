export { askToTend, listenToTend } from './events.ts';
export { lookAfterMerge } from './merge.ts';
export { type StaleDraft, staleDrafts } from './stale.ts';
export { readStanding, STOP_FILE, type Standing } from './standing.ts';
export { needsTending, type TendWork, tend } from './tend.ts';
