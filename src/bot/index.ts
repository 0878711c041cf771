export { type Obstacle, obstaclesOf, readAccess } from './access.ts';
export {
  askToTend,
  listenToTend,
  needsTending,
  type StaleDraft,
  staleDrafts,
  type TendWork,
  tend,
} from './autonomy/index.ts';
export { connectInstallation, connectToken, type GitHub, isThrottled } from './client.ts';
export { tell, tellAnswer } from './console/lane.ts';
export { type ConsoleWork, workConsole } from './console/work.ts';
export { type DashboardRecord, deadLetters, overviewOf, watchChanges } from './dashboard/index.ts';
export { listen } from './events.ts';
export { connectApp } from './github.ts';
export { lookForMissed } from './missed.ts';
export { announceThrough, enableTarget, type Health, readHealth, signingSecret, workNotices } from './notify/index.ts';
export { redeliverFailed } from './redeliver.ts';
export { acceptWebhook } from './webhook.ts';
export { type DraftWork, workDrafts, workEvents } from './work.ts';
