import { invalid, unprocessable } from '../answers.ts';
import { emit } from '../hooks/emit.ts';
import { statusHookJson } from '../present/status.ts';
import type { Actor, Repo, World } from '../world.ts';
import { demand } from './access.ts';
import { mergeWhatWaited } from './auto-merge.ts';
import { getCommit, viewCommit } from './commits.ts';
import { type Input, oneOf, optionalText } from './fields.ts';
import { findCommit, refsUnder } from './refs.ts';

export interface Status {
  id: number;
  repository_id: number;
  sha: string;
  state: string;
  context: string;
  description: string | null;
  target_url: string | null;
  creator_id: number;
  created_at: string;
}

export async function createStatus(world: World, actor: Actor, repo: Repo, sha: string, input: Input): Promise<Status> {
  demand(world, actor, repo, 'write', 'statuses:write');
  const state = oneOf(input, 'state', ['error', 'failure', 'pending', 'success'], 'Status');
  if (!state) throw invalid({ resource: 'Status', field: 'state', code: 'missing_field' });
  const context = optionalText(input, 'context', { resource: 'Status', max: 255 }) ?? 'default';
  const description = optionalText(input, 'description', { resource: 'Status', max: 140 }) ?? null;
  const target = optionalText(input, 'target_url', { resource: 'Status' }) ?? null;
  if ((await findCommit(world, repo, sha)) !== sha) throw unprocessable(`No commit found for SHA: ${sha}`);
  const commit = await getCommit(world, repo, sha);
  const created = world.store.transaction(() => {
    const { id } = world.store.run(
      `INSERT INTO statuses (repository_id, sha, state, context, description, target_url, creator_id, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      repo.id,
      sha,
      state,
      context,
      description,
      target,
      actor.account.id,
      world.time(),
    );
    const status = world.store.get<Status>('SELECT * FROM statuses WHERE id = ?', id) as Status;
    const heads = refsUnder(world, repo, 'refs/heads/').filter((ref) => ref.sha === sha);
    emit(world, repo, actor.account, 'status', null, () =>
      statusHookJson(world.links, repo, status, actor.account, { commit: viewCommit(world, commit), heads }),
    );
    return status;
  });
  await mergeWhatWaited(world, repo, sha);
  return created;
}

/** All statuses of a commit, newest first. */
export function listStatuses(world: World, repo: Repo, sha: string): Status[] {
  return world.store.all<Status>(
    'SELECT * FROM statuses WHERE repository_id = ? AND sha = ? ORDER BY id DESC',
    repo.id,
    sha,
  );
}

/** The newest status of each context, and what they come to together. */
export function combinedStatus(world: World, repo: Repo, sha: string): { state: string; statuses: Status[] } {
  const newest = new Map<string, Status>();
  for (const status of listStatuses(world, repo, sha)) {
    if (!newest.has(status.context)) newest.set(status.context, status);
  }
  const statuses = [...newest.values()].toReversed();
  const has = (...states: string[]) => statuses.some((status) => states.includes(status.state));
  const state = has('error', 'failure') ? 'failure' : statuses.length === 0 || has('pending') ? 'pending' : 'success';
  return { state, statuses };
}
