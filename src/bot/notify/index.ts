export {
  type Attempt,
  announceThrough,
  enableTarget,
  type Health,
  type NoticeOptions,
  readHealth,
  workNotices,
} from './deliver.ts';
export { renderMessage } from './message.ts';
export { post } from './post.ts';
export { signedHeaders, signingSecret } from './sign.ts';
