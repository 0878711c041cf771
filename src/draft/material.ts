import type { RepositoryConfig } from '../config/index.ts';
import type { Gap, Repository } from '../issues/index.ts';
import type { Model } from '../model/index.ts';
import type { Selection, Snapshot } from '../repo/index.ts';
import type { Frozen } from './freeze.ts';
import type { StatusComment } from './status.ts';

/** What the stages of one run work on. */
export interface Material {
  repository: Repository;
  model: Model;
  status: StatusComment;
  gap: Gap;
  frozen: Frozen;
  snapshot: Snapshot;
  selection: Selection;
  config: RepositoryConfig;
}
