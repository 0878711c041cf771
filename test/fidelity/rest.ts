/** Checks REST requests and answers, their headers and webhook payloads against GitHub's description. */
import type { Operation, Parameter, readDescription, Tree } from './description.ts';
import { schemaChecker } from './schemas.ts';

type Description = ReturnType<typeof readDescription>;
type Check = ReturnType<typeof schemaChecker>;

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed when the content type says JSON, else the text; `undefined` when empty. */
  body: unknown;
}

/** Fields of GitHub's error bodies; `status` is in all of them, though most schemas do not say so. */
const ERROR_FIELDS = new Set(['message', 'documentation_url', 'status', 'errors', 'url', 'block']);
/** Answers that GitHub may give to any request, documented for the operation or not. */
const GENERAL_STATUSES = new Set([301, 304, 307, 400, 401, 403, 404, 413, 422, 429, 500, 502, 503]);
const NO_BODY = new Set([204, 205, 304]);
const RATE_LIMIT = ['limit', 'remaining', 'used', 'reset'];

export function restChecker(description: Description) {
  const checkSent = schemaChecker(description.schemas, 'requests');
  const checkGiven = schemaChecker(description.schemas, 'answers');

  function operationOf(method: string, url: string) {
    const { pathname, searchParams } = new URL(url, 'http://api');
    // Where GitHub leads from a former name of a repository; not documented.
    const named = pathname.replace(/^\/repositories\/\d+(?=\/|$)/, '/repos/owner/name');
    return { operation: description.operation(method, named), pathname, searchParams };
  }

  return {
    checkRequest(method: string, url: string, body?: unknown): string[] {
      const { operation, pathname, searchParams } = operationOf(method, url);
      if (!operation) return [`no such GitHub operation: ${method} ${pathname}`];
      return [
        ...pathMistakes(operation, checkSent),
        ...queryMistakes(operation, searchParams, checkSent),
        ...bodyMistakes(operation, body, checkSent),
      ].map((mistake) => `${operation.id}: ${mistake}`);
    },

    checkResponse(method: string, url: string, status: number, body?: unknown, mediaType?: string): string[] {
      const { operation, pathname } = operationOf(method, url);
      if (!operation) {
        if (status >= 400)
          return errorBodyMistakes(status, body).map((mistake) => `${pathname} -> ${status}: ${mistake}`);
        return [`${method} ${pathname} -> ${status}: GitHub has no such operation, so the answer must be 404`];
      }
      const said = (mistake: string) => `${operation.id} -> ${status}: ${mistake}`;
      if (!operation.statuses.includes(status) && !GENERAL_STATUSES.has(status))
        return [said(`this status is not documented (${operation.statuses.join(', ')})`)];
      if (NO_BODY.has(status) || method === 'HEAD')
        return body === undefined ? [] : [said(`has a body: ${JSON.stringify(body).slice(0, 60)}`)];
      const schema = operation.answerSchema(status, mediaType);
      if (status >= 400) return errorBodyMistakes(status, body, schema, checkGiven).map(said);
      if (!schema) return [];
      return body === undefined ? [said('the body is missing')] : checkGiven(schema, body).map(said);
    },

    checkWebhook(event: string, payload: unknown): string[] {
      const { action } = payload as Tree;
      const name = typeof action === 'string' ? `${event}.${action}` : event;
      const schema = description.webhookSchema(event, action);
      if (!schema) return [`webhook ${name}: GitHub sends no such event`];
      const seen = event === 'repository_dispatch' ? { ...(payload as Tree), action: 'sample.collected' } : payload;
      return checkGiven(schema, seen).map((mistake) => `webhook ${name}: ${mistake}`);
    },
  };
}

function pathMistakes(operation: Operation, check: Check): string[] {
  return [...operation.pathValues].flatMap(([name, value]) => {
    const schema = operation.parameters.find((parameter) => parameter.in === 'path' && parameter.name === name)?.schema;
    return schema ? check(schema, typed(value, schema)).map((mistake) => `path {${name}}${mistake}`) : [];
  });
}

function queryMistakes(operation: Operation, query: URLSearchParams, check: Check): string[] {
  const known = new Map(
    operation.parameters
      .filter((parameter) => parameter.in === 'query')
      .map((parameter) => [parameter.name, parameter]),
  );
  const missing = [...known.values()].filter((parameter) => parameter.required && !query.has(parameter.name));
  return [
    ...missing.map((parameter) => `query ?${parameter.name} is required`),
    ...[...query].flatMap(([name, value]) => queryValueMistakes(name, value, known.get(name), check)),
  ];
}

function queryValueMistakes(name: string, value: string, parameter: Parameter | undefined, check: Check): string[] {
  if (!parameter) return [`query ?${name} is not a parameter`];
  const { schema } = parameter;
  return schema ? check(schema, typed(value, schema)).map((mistake) => `query ?${name}${mistake}`) : [];
}

/** The text of a parameter as the type that its schema asks for, where it can be read as one. */
function typed(value: string, schema: Tree): unknown {
  const alternatives = [schema, ...((schema.oneOf as Tree[] | undefined) ?? [])].map((part) => part.type);
  if (alternatives.includes('array')) return value.split(',');
  if (alternatives.some((type) => type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(value))
    return Number(value);
  if (alternatives.includes('boolean') && /^(true|false)$/.test(value)) return value === 'true';
  return value;
}

function bodyMistakes(operation: Operation, body: unknown, check: Check): string[] {
  const schema = operation.requestSchema;
  if (!schema) return body === undefined || isEmpty(body) ? [] : ['a body is sent, but the operation takes none'];
  if (body === undefined) return operation.requestRequired ? ['the body is missing'] : [];
  return check(schema, body).map((mistake) => `body ${mistake}`);
}

function isEmpty(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Object.keys(body).length === 0;
}

export function errorBodyMistakes(status: number, body: unknown, schema?: Tree, check?: Check): string[] {
  if (typeof body !== 'object' || body === null) return ['an error must be a JSON object'];
  const error = body as Tree;
  const mistakes = Object.keys(error)
    .filter((name) => !ERROR_FIELDS.has(name))
    .map((name) => `/: unknown field ${name}`);
  for (const name of ['message', 'documentation_url'])
    if (typeof error[name] !== 'string' || error[name] === '') mistakes.push(`/${name}: must be a text`);
  if (error.status !== String(status))
    mistakes.push(`/status: must be "${status}", not ${JSON.stringify(error.status)}`);
  if (!schema || !check) return mistakes;
  const described = { ...error };
  delete described.status;
  return [...mistakes, ...check(schema, described).filter((mistake) => !mistake.includes('unknown field'))];
}

/** What GitHub's answers carry besides their bodies: an id, the rate limit, JSON as JSON, and pages as links. */
export function headerMistakes(accept: string, answer: Answer): string[] {
  const { headers, status } = answer;
  const mistakes: string[] = [];
  if (!/^[0-9A-F]+(:[0-9A-F]+)*$/i.test(headers.get('x-github-request-id') ?? ''))
    mistakes.push('header x-github-request-id is missing or malformed');
  for (const name of RATE_LIMIT)
    if (!/^\d+$/.test(headers.get(`x-ratelimit-${name}`) ?? ''))
      mistakes.push(`header x-ratelimit-${name} must be a number`);
  if (!/^[a-z_]+$/.test(headers.get('x-ratelimit-resource') ?? ''))
    mistakes.push('header x-ratelimit-resource is missing');
  return [
    ...mistakes,
    ...contentTypeMistakes(accept, answer),
    ...linkMistakes(headers.get('link')),
    ...retryMistakes(status, headers),
  ];
}

function contentTypeMistakes(accept: string, { headers, body }: Answer): string[] {
  const type = headers.get('content-type');
  if (body === undefined) return [];
  if (type === 'application/json; charset=utf-8') return [];
  const form = /[.+](raw|diff|patch|html|sha|object)\b/.exec(accept)?.[1];
  if (
    form !== undefined &&
    type !== null &&
    new RegExp(`[./+]${form}\\b|^text/`).test(type) &&
    /charset=utf-8/.test(type)
  )
    return [];
  return [`header content-type must be application/json; charset=utf-8, not ${type} (accept: ${accept})`];
}

function linkMistakes(link: string | null): string[] {
  if (link === null) return [];
  return link
    .split(', ')
    .filter((part) => !/^<https?:\/\/[^>]+>; rel="(first|prev|next|last)"$/.test(part))
    .map((part) => `header link is malformed: ${part}`);
}

function retryMistakes(status: number, headers: Headers): string[] {
  const retry = headers.get('retry-after');
  if (retry !== null && !/^\d+$/.test(retry)) return ['header retry-after must be seconds'];
  const limited = status === 429 && retry === null && headers.get('x-ratelimit-remaining') !== '0';
  return limited ? ['429 needs retry-after, or x-ratelimit-remaining: 0'] : [];
}
