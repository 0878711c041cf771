export { type Environment, readEnvironment } from './environment.ts';
export { REPOSITORY_FILE, type RepositoryConfig, readRepositoryConfig } from './repository-file.ts';
