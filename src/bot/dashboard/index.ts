export type { DashboardRecord } from './body.ts';
export { type Box, nameOf } from './box.ts';
export { deadLetters } from './dead.ts';
export { readEdit } from './event.ts';
export { type DashboardDoor, lookAtDashboard, type Occasion } from './look.ts';
export { type Heard, type Overview, overviewOf } from './overview.ts';
export { type Watch, watchChanges } from './watch.ts';
