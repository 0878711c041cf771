export { listen } from './events.ts';
export { connectApp, connectToken, type GitHub } from './github.ts';
export { reconcile } from './reconcile.ts';
export { acceptWebhook } from './webhook.ts';
export { type DraftWork, workDrafts, workEvents } from './work.ts';
