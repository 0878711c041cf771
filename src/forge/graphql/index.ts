import { execute, GraphQLError, getOperationAST, OperationTypeNode } from 'graphql';
import { GitHubError, notFound, requiresAuthentication } from '../answers.ts';
import { StaleHead } from '../domain/commit-on-branch.ts';
import { isObject } from '../domain/fields.ts';
import { authenticate } from '../rest/authenticate.ts';
import { limitHeaders, type RateLimiter } from '../rest/limits.ts';
import type { Actor, Viewer, World } from '../world.ts';
import { mutations } from './mutations.ts';
import { queries } from './queries.ts';
import { documentOf, githubSchema, InvalidDocument } from './schema.ts';

/** What every resolver gets as its context. */
export interface Asking {
  world: World;
  viewer: Actor;
}

const TYPE: Record<number, string> = { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN', 404: 'NOT_FOUND', 409: 'CONFLICT' };

/** The words of a refusal: for failed validation GitHub's GraphQL gives those of the single fields. */
function wordsOf(error: GitHubError): string {
  const details = (error.errors ?? []).map((detail) => {
    if (typeof detail === 'string') return detail;
    return detail.message ?? [detail.field, detail.code.replaceAll('_', ' ')].filter(Boolean).join(' ');
  });
  return details.length > 0 ? details.join(', ') : error.message;
}

/** An error as GitHub's GraphQL writes it: `type` beside `message`. */
function errorJson(error: GraphQLError) {
  const { message, locations, path } = error.toJSON();
  const cause = error.originalError;
  const place = { ...(path ? { path } : {}), ...(locations ? { locations } : {}) };
  if (cause instanceof StaleHead) return { type: 'STALE_DATA', ...place, message };
  if (cause instanceof GitHubError) {
    return { type: TYPE[cause.status] ?? 'UNPROCESSABLE', ...place, message: wordsOf(cause) };
  }
  if (cause) console.error(cause);
  return { ...place, message: cause ? 'Something went wrong while executing your query.' : message };
}

interface Said {
  status: number;
  json: unknown;
  headers?: Record<string, string>;
}

/** `POST /graphql` on GitHub's own schema. What the forge does not have yet answers with an error for that field. */
export function createGraphql(world: World, limiter: RateLimiter): (request: Request) => Promise<Response> {
  async function answer(request: Request, asking: { viewer: Viewer }): Promise<Said> {
    try {
      const viewer = await authenticate(world, request.headers.get('authorization'));
      asking.viewer = viewer;
      if (viewer.kind === 'anonymous') throw requiresAuthentication();
      if (viewer.kind === 'app') throw new GitHubError(401, 'A JSON web token could not be decoded');
      if (request.method !== 'POST') throw notFound();
      const body = await bodyOf(request);
      const document = documentOf(body.query);
      const operation = getOperationAST(document, body.operationName);
      const isMutation = operation?.operation === OperationTypeNode.MUTATION;
      limiter.admit(viewer, 'graphql', isMutation && createsContent(body.query));
      const result = await execute({
        schema: githubSchema(),
        document,
        rootValue: isMutation ? mutations : queries,
        contextValue: { world, viewer } satisfies Asking,
        variableValues: body.variables,
        operationName: body.operationName,
      });
      const json = {
        ...(result.data === undefined ? {} : { data: result.data }),
        ...(result.errors ? { errors: result.errors.map(errorJson) } : {}),
      };
      return { status: 200, json };
    } catch (error) {
      if (error instanceof InvalidDocument) return { status: 200, json: { errors: error.mistakes.map(errorJson) } };
      if (error instanceof GraphQLError) return { status: 200, json: { errors: [errorJson(error)] } };
      const refusal = error instanceof GitHubError ? error : new GitHubError(500, 'Server Error');
      if (refusal !== error) console.error(error);
      return { status: refusal.status, json: refusal.body(), headers: refusal.headers };
    }
  }

  return async (request) => {
    const asking: { viewer: Viewer } = { viewer: { kind: 'anonymous' } };
    const { status, json, headers } = await answer(request, asking);
    limiter.count(asking.viewer, 'graphql');
    return new Response(JSON.stringify(json), {
      status,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'x-github-media-type': 'github.v4; format=json',
        'x-github-request-id': crypto.randomUUID().replaceAll('-', '').slice(0, 20).toUpperCase(),
        'x-content-type-options': 'nosniff',
        ...limitHeaders('graphql', limiter.budget(asking.viewer, 'graphql')),
        ...headers,
      },
    });
  };
}

const createsContent = (query: string) =>
  /\b(createIssue|addComment|createPullRequest|addPullRequestReview)\b/.test(query);

async function bodyOf(request: Request) {
  let body: unknown;
  try {
    body = JSON.parse(await request.text());
  } catch {
    throw new GitHubError(400, 'Problems parsing JSON');
  }
  if (!isObject(body) || typeof body.query !== 'string')
    throw new GitHubError(400, 'A query attribute must be specified and must be a string.');
  return {
    query: body.query,
    variables: isObject(body.variables) ? body.variables : {},
    operationName: typeof body.operationName === 'string' && body.operationName !== '' ? body.operationName : null,
  };
}
