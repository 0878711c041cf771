export { type AppOptions, createApp, WEBHOOK_PATH } from './app.ts';
export { mintKey, readKey, SCOPES, type Scope } from './keys.ts';
export { createProgress, type Progress } from './progress.ts';
