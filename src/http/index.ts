export { type AppOptions, createApp, WEBHOOK_PATH } from './app.ts';
