import { notFound } from '../answers.ts';
import type { Actor, Pull, Repo, World } from '../world.ts';
import { demand } from './access.ts';
import { listCheckRuns } from './checks.ts';
import { type Input, isObject, optionalList } from './fields.ts';
import { branchSha } from './refs.ts';
import { combinedStatus } from './statuses.ts';

/** The one protection the forge knows: checks that must be green before a merge. */
export interface Protection {
  contexts: string[];
  strict: boolean;
}

export function protectionOf(world: World, repo: Repo, branch: string): Protection | null {
  const row = world.store.get<{ contexts_json: string; strict: number }>(
    'SELECT * FROM protections WHERE repository_id = ? AND branch = ?',
    repo.id,
    branch,
  );
  return row ? { contexts: JSON.parse(row.contexts_json) as string[], strict: row.strict === 1 } : null;
}

export function protect(world: World, actor: Actor, repo: Repo, branch: string, input: Input): Protection {
  demand(world, actor, repo, 'admin', 'administration:write', notFound());
  if (branchSha(world, repo, branch) === undefined) throw notFound();
  const checks = isObject(input.required_status_checks) ? input.required_status_checks : {};
  const named = (optionalList(checks, 'checks') ?? []).map((check) => (isObject(check) ? check.context : check));
  const contexts = [...(optionalList(checks, 'contexts') ?? []), ...named];
  const texts = [...new Set(contexts.filter((context) => typeof context === 'string'))];
  world.store.run(
    `INSERT INTO protections (repository_id, branch, contexts_json, strict) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET contexts_json = excluded.contexts_json, strict = excluded.strict`,
    repo.id,
    branch,
    JSON.stringify(texts),
    Number(checks.strict === true),
  );
  return { contexts: texts, strict: checks.strict === true };
}

export function unprotect(world: World, actor: Actor, repo: Repo, branch: string): void {
  demand(world, actor, repo, 'admin', 'administration:write', notFound());
  if (!protectionOf(world, repo, branch)) throw notFound();
  world.store.run('DELETE FROM protections WHERE repository_id = ? AND branch = ?', repo.id, branch);
}

const GREEN = ['success', 'neutral', 'skipped'];

/** Required checks of the pull request's base branch that are not green on its head. */
export function missingChecks(world: World, repo: Repo, pull: Pull): string[] {
  const { contexts = [] } = protectionOf(world, repo, pull.base_ref) ?? {};
  if (contexts.length === 0) return [];
  const { statuses } = combinedStatus(world, repo, pull.head_sha);
  const runs = listCheckRuns(world, repo, pull.head_sha, {}, { page: 1, perPage: 1000 }).rows;
  const green = new Set([
    ...statuses.filter((status) => status.state === 'success').map((status) => status.context),
    ...runs.filter((run) => GREEN.includes(run.conclusion ?? '')).map((run) => run.name),
  ]);
  return contexts.filter((context) => !green.has(context));
}
