import { GitHubError, invalid, notFound, unprocessable } from '../answers.ts';
import { emit } from '../hooks/emit.ts';
import { checkRunHookJson } from '../present/check.ts';
import type { Actor, Pull, Repo, World } from '../world.ts';
import { demand } from './access.ts';
import { mergeWhatWaited } from './auto-merge.ts';
import { type Input, isObject, oneOf, optionalList, optionalMoment, optionalText, requiredText } from './fields.ts';
import type { Listed, Page } from './issue-list.ts';
import { findCommit } from './refs.ts';
import { appView } from './views.ts';

export interface CheckRun {
  id: number;
  repository_id: number;
  suite_id: number;
  app_id: number;
  head_sha: string;
  name: string;
  status: string;
  conclusion: string | null;
  external_id: string | null;
  details_url: string | null;
  started_at: string | null;
  completed_at: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  annotations_json: string;
}

const STATUSES = ['queued', 'in_progress', 'completed', 'waiting', 'requested', 'pending'] as const;
const CONCLUSIONS = [
  'action_required',
  'cancelled',
  'failure',
  'neutral',
  'success',
  'skipped',
  'stale',
  'timed_out',
] as const;
const TEXT = { resource: 'CheckRun', max: 65_535 };
const MOST_ANNOTATIONS = 50;
const MOST_ACTIONS = 3;

export function getCheckRun(world: World, repo: Repo, id: number): CheckRun {
  const run = Number.isSafeInteger(id)
    ? world.store.get<CheckRun>('SELECT * FROM check_runs WHERE id = ? AND repository_id = ?', id, repo.id)
    : undefined;
  if (!run) throw notFound();
  return run;
}

/** Open pull requests whose head is the commit. */
export function pullsAt(world: World, repo: Repo, sha: string): (Pull & { number: number })[] {
  return world.store.all(
    `SELECT pulls.*, issues.number FROM pulls JOIN issues ON issues.id = issue_id
     WHERE pulls.repository_id = ? AND head_sha = ? AND state = 'open'`,
    repo.id,
    sha,
  );
}

export function viewCheckRun(world: World, repo: Repo, run: CheckRun) {
  const app = appView(world, run.app_id);
  if (!app) throw notFound();
  return { run, repo, app, pulls: pullsAt(world, repo, run.head_sha) };
}

function outputOf(input: Input, before: Pick<CheckRun, 'title' | 'summary' | 'text' | 'annotations_json'>) {
  if (input.output === undefined) return before;
  if (!isObject(input.output)) throw invalid({ resource: 'CheckRun', field: 'output', code: 'invalid' });
  const annotations = optionalList(input.output, 'annotations') ?? [];
  if (annotations.length > MOST_ANNOTATIONS) {
    throw unprocessable(
      `Invalid request.\n\nNo more than ${MOST_ANNOTATIONS} items are allowed; ${annotations.length} were supplied.`,
    );
  }
  for (const annotation of annotations) {
    const complete =
      isObject(annotation) &&
      typeof annotation.path === 'string' &&
      Number.isSafeInteger(annotation.start_line) &&
      Number.isSafeInteger(annotation.end_line) &&
      typeof annotation.message === 'string' &&
      ['notice', 'warning', 'failure'].includes(String(annotation.annotation_level));
    if (!complete) throw invalid({ resource: 'CheckRun', field: 'annotations', code: 'invalid' });
  }
  return {
    title: optionalText(input.output, 'title', { resource: 'CheckRun', max: 255 }) ?? before.title,
    summary: optionalText(input.output, 'summary', TEXT) ?? before.summary,
    text: optionalText(input.output, 'text', TEXT) ?? before.text,
    annotations_json: JSON.stringify([...(JSON.parse(before.annotations_json) as unknown[]), ...annotations]),
  };
}

function progressOf(
  world: World,
  input: Input,
  before: Pick<CheckRun, 'status' | 'conclusion' | 'started_at' | 'completed_at'>,
) {
  const conclusion = oneOf(input, 'conclusion', CONCLUSIONS, 'CheckRun') ?? before.conclusion;
  const status = input.conclusion ? 'completed' : (oneOf(input, 'status', STATUSES, 'CheckRun') ?? before.status);
  if (status === 'completed' && conclusion === null) {
    throw invalid({ resource: 'CheckRun', field: 'conclusion', code: 'missing_field' });
  }
  const started = optionalMoment(input, 'started_at', 'CheckRun');
  const completed = optionalMoment(input, 'completed_at', 'CheckRun');
  return {
    status,
    conclusion: status === 'completed' ? conclusion : null,
    started_at: started ?? before.started_at ?? world.time(),
    completed_at: status === 'completed' ? (completed ?? before.completed_at ?? world.time()) : null,
  };
}

function demandFewActions(input: Input): void {
  if ((optionalList(input, 'actions') ?? []).length > MOST_ACTIONS) {
    throw unprocessable(`Invalid request.\n\nNo more than ${MOST_ACTIONS} items are allowed.`);
  }
}

function announceRun(world: World, actor: Actor, repo: Repo, run: CheckRun, action: 'created' | 'completed'): void {
  emit(world, repo, actor.account, 'check_run', action, () => ({
    check_run: checkRunHookJson(world.links, viewCheckRun(world, repo, run)),
  }));
}

/** Check runs belong to Apps: people and their tokens may not write them. */
function demandApp(world: World, actor: Actor, repo: Repo): asserts actor is Extract<Actor, { kind: 'installation' }> {
  demand(world, actor, repo, 'write', 'checks:write');
  if (actor.kind !== 'installation') {
    throw new GitHubError(403, 'You must authenticate via a GitHub App.');
  }
}

export async function createCheckRun(world: World, actor: Actor, repo: Repo, input: Input): Promise<CheckRun> {
  demandApp(world, actor, repo);
  const name = requiredText(input, 'name', { resource: 'CheckRun' });
  const sha = requiredText(input, 'head_sha', { resource: 'CheckRun' });
  demandFewActions(input);
  const none = { title: null, summary: null, text: null, annotations_json: '[]' };
  const output = outputOf(input, none);
  const progress = progressOf(world, input, {
    status: 'queued',
    conclusion: null,
    started_at: null,
    completed_at: null,
  });
  const external = optionalText(input, 'external_id', { resource: 'CheckRun' }) ?? null;
  const details = optionalText(input, 'details_url', { resource: 'CheckRun' }) ?? null;
  if ((await findCommit(world, repo, sha)) !== sha) throw unprocessable(`No commit found for SHA: ${sha}`);
  const appId = actor.app.id;
  const created = world.store.transaction(() => {
    const now = world.time();
    world.store.run(
      `INSERT INTO check_suites (repository_id, app_id, head_sha, created_at, updated_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET updated_at = excluded.updated_at`,
      repo.id,
      appId,
      sha,
      now,
      now,
    );
    const suite = world.store.get<{ id: number }>(
      'SELECT id FROM check_suites WHERE repository_id = ? AND app_id = ? AND head_sha = ?',
      repo.id,
      appId,
      sha,
    );
    const { id } = world.store.run(
      `INSERT INTO check_runs (repository_id, suite_id, app_id, head_sha, name, status, conclusion, external_id,
       details_url, started_at, completed_at, title, summary, text, annotations_json)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      repo.id,
      suite?.id ?? 0,
      appId,
      sha,
      name,
      progress.status,
      progress.conclusion,
      external,
      details,
      progress.started_at,
      progress.completed_at,
      output.title,
      output.summary,
      output.text,
      output.annotations_json,
    );
    const run = getCheckRun(world, repo, id);
    announceRun(world, actor, repo, run, 'created');
    if (run.status === 'completed') announceRun(world, actor, repo, run, 'completed');
    return run;
  });
  await mergeWhatWaited(world, repo, sha);
  return created;
}

export async function updateCheckRun(
  world: World,
  actor: Actor,
  repo: Repo,
  run: CheckRun,
  input: Input,
): Promise<CheckRun> {
  demandApp(world, actor, repo);
  if (run.app_id !== actor.app.id) throw new GitHubError(403, 'Invalid app_id for the check run');
  demandFewActions(input);
  const output = outputOf(input, run);
  const progress = progressOf(world, input, run);
  const changed = world.store.transaction(() => {
    world.store.run(
      `UPDATE check_runs SET name = ?, status = ?, conclusion = ?, external_id = ?, details_url = ?, started_at = ?,
       completed_at = ?, title = ?, summary = ?, text = ?, annotations_json = ? WHERE id = ?`,
      optionalText(input, 'name', { resource: 'CheckRun' }) ?? run.name,
      progress.status,
      progress.conclusion,
      optionalText(input, 'external_id', { resource: 'CheckRun' }) ?? run.external_id,
      optionalText(input, 'details_url', { resource: 'CheckRun' }) ?? run.details_url,
      progress.started_at,
      progress.completed_at,
      output.title,
      output.summary,
      output.text,
      output.annotations_json,
      run.id,
    );
    const updated = getCheckRun(world, repo, run.id);
    if (updated.status === 'completed' && run.status !== 'completed') {
      announceRun(world, actor, repo, updated, 'completed');
    }
    return updated;
  });
  await mergeWhatWaited(world, repo, run.head_sha);
  return changed;
}

/** Check runs of a commit; of several with one name by one App only the newest, unless `filter` is `all`. */
export function listCheckRuns(
  world: World,
  repo: Repo,
  sha: string,
  query: Record<string, string>,
  { page, perPage }: Page,
): Listed<CheckRun> {
  const newest = new Map<string, CheckRun>();
  const rows = world.store
    .all<CheckRun>('SELECT * FROM check_runs WHERE repository_id = ? AND head_sha = ? ORDER BY id DESC', repo.id, sha)
    .filter((run) => !query.check_name || run.name === query.check_name)
    .filter((run) => !query.app_id || run.app_id === Number(query.app_id))
    .filter((run) => {
      const key = query.filter === 'all' ? String(run.id) : `${run.app_id} ${run.name}`;
      if (newest.has(key)) return false;
      newest.set(key, run);
      return true;
    })
    .filter((run) => !query.status || run.status === query.status);
  return { rows: rows.slice((page - 1) * perPage, page * perPage), total: rows.length };
}
