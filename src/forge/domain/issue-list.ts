import { invalid } from '../answers.ts';
import { isoSeconds } from '../moments.ts';
import type { Value } from '../store.ts';
import type { Comment, Issue, Repo, World } from '../world.ts';
import { accountByLogin } from './accounts.ts';
import { oneOf } from './fields.ts';
import { findLabel } from './labels.ts';

/** A page of a list: `page` counts from 1. */
export interface Page {
  page: number;
  perPage: number;
}

export interface Listed<Row> {
  rows: Row[];
  total: number;
}

type Query = Record<string, string>;

/** A moment from a query, as whole-second text that compares with the columns. */
export function momentOf(query: Query, field: string): string | undefined {
  if (query[field] === undefined) return undefined;
  const moment = new Date(query[field]);
  if (Number.isNaN(moment.getTime())) throw invalid({ resource: 'Issue', field, code: 'invalid', value: query[field] });
  return isoSeconds(moment);
}

function byRarity(world: World, labels: readonly number[]): number[] {
  if (labels.length < 2) return [...labels];
  const uses = (id: number) =>
    world.store.get<{ count: number }>('SELECT count(*) AS count FROM issue_labels WHERE label_id = ?', id)?.count ?? 0;
  const counted = labels.map((id) => ({ id, count: uses(id) }));
  return counted.sort((a, b) => a.count - b.count).map(({ id }) => id);
}

const NOTHING = 'false';

/** The conditions of `GET /repos/{owner}/{repo}/issues`, with their values. */
function conditions(world: World, repo: Repo, query: Query): { where: string[]; values: Value[] } {
  const where = ['issues.repository_id = ?'];
  const values: Value[] = [repo.id];
  const add = (condition: string, ...more: Value[]) => {
    where.push(condition);
    values.push(...more);
  };

  const state = oneOf(query, 'state', ['open', 'closed', 'all'], 'Issue') ?? 'open';
  if (state !== 'all') add('state = ?', state);
  const since = momentOf(query, 'since');
  if (since) add('updated_at >= ?', since);

  const names = (query.labels ?? '').split(',').filter(Boolean);
  const labels = names.map((name) => findLabel(world, repo, name.trim())?.id ?? 0);
  const [rarest, ...others] = byRarity(world, labels);
  // the list starts from the rarest label, and asks each of those few issues for the others
  if (rarest !== undefined) add('issues.id IN (SELECT issue_id FROM issue_labels WHERE label_id = ?)', rarest);
  for (const id of others) add('EXISTS (SELECT 1 FROM issue_labels WHERE label_id = ? AND issue_id = issues.id)', id);
  if (query.creator) add('user_id = ?', accountByLogin(world, query.creator)?.id ?? 0);
  if (query.mentioned) add("instr(lower(coalesce(body, '')), ?) > 0", `@${query.mentioned.toLowerCase()}`);

  const assigned = 'SELECT 1 FROM assignees WHERE issue_id = issues.id';
  if (query.assignee === 'none') add(`NOT EXISTS (${assigned})`);
  else if (query.assignee === '*') add(`EXISTS (${assigned})`);
  else if (query.assignee)
    add(`EXISTS (${assigned} AND account_id = ?)`, accountByLogin(world, query.assignee)?.id ?? 0);

  if (query.milestone === 'none') add('milestone_id IS NULL');
  else if (query.milestone === '*') add('milestone_id IS NOT NULL');
  else if (query.milestone) {
    const number = Number(query.milestone);
    if (!Number.isSafeInteger(number)) {
      throw invalid({ resource: 'Issue', field: 'milestone', code: 'invalid', value: query.milestone });
    }
    add('milestone_id = (SELECT id FROM milestones WHERE repository_id = ? AND number = ?)', repo.id, number);
  }
  return { where, values };
}

const ISSUE_ORDER = { created: 'number', updated: 'updated_at', comments: 'comments' } as const;

export function listIssues(world: World, repo: Repo, query: Query, { page, perPage }: Page): Listed<Issue> {
  const { where, values } = conditions(world, repo, query);
  const sort = oneOf(query, 'sort', ['created', 'updated', 'comments'], 'Issue') ?? 'created';
  const direction = oneOf(query, 'direction', ['asc', 'desc'], 'Issue') ?? 'desc';
  const from = `FROM issues WHERE ${where.join(' AND ')}`;
  const order = sort === 'created' ? `number ${direction}` : `${ISSUE_ORDER[sort]} ${direction}, number ${direction}`;
  // ids are sorted and skipped alone: bodies are long
  const rows = world.store.all<Issue>(
    `SELECT * FROM issues WHERE id IN (SELECT id ${from} ORDER BY ${order} LIMIT ? OFFSET ?) ORDER BY ${order}`,
    ...values,
    perPage,
    (page - 1) * perPage,
  );
  const total = world.store.get<{ total: number }>(`SELECT count(*) AS total ${from}`, ...values)?.total ?? 0;
  return { rows, total };
}

/** Comments of one issue (in order of their making) or of all issues (`sort`, `direction`). */
export function listComments(
  world: World,
  repo: Repo,
  issue: Issue | null,
  query: Query,
  { page, perPage }: Page,
): Listed<Comment> {
  const where = [issue ? 'issue_id = ?' : 'repository_id = ?'];
  const values: Value[] = [issue?.id ?? repo.id];
  const since = momentOf(query, 'since');
  if (since) {
    where.push('updated_at >= ?');
    values.push(since);
  }
  // without `sort`, GitHub ignores `direction` and lists by ascending id
  const sort = issue ? undefined : oneOf(query, 'sort', ['created', 'updated'], 'IssueComment');
  const direction = oneOf(query, 'direction', ['asc', 'desc'], 'IssueComment') ?? 'desc';
  const order = sort === undefined ? 'id' : sort === 'created' ? `id ${direction}` : `updated_at ${direction}, id`;
  const from = `FROM comments WHERE ${where.join(' AND ')}`;
  const rows = world.store.all<Comment>(
    `SELECT * ${from} ORDER BY ${order} LIMIT ? OFFSET ?`,
    ...values,
    perPage,
    (page - 1) * perPage,
  );
  const total = world.store.get<{ total: number }>(`SELECT count(*) AS total ${from}`, ...values)?.total ?? 0;
  return { rows, total };
}

/** GraphQL's `IssueFilters`. */
export interface IssueFilter {
  assignee?: string | null;
  createdBy?: string | null;
  labels?: string[] | null;
  mentioned?: string | null;
  milestone?: string | null;
  milestoneNumber?: string | null;
  since?: string | null;
  states?: string[] | null;
}

/** The arguments of GraphQL's `issues` and `pullRequests`. */
export interface IssueSelection {
  isPull: boolean;
  states?: string[] | null;
  labels?: string[] | null;
  filterBy?: IssueFilter | null;
  orderBy?: { field: string; direction: string } | null;
  headRefName?: string | null;
  baseRefName?: string | null;
}

const GRAPHQL_ORDER: Record<string, string> = {
  CREATED_AT: 'issues.number',
  UPDATED_AT: 'updated_at',
  COMMENTS: 'comments',
};

/** Issues or pull requests as GraphQL selects them: any of the labels, any of the states; oldest first unless told. */
export function issueSource(world: World, repo: Repo, selection: IssueSelection) {
  const filter = selection.filterBy ?? {};
  const where = ['issues.repository_id = ?', 'is_pull = ?'];
  const values: Value[] = [repo.id, Number(selection.isPull)];
  const add = (condition: string, ...more: Value[]) => {
    where.push(condition);
    values.push(...more);
  };
  const states = selection.states ?? filter.states;
  if (states) {
    const merged = 'EXISTS (SELECT 1 FROM pulls WHERE issue_id = issues.id AND merged_at IS NOT NULL)';
    const each: Record<string, string> = {
      OPEN: "state = 'open'",
      CLOSED: `(state = 'closed' AND NOT ${merged})`,
      MERGED: merged,
    };
    add(`(${states.map((state) => each[state] ?? NOTHING).join(' OR ') || NOTHING})`);
  }
  const labels = selection.labels ?? filter.labels;
  if (labels) {
    const ids = labels.map((name) => findLabel(world, repo, name)?.id ?? 0);
    add(
      'issues.id IN (SELECT issue_id FROM issue_labels WHERE label_id IN (SELECT value FROM json_each(?)))',
      JSON.stringify(ids),
    );
  }
  if (filter.createdBy) add('user_id = ?', accountByLogin(world, filter.createdBy)?.id ?? 0);
  if (filter.since) add('updated_at >= ?', momentOf({ since: filter.since }, 'since') ?? '');
  if (filter.mentioned) add("instr(lower(coalesce(body, '')), ?) > 0", `@${filter.mentioned.toLowerCase()}`);
  if (filter.assignee) {
    const id = accountByLogin(world, filter.assignee)?.id ?? 0;
    add('EXISTS (SELECT 1 FROM assignees WHERE issue_id = issues.id AND account_id = ?)', id);
  }
  const milestone = filter.milestoneNumber ?? filter.milestone;
  if (milestone) {
    add(
      'milestone_id = (SELECT id FROM milestones WHERE repository_id = ? AND number = ?)',
      repo.id,
      Number(milestone),
    );
  }
  for (const [column, name] of [
    ['head_ref', selection.headRefName],
    ['base_ref', selection.baseRefName],
  ]) {
    if (name) add(`EXISTS (SELECT 1 FROM pulls WHERE issue_id = issues.id AND ${column} = ?)`, name);
  }
  const direction = selection.orderBy?.direction === 'DESC' ? 'DESC' : 'ASC';
  const first = GRAPHQL_ORDER[selection.orderBy?.field ?? 'CREATED_AT'] ?? 'issues.number';
  const order = `${first} ${direction}, issues.number ${direction}`;
  const from = `FROM issues WHERE ${where.join(' AND ')}`;
  return {
    total: world.store.get<{ total: number }>(`SELECT count(*) AS total ${from}`, ...values)?.total ?? 0,
    slice: (offset: number, limit: number) =>
      world.store.all<Issue>(
        `SELECT * FROM issues WHERE id IN (SELECT id ${from} ORDER BY ${order} LIMIT ? OFFSET ?) ORDER BY ${order}`,
        ...values,
        limit,
        offset,
      ),
  };
}
