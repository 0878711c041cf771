import { join } from 'node:path';
import { type Outbox, openOutbox } from '../../../src/outbox/index.ts';

/** The outbox that the environment names, as the product reads it, with short times so that a run meets many of them. */
export function outboxFromEnvironment(): Promise<Outbox> {
  const { DATABASE_URL: databaseUrl, PATCHWORK_DATA: data = '', CRASH_LEASE_MS } = process.env;
  return openOutbox(databaseUrl ? { databaseUrl } : { file: join(data, 'outbox.db') }, {
    leaseMs: Number(CRASH_LEASE_MS),
    firstPauseMs: 50,
    longestPauseMs: 1000,
  });
}
