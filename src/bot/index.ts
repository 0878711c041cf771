export { connectInstallation, connectToken, type GitHub } from './client.ts';
export { tellAnswer } from './console/lane.ts';
export { type ConsoleWork, workConsole } from './console/work.ts';
export { listen } from './events.ts';
export { connectApp } from './github.ts';
export { announceThrough, enableTarget, type Health, readHealth, signingSecret, workNotices } from './notify/index.ts';
export { reconcile } from './reconcile.ts';
export { acceptWebhook } from './webhook.ts';
export { type DraftWork, workDrafts, workEvents } from './work.ts';
