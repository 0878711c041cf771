export { type Environment, readEnvironment } from './environment.ts';
export {
  EVENT_TYPES,
  type EventType,
  NOTICE_FORMATS,
  type NoticeFormat,
  readTargets,
  type Target,
  targetsOf,
} from './notify.ts';
export type { SealedField } from './privacy.ts';
export { REPOSITORY_FILE, type RepositoryConfig, readRepositoryConfig, WORKFLOW_FILE } from './repository-file.ts';
