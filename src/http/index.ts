export { type AppOptions, createApp } from './app.ts';
export { createHeartbeats, type Heartbeats } from './heartbeat.ts';
export { mintKey, readKey, SCOPES, type Scope } from './keys.ts';
export { WEBHOOK_PATH } from './operations.ts';
export { createProgress, type Progress } from './progress.ts';
export { type Route, route } from './route.ts';
export type { Settings } from './settings.ts';
