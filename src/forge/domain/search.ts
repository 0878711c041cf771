import { invalid } from '../answers.ts';
import { isoSeconds } from '../moments.ts';
import type { Value } from '../store.ts';
import type { Issue, Repo, Viewer, World } from '../world.ts';
import { maySee } from './access.ts';
import { accountByLogin } from './accounts.ts';
import { issueById } from './issue-events.ts';
import { freshGit } from './refs.ts';
import { allRepositories, findRepository } from './repositories.ts';
import { asOf } from './search-index.ts';
import { alternatives, parseRange, parseSearch, type Term } from './search-query.ts';

export interface Found {
  repo: Repo;
  issue: Issue;
}

/** GitHub gives no more than this many results of a search. */
export const MOST_FOUND = 1000;
const LONGEST_QUERY = 256;

const invalidQuery = (message: string) => invalid({ resource: 'Search', field: 'q', code: 'invalid', message });

interface Condition {
  sql: string;
  values: Value[];
}

const condition = (sql: string, ...values: Value[]): Condition => ({ sql, values });
const pullWhere = (sql: string) => `EXISTS (SELECT 1 FROM pulls WHERE issue_id = issues.id AND ${sql})`;

const IS: Record<string, string> = {
  issue: 'is_pull = 0',
  pr: 'is_pull = 1',
  'pull-request': 'is_pull = 1',
  open: "state = 'open'",
  closed: "state = 'closed'",
  merged: pullWhere('merged_at IS NOT NULL'),
  unmerged: pullWhere('merged_at IS NULL'),
  draft: pullWhere('draft = 1'),
  locked: 'locked = 1',
  unlocked: 'locked = 0',
  public: 'repository_id IN (SELECT id FROM repositories WHERE private = 0)',
  private: 'repository_id IN (SELECT id FROM repositories WHERE private = 1)',
};

const NO: Record<string, string> = {
  label: 'NOT EXISTS (SELECT 1 FROM issue_labels WHERE issue_id = issues.id)',
  assignee: 'NOT EXISTS (SELECT 1 FROM assignees WHERE issue_id = issues.id)',
  milestone: 'milestone_id IS NULL',
  project: 'true',
};

const REASONS: Record<string, string> = {
  'not planned': 'not_planned',
  completed: 'completed',
  duplicate: 'duplicate',
};

/** A day is the whole day; a moment is its second. */
function bounds(text: string): [string, string] {
  const day = /^\d{4}-\d\d-\d\d$/.test(text);
  const start = new Date(day ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(start.getTime())) throw invalidQuery(`'${text}' is not a recognized date/time format.`);
  const end = day ? new Date(start.getTime() + 86_399_000) : start;
  return [start, end].map(isoSeconds) as [string, string];
}

function compared(column: string, value: string, bound: (text: string) => [Value, Value]): Condition {
  const range = parseRange(value);
  if (!range) throw invalidQuery(`'${value}' is not a range.`);
  const parts: string[] = [];
  const values: Value[] = [];
  if (range.from !== null) {
    parts.push(`${column} ${range.open === 'from' ? '>' : '>='} ?`);
    values.push(bound(range.from)[range.open === 'from' ? 1 : 0]);
  }
  if (range.to !== null) {
    parts.push(`${column} ${range.open === 'to' ? '<' : '<='} ?`);
    values.push(bound(range.to)[range.open === 'to' ? 0 : 1]);
  }
  return condition(parts.join(' AND ') || 'true', ...values);
}

const numberBounds = (text: string): [Value, Value] => [Number(text), Number(text)];

function qualified(world: World, { qualifier, value }: Term): Condition {
  const plain = value.replaceAll('"', '');
  const account = () => accountByLogin(world, plain.replace(/^@/, ''))?.id ?? 0;
  switch (qualifier) {
    case 'is':
    case 'type':
    case 'state':
      return condition(IS[plain.toLowerCase()] ?? 'false');
    case 'no':
      return condition(NO[plain.toLowerCase()] ?? 'true');
    case 'label': {
      const names = JSON.stringify(alternatives(value).map((name) => name.toLowerCase()));
      return condition(
        `EXISTS (SELECT 1 FROM issue_labels JOIN labels ON labels.id = label_id
         WHERE issue_id = issues.id AND lower(labels.name) IN (SELECT value FROM json_each(?)))`,
        names,
      );
    }
    case 'author':
      return condition('user_id = ?', account());
    case 'assignee':
      return condition('EXISTS (SELECT 1 FROM assignees WHERE issue_id = issues.id AND account_id = ?)', account());
    case 'commenter':
      return condition('EXISTS (SELECT 1 FROM comments WHERE issue_id = issues.id AND user_id = ?)', account());
    case 'involves':
    case 'mentions':
      return condition("instr(lower(coalesce(body, '')), ?) > 0", `@${plain.toLowerCase()}`);
    case 'milestone':
      return condition('milestone_id IN (SELECT id FROM milestones WHERE lower(title) = ?)', plain.toLowerCase());
    case 'reason':
      return condition("state = 'closed' AND state_reason = ?", REASONS[plain.toLowerCase()] ?? '');
    case 'created':
    case 'updated':
    case 'closed':
      return compared(`${qualifier}_at`, plain, bounds);
    case 'merged': {
      const { sql, values } = compared('merged_at', plain, bounds);
      return condition(pullWhere(sql), ...values);
    }
    case 'comments':
      return compared('comments', plain, numberBounds);
    case 'draft':
      return condition(pullWhere(plain === 'true' ? 'draft = 1' : 'draft = 0'));
    case 'head':
      return condition(pullWhere('head_ref = ?'), plain);
    case 'base':
      return condition(pullWhere('base_ref = ?'), plain);
    default:
      return condition('true');
  }
}

/** A word counts only as a whole word, as in GitHub's index; REGEXP would do, but SQLite has none of its own. */
function textMatches(world: World, terms: readonly Term[], places: ReadonlySet<string>, issue: Issue): boolean {
  const texts = [
    ...(places.has('title') ? [issue.title] : []),
    ...(places.has('body') ? [issue.body ?? ''] : []),
    ...(places.has('comments')
      ? world.store
          .all<{ body: string }>('SELECT body FROM comments WHERE issue_id = ?', issue.id)
          .map((row) => row.body)
      : []),
  ].map(wordsOf);
  return terms.every((term) => {
    const wanted = wordsOf(term.value).trim();
    const found = wanted === '' || texts.some((text) => text.includes(` ${wanted} `));
    return found !== term.negated;
  });
}

const wordsOf = (text: string) =>
  ` ${text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_]+/u)
    .filter(Boolean)
    .join(' ')} `;

const ORDER: Record<string, string> = { created: 'created_at', updated: 'updated_at', comments: 'comments' };

/**
 * `GET /search/issues`. The index lags behind by `world.searchLagMs`: what is found is what was so then, shown as it is now.
 */
export async function searchIssues(
  world: World,
  query: string,
  options: { viewer: Viewer; sort?: string | undefined; order?: string | undefined },
): Promise<Found[]> {
  if (query.trim() === '') throw invalidQuery('The search query is empty.');
  if ([...query].length > LONGEST_QUERY) throw invalidQuery('The search is longer than 256 characters.');
  const terms = parseSearch(query);
  const repos = await scope(world, options.viewer, terms);
  const places = new Set(terms.filter((term) => term.qualifier === 'in').flatMap((term) => term.value.split(',')));
  const words = terms.filter((term) => term.qualifier === null);
  const conditions = terms
    .filter(({ qualifier }) => qualifier !== null && !['repo', 'user', 'org', 'in', 'sort'].includes(qualifier))
    .map((term) => {
      const { sql, values } = qualified(world, term);
      return { sql: term.negated ? `NOT (${sql})` : `(${sql})`, values };
    });
  const ids = JSON.stringify(repos.map((repo) => repo.id));
  const [, sorted, direction] =
    /^(created|updated|comments)-(asc|desc)$/.exec(terms.find((term) => term.qualifier === 'sort')?.value ?? '') ?? [];
  const sort = ORDER[options.sort ?? sorted ?? ''] ?? 'created_at';
  const order = (options.order ?? direction) === 'asc' ? 'ASC' : 'DESC';
  const { searchLagMs: lag } = world;
  const former = lag > 0 ? asOf(world.store, world.now().getTime() - lag) : { sql: '', values: [] };
  const rows = world.store.all<Issue>(
    `${former.sql}
     SELECT * FROM issues WHERE repository_id IN (SELECT value FROM json_each(?))
     ${conditions.map(({ sql }) => `AND ${sql}`).join(' ')} ORDER BY ${sort} ${order}, id ${order}`,
    ...former.values,
    ids,
    ...conditions.flatMap(({ values }) => values),
  );
  const searched = places.size > 0 ? places : new Set(['title', 'body', 'comments']);
  const byId = new Map(repos.map((repo) => [repo.id, repo]));
  return rows
    .filter((issue) => words.length === 0 || textMatches(world, words, searched, issue))
    .flatMap((issue) => {
      const repo = byId.get(issue.repository_id);
      return repo ? [{ repo, issue: lag > 0 ? issueById(world, issue.id) : issue }] : [];
    });
}

async function scope(world: World, viewer: Viewer, terms: readonly Term[]): Promise<Repo[]> {
  const named = terms.filter((term) => term.qualifier === 'repo' && !term.negated);
  const owners = terms.filter((term) => ['user', 'org'].includes(term.qualifier ?? '') && !term.negated);
  let repos = allRepositories(world).filter((repo) => maySee(world, viewer, repo));
  if (named.length > 0) {
    repos = named.map(({ value }) => {
      const [owner = '', name = ''] = value.replaceAll('"', '').split('/');
      const repo = findRepository(world, owner, name);
      if (repo && maySee(world, viewer, repo)) return repo;
      throw invalidQuery(
        'The listed users and repositories cannot be searched either because the resources do not exist or you do not have permission to view them.',
      );
    });
  } else if (owners.length > 0) {
    const logins = new Set(owners.map(({ value }) => value.toLowerCase()));
    repos = repos.filter((repo) => logins.has(repo.owner.login.toLowerCase()));
  }
  for (const repo of repos) await freshGit(world, repo);
  return repos;
}
