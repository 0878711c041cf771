export { modelFromEnvironment } from './environment.ts';
export { ModelError, type ModelErrorKind } from './error.ts';
export type { Answer, Model, Provider, Question } from './model.ts';
