/**
 * Watches traffic with a GitHub and collects what is not valid. A test ends with `expectNoFindings(watch)`:
 *
 *     const github = await watchGitHub();
 *     const octokit = new Octokit({ baseUrl, request: { fetch: github.fetch(fetch) } });   // a client of ours
 *     const server = serve({ fetch: github.serve((request) => forge.fetch(request)) });    // every client, ours or not
 */
import { deliveryMistakes } from './deliveries.ts';
import type { Tree } from './description.ts';
import { type Fidelity, loadFidelity } from './fidelity.ts';
import type { GraphQLResult } from './graphql.ts';
import { type Answer, errorBodyMistakes, headerMistakes } from './rest.ts';

type Fetch = typeof fetch;
type Handler = (request: Request) => Response | Promise<Response>;

export interface Watch {
  /** One sentence for each mistake, in the order of the traffic; the first words are the request or the webhook. */
  findings: string[];
  /** Ids of the operations, `graphql` and `event.action` of the webhooks that went past. */
  seen: Set<string>;
  /** Wraps what a client uses to reach a GitHub; `prefix` is what comes before the path GitHub knows, e.g. `/api/v3`. */
  fetch(upstream: Fetch, options?: { prefix?: string }): Fetch;
  /** Wraps a server: requests and answers at `/api/v3`, `/graphql`, `/api/graphql` and the bare paths are checked. */
  serve(handler: Handler): Handler;
  /** The same for tests that send bad requests on purpose: only the answers are checked. */
  answers(handler: Handler): Handler;
  webhook(event: string, payload: unknown): void;
  /** Wraps a receiver of webhooks: checks the headers and the payload, and the signature when the secret is known. */
  receive(handler: Handler, secret?: string): Handler;
}

interface GraphQLRequest {
  query?: string;
  variables?: Tree | null;
  operationName?: string | null;
}

interface Exchange {
  method: string;
  /** Path and query as GitHub knows them, without a prefix. */
  url: string;
  accept: string;
  sent: unknown;
}

export async function watchGitHub(): Promise<Watch> {
  const fidelity = await loadFidelity();
  const findings: string[] = [];
  const seen = new Set<string>();

  function report(at: string, mistakes: string[]): void {
    for (const mistake of mistakes) findings.push(`${at}: ${mistake}`);
  }

  function checkExchange(exchange: Exchange, answer: Answer, checked: { request: boolean }): void {
    const { method, url, accept, sent } = exchange;
    const at = `${method} ${url}`;
    if (url === '/graphql') {
      seen.add('graphql');
      report(at, graphqlMistakes(fidelity, exchange, answer, checked));
    } else {
      seen.add(fidelity.operationId(method, url) ?? at);
      if (checked.request) report(at, fidelity.checkRequest(method, url, sent));
      // What answers with 5xx is often a proxy in front of GitHub, in any form.
      if (answer.status < 500) report(at, restAnswerMistakes(fidelity, exchange, answer));
    }
    if (answer.status < 500) report(`${at} -> ${answer.status}`, headerMistakes(accept, answer));
  }

  function server(handler: Handler, checked: { request: boolean }): Handler {
    return async (request) => {
      const url = apiUrl(fidelity, new URL(request.url));
      if (url === undefined) return handler(request);
      const copy = request.clone();
      const answer = await handler(request);
      checkExchange(await exchangeOf(copy, url), await answerOf(answer), checked);
      return answer;
    };
  }

  function webhook(event: string, payload: unknown): void {
    const { action } = payload as Tree;
    seen.add(typeof action === 'string' ? `${event}.${action}` : event);
    findings.push(...fidelity.checkWebhook(event, payload));
  }

  return {
    findings,
    seen,
    webhook,
    fetch(upstream, { prefix = '' } = {}) {
      return async (input, init) => {
        const request = new Request(input, init);
        const { pathname, search } = new URL(request.url);
        const copy = request.clone();
        const answer = await upstream(request);
        const path = pathname.startsWith(prefix) ? pathname.slice(prefix.length) : pathname;
        const url = /^(\/api)?\/graphql$/.test(pathname) ? '/graphql' : path + search;
        checkExchange(await exchangeOf(copy, url), await answerOf(answer), { request: true });
        return answer;
      };
    },
    serve: (handler) => server(handler, { request: true }),
    answers: (handler) => server(handler, { request: false }),
    receive(handler, secret) {
      return async (request) => {
        const text = await request.clone().text();
        const event = request.headers.get('x-github-event') ?? '';
        report(`webhook ${event}`, deliveryMistakes(request.headers, text, secret));
        webhook(event, parsed(text));
        return handler(request);
      };
    },
  };
}

/** Fails with all findings so far; the next test starts without them. */
export function expectNoFindings(watch: Watch): void {
  const findings = watch.findings.splice(0);
  if (findings.length > 0)
    throw new Error(`${findings.length} things GitHub would not say or accept:\n${findings.join('\n')}`);
}

/** The path and query as GitHub knows them; `undefined` for pages, git and whatever else is no API. */
function apiUrl(fidelity: Fidelity, { pathname, search }: URL): string | undefined {
  if (pathname === '/graphql' || pathname === '/api/graphql') return '/graphql';
  if (pathname === '/api/v3') return '/';
  if (pathname.startsWith('/api/v3/')) return pathname.slice('/api/v3'.length) + search;
  // the one page whose path begins like the API's
  if (/^\/apps\/[^/]+\/installations\/new$/.test(pathname)) return undefined;
  return pathname !== '/' && fidelity.isTopic(pathname) ? pathname + search : undefined;
}

async function exchangeOf(request: Request, url: string): Promise<Exchange> {
  const text = await request.text();
  const accept = request.headers.get('accept') ?? '*/*';
  return { method: request.method, url, accept, sent: text === '' ? undefined : parsed(text) };
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.clone().text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const body = text === '' ? undefined : isJson ? parsed(text) : text;
  return { status: response.status, headers: response.headers, body };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function restAnswerMistakes(fidelity: Fidelity, { method, url, accept }: Exchange, answer: Answer): string[] {
  const isText = typeof answer.body === 'string';
  if (isText && answer.status < 400 && /[.+](raw|diff|patch|html|sha)\b/.test(accept)) return [];
  const mediaType = /[.+]object\b/.test(accept) ? 'application/vnd.github.object' : undefined;
  return fidelity.checkResponse(method, url, answer.status, answer.body, mediaType);
}

function graphqlMistakes(
  fidelity: Fidelity,
  { sent }: Exchange,
  { status, body }: Answer,
  checked: { request: boolean },
): string[] {
  const { query = '', variables, operationName } = (sent ?? {}) as GraphQLRequest;
  const mistakes = fidelity.checkGraphQL(query, variables, undefined, operationName);
  const asked = checked.request ? mistakes : [];
  // GitHub answers 200 to everything it could parse; what it refuses before that has the error body of REST.
  if (status !== 200) return [...asked, ...errorBodyMistakes(status, body)];
  const result = body as GraphQLResult;
  if (mistakes.length === 0) return fidelity.checkGraphQL(query, variables, result, operationName);
  return result.errors ? asked : [...asked, 'an invalid document must be answered with errors'];
}
