import type { RestEndpointMethodTypes as Rest } from '@octokit/rest';

/** One REST call as `login`: GitHub's status, headers and JSON. `path` starts at `/repos/…`, without a prefix. */
export type Api = (
  login: string,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
  // biome-ignore lint/suspicious/noExplicitAny: the shape depends on the path; each caller names its type.
) => Promise<{ status: number; headers: Headers; json: any }>;

/** One GraphQL call as `login`. */
export type Graphql = (
  login: string,
  query: string,
  variables: object,
  // biome-ignore lint/suspicious/noExplicitAny: the shape depends on the document.
) => Promise<{ data?: any; errors?: { message: string }[] }>;

export type Repository = Rest['repos']['get']['response']['data'];
export type Branch = Rest['repos']['listBranches']['response']['data'][number];
export type Commit = Rest['repos']['getCommit']['response']['data'];
export type Label = Rest['issues']['listLabelsForRepo']['response']['data'][number];
export type Issue = Rest['issues']['get']['response']['data'];
export type Pull = Rest['pulls']['get']['response']['data'];
export type ChangedFile = Rest['pulls']['listFiles']['response']['data'][number];
export type CheckRun = Rest['checks']['listForRef']['response']['data']['check_runs'][number];
export type CombinedStatus = Rest['repos']['getCombinedStatusForRef']['response']['data'];
export type Found = Rest['search']['issuesAndPullRequests']['response']['data'];

export interface Person {
  login: string;
  type?: string;
}

/** The fields that the pages read of GitHub's many kinds of timeline event. */
export interface TimelineEvent {
  event?: string;
  id?: number;
  actor?: Person | null;
  user?: Person | null;
  created_at?: string;
  updated_at?: string;
  body?: string | null;
  label?: { name: string; color?: string };
  rename?: { from: string; to: string };
  commit_id?: string | null;
  state_reason?: string | null;
  source?: { issue?: Issue };
  lock_reason?: string | null;
  assignee?: Person;
  milestone?: { title: string };
  sha?: string;
  message?: string;
  author?: { name?: string; date?: string };
  state?: string;
  submitted_at?: string;
}

/** GitHub said no: its status, its sentence, and its list of faults when it gave one. */
export class Refused extends Error {
  readonly status: number;
  readonly faults: readonly string[];
  constructor(status: number, message: string, faults: readonly string[] = []) {
    super(message);
    this.status = status;
    this.faults = faults;
  }
}

export interface GitHub {
  get<T>(path: string, headers?: Record<string, string>): Promise<T>;
  /** As `get`, but undefined where GitHub answers 404, 409 (empty repository) or 410. */
  find<T>(path: string): Promise<T | undefined>;
  /** Every page of a list, up to `most` items. `path` carries no paging of its own. */
  all<T>(path: string, most?: number): Promise<T[]>;
  /** How long a list is, asked for with one request. */
  total(path: string): Promise<number>;
  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
  graphql<T>(query: string, variables: object): Promise<T>;
}

/** A path whose values are encoded, so that no name can reach another endpoint: at`/repos/${owner}/${repo}/labels/${name}`. */
export function at(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return parts.reduce((path, part, i) => `${path}${segment(values[i - 1] ?? '')}${part}`);
}

/** Encodes a file path or a ref but keeps its slashes. */
export function deep(path: string): string {
  return path.split('/').map(segment).join('/');
}

/** Addresses treat dots as steps even when they are encoded, so no name of that kind may pass. */
function segment(value: string | number): string {
  if (value === '.' || value === '..') throw new Refused(404, 'Not Found');
  return encodeURIComponent(value);
}

export function github(api: Api, graphql: Graphql, login: string): GitHub {
  const call = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    const answer = await api(login, method, path, body, headers);
    if (answer.status >= 400) throw refusal(answer.status, answer.json);
    return answer;
  };
  const get = async <T>(path: string, headers?: Record<string, string>) =>
    (await call('GET', path, undefined, headers)).json as T;
  return {
    get,
    find: async <T>(path: string) => {
      try {
        return await get<T>(path);
      } catch (error) {
        if (error instanceof Refused && [404, 409, 410].includes(error.status)) return undefined;
        throw error;
      }
    },
    all: async <T>(path: string, most = 1000) => {
      const items: T[] = [];
      const joint = path.includes('?') ? '&' : '?';
      for (let page = 1; items.length < most; page++) {
        const answer = await call('GET', `${path}${joint}per_page=100&page=${page}`);
        items.push(...(answer.json as T[]));
        if (!answer.headers.get('link')?.includes('rel="next"')) break;
      }
      return items.slice(0, most);
    },
    total: async (path) => {
      const answer = await call('GET', `${path}${path.includes('?') ? '&' : '?'}per_page=1`);
      const last = /[?&]page=(\d+)[^>]*>; rel="last"/.exec(answer.headers.get('link') ?? '')?.[1];
      return last === undefined ? (answer.json as unknown[]).length : Number(last);
    },
    send: async <T>(method: string, path: string, body?: unknown) => (await call(method, path, body)).json as T,
    graphql: async <T>(query: string, variables: object) => {
      const { data, errors } = await graphql(login, query, variables);
      if (errors?.[0]) throw new Refused(422, errors[0].message);
      return data as T;
    },
  };
}

interface ErrorBody {
  message?: string;
  errors?: ({ resource?: string; field?: string; code?: string; message?: string } | string)[];
}

function refusal(status: number, body: ErrorBody | null): Refused {
  const faults = Array.isArray(body?.errors) ? body.errors : [];
  return new Refused(status, body?.message ?? `GitHub answered ${status}.`, faults.map(sentence));
}

function sentence(fault: NonNullable<ErrorBody['errors']>[number]): string {
  if (typeof fault === 'string') return fault;
  if (fault.message) return fault.message;
  return [fault.resource, fault.field, fault.code?.replaceAll('_', ' ')].filter(Boolean).join(' ');
}
