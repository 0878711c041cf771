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
export { REPOSITORY_FILE, type RepositoryConfig, readRepositoryConfig } from './repository-file.ts';
