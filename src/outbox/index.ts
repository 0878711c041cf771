export type { Accepted } from './accept.ts';
export type { Grant } from './budget.ts';
export type { Entry, NewEntry } from './entry.ts';
export { type Intent, type Lease, LeaseLost } from './lease.ts';
export { type Outbox, openOutbox, type Stats, type Tuning } from './outbox.ts';
