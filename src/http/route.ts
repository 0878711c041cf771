import { createHash } from 'node:crypto';
import type { Context, Hono, MiddlewareHandler } from 'hono';
import type * as z from 'zod';
import { PatchworkError } from '../report/index.ts';
import type { Access, Env } from './access.ts';
import { limitBody } from './body-limit.ts';
import { ERRORS, type ErrorCode } from './errors.ts';
import { readJson } from './json.ts';
import type { Scope } from './keys.ts';

/**
 * A route, declared once: its check of what comes in, its place in `/openapi.json` and in `/docs`, and what a key needs for it all
 * come from here.
 *
 *     route({
 *       method: 'get',
 *       path: '/api/stats',
 *       tag: 'Reading',
 *       summary: 'Counts',
 *       scope: 'report:read',
 *       answer: { status: 200, what: 'The counts.', schema: stats },
 *       handle: async ({ access }) => statsOf(await readRows(source, access.repository)),
 *     })
 */
export interface Form<
  S extends Scope | null,
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  A extends z.ZodType,
> {
  method: 'get' | 'post' | 'put' | 'patch';
  /** As OpenAPI writes it: `/api/feedback/{id}`. */
  path: string;
  /** Other addresses of the same. */
  also?: readonly string[];
  /** The heading it stands under in the reference. */
  tag: string;
  summary: string;
  description?: string;
  /** What a key has to be good for; null where none is asked for. */
  scope: S;
  params?: P;
  /** Unknown parameters are refused where it is given, and never looked at where it is not. */
  query?: Q;
  /** Request headers that matter, for the reference. */
  headers?: Record<string, string>;
  /** JSON, unless `raw` says what it is: then the handler reads it. */
  body?: { schema: B; most: number; raw?: string };
  answer: { status: number; what: string; schema?: A; types?: readonly string[]; headers?: Record<string, string> };
  /** Other good answers, by their status. */
  others?: Record<number, string>;
  errors?: readonly ErrorCode[];
  handle(input: Input<S, P, Q, B>): Promise<Answered<A>> | Answered<A>;
}

interface Input<S extends Scope | null, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  c: Context<Env>;
  access: S extends Scope ? Access : undefined;
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
}

type Answered<A extends z.ZodType> = z.input<A> | Response;

export type Route = Form<Scope | null, z.ZodType, z.ZodType, z.ZodType, z.ZodType>;

/** Declares a route; what it says is checked by the compiler against what its handler does. */
export function route<
  S extends Scope | null,
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
  A extends z.ZodType = z.ZodNever,
>(form: Form<S, P, Q, B, A>): Route {
  return form as unknown as Route;
}

/** Puts routes on an app. Other methods at their addresses get 405 with `Allow`. */
export function mount(app: Hono<Env>, routes: readonly Route[], guard: (scope: Scope) => MiddlewareHandler<Env>): void {
  const methods = new Map<string, string[]>();
  for (const one of routes) {
    const { scope, body } = one;
    const before = [...(scope === null ? [] : [guard(scope)]), ...(body ? [limitBody(body.most)] : [])];
    for (const path of [one.path, ...(one.also ?? [])].map(honoPath)) {
      app.on(one.method.toUpperCase(), [path], ...before, async (c: Context<Env>) => {
        // Words of strangers are in many answers: no browser may take one for a page.
        c.header('X-Content-Type-Options', 'nosniff');
        const answer = await one.handle({
          c,
          access: scope === null ? undefined : c.get('access'),
          params: one.params && check(one.params, c.req.param()),
          query: one.query && check(one.query, single(c.req.queries()), 'unknown_parameter'),
          body: body && !body.raw ? check(body.schema, await readJson(c.req)) : undefined,
        });
        return answer instanceof Response ? answer : json(c, answer, one);
      });
      methods.set(path, [...(methods.get(path) ?? []), one.method.toUpperCase()]);
    }
  }
  for (const [path, allowed] of methods) {
    app.all(path, (c) => {
      c.header('Allow', (allowed.includes('GET') ? ['HEAD', ...allowed] : allowed).join(', '));
      throw new PatchworkError('method_not_allowed', `${c.req.method} is not served here.`, { status: 405 });
    });
  }
}

/** Readers who say which answer they have hear whether it is still the same (RFC 9110, 13.1.2). */
function json(c: Context, answer: unknown, { method, answer: { status } }: Route): Response {
  if (method !== 'get') return c.json(answer as object, status as 200);
  const text = JSON.stringify(answer);
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  c.header('ETag', tag);
  c.header('Cache-Control', 'private, no-cache');
  const known = c.req.header('if-none-match')?.split(/\s*,\s*/) ?? [];
  if (known.some((one) => one === '*' || one.replace(/^W\//, '') === tag)) return c.body(null, 304);
  return c.body(text, status as 200, { 'Content-Type': 'application/json' });
}

/** The errors a route can answer with, by status: its own, and those that its form brings along. */
export function errorsOf({ scope, query, body, errors = [] }: Route): Map<number, ErrorCode[]> {
  const codes: ErrorCode[] = [
    ...(scope === null ? [] : (['unauthorized', 'forbidden', 'rate_limited'] as const)),
    'forbidden_host',
    ...(query ? (['invalid_field', 'unknown_parameter'] as const) : []),
    ...(body ? (['body_too_large'] as const) : []),
    ...(body && !body.raw ? (['invalid_json', 'invalid_body', 'missing_field', 'invalid_field'] as const) : []),
    ...errors,
  ];
  return Map.groupBy(new Set(codes), (code) => ERRORS[code].status);
}

function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

/** Names given twice are refused: readers differ on which one counts. */
function single(given: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).map(([name, [value, ...more]]) => {
      if (more.length) {
        throw new PatchworkError('invalid_field', 'A parameter is given twice.', { status: 422, field: shown(name) });
      }
      return [name, value ?? ''];
    }),
  );
}

function check(schema: z.ZodType, given: unknown, unknown: ErrorCode = 'invalid_field'): unknown {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    const name = shown(issue.keys[0] ?? '');
    throw new PatchworkError(unknown, 'There is nothing of this name here.', { status: 422, field: name });
  }
  const field = typeof issue?.path[0] === 'string' ? issue.path[0] : undefined;
  if (field === undefined) {
    throw new PatchworkError('invalid_body', 'The body has to be one JSON object.', { status: 422 });
  }
  const missing = issue?.code === 'invalid_type' && issue.input === undefined && /undefined/.test(issue.message);
  const code = missing ? 'missing_field' : 'invalid_field';
  const next = issue?.code === 'custom' ? issue.message : undefined;
  throw new PatchworkError(code, `The field ${field} is ${missing ? 'missing' : 'not valid'}.`, {
    status: 422,
    field,
    ...(next ? { next } : {}),
  });
}

/** A name from outside, as far as it may be repeated in an answer. */
function shown(name: string): string {
  return /^[\w-]{1,40}$/.test(name) ? name : 'name';
}
