import { type AppOptions, createApp, createHeartbeats, createMetrics, createProgress } from '../../src/http/index.ts';

/** The HTTP app alone, on loopback and without keys, while GitHub is away. */
export function bareApp(options: Pick<AppOptions, 'outbox'> & Partial<AppOptions>) {
  return createApp({
    repository: 'owner/sample',
    apiKeys: [],
    nameOf: (repository) => repository,
    ratePerMinute: 0,
    origins: [],
    secrets: [],
    revoked: async () => [],
    loopbackOnly: true,
    progress: createProgress(),
    heartbeats: createHeartbeats(),
    settings: { read: async () => ({}), configured: () => false },
    gaps: async () => {
      throw new Error('GitHub is away');
    },
    known: () => undefined,
    mcpWrites: async () => false,
    brief: async () => '',
    now: () => new Date(),
    metrics: createMetrics('0'),
    ready: { github: async () => true, lanes: () => true },
    health: { mode: 'local', api: '' },
    webhook: async () => {},
    log: (message, details) => {
      throw new Error(`${message} ${JSON.stringify(details)}`);
    },
    ...options,
  });
}
