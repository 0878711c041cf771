import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { PatchworkError } from '../report/index.ts';
import { type KeyClaims, readKey, SCOPES, type Scope } from './keys.ts';
import { createLimiter } from './rate-limit.ts';

/** What a request may do, and where: the repository comes from its key, never from its body. */
export interface Access {
  /** owner/name. */
  repository: string;
  server: string | undefined;
  scopes: readonly Scope[];
  /** Whoever runs this server: not with a key of a repository. */
  operator: boolean;
  /** Tells callers apart when retries are looked for, and requests counted; not a secret. Empty where no key is asked for. */
  credential: string;
}

export interface AccessOptions {
  /** Where reports go without a key that says otherwise. */
  repository: string;
  /** How GitHub calls a repository now that had this name, as far as is known. */
  nameOf(repository: string): string;
  /** The shared keys of a one-repository set-up: several while they are rotated. They may do everything. */
  apiKeys: readonly string[];
  /** Sign and verify keys of our own. */
  secrets: readonly string[];
  /** Ids of the keys that the repository's patchwork.yml revokes. */
  revoked(repository: string): Promise<readonly string[]>;
  /** Requests a minute with one key, for each scope; 0 for no limit. */
  ratePerMinute: number;
  /** Origins of web pages that may ask, besides our own. */
  origins: readonly string[];
}

export type Env = { Variables: { access: Access; retryAfter: number } };

/**
 * Lets requests in whose key has a scope. Throws `unauthorized` (401) for a missing or unknown key, `forbidden` (403) for one without
 * the scope, `rate_limited` (429) for too many of them. Without a shared key, whoever reaches this server may do everything, as often
 * as they like: it listens on loopback then.
 */
export function guard(options: AccessOptions): (scope: Scope) => MiddlewareHandler<Env> {
  const { ratePerMinute } = options;
  const limiter = ratePerMinute > 0 ? createLimiter(ratePerMinute) : undefined;
  const count = (c: Context<Env>, credential: string, scope: Scope) => {
    if (!limiter || !credential) return;
    const { left, restored, wait } = limiter.take(`${scope} ${credential}`);
    // draft-ietf-httpapi-ratelimit-headers-10
    c.header('RateLimit-Policy', `"${scope}";q=${ratePerMinute};w=60`);
    c.header('RateLimit', `"${scope}";r=${left};t=${restored}`);
    if (wait === undefined) return;
    c.set('retryAfter', wait);
    throw new PatchworkError('rate_limited', 'Too many requests with this key.', {
      status: 429,
      next: `Try again in ${wait} s.`,
    });
  };
  return (scope) => async (c, next) => {
    sameOrigin(c, options.origins);
    const access = await accessOf(c.req.header('authorization'), scope, options);
    if (!access.scopes.includes(scope)) throw lacking(scope);
    count(c, access.credential, scope);
    c.set('access', access);
    return next();
  };
}

export function lacking(scope: Scope): PatchworkError {
  return new PatchworkError('forbidden', `This key lacks the scope ${scope}.`, { status: 403 });
}

async function accessOf(authorization: string | undefined, scope: Scope, options: AccessOptions): Promise<Access> {
  const { apiKeys, secrets, nameOf } = options;
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  const key = given === undefined ? undefined : await readKey(secrets, given);
  if (key) {
    if (await isRevoked(key, scope, options)) throw refused('The key was revoked.');
    return {
      repository: nameOf(key.repo),
      server: key.server,
      scopes: key.scopes,
      operator: false,
      credential: key.kid,
    };
  }
  const shared = apiKeys.map((one) => given !== undefined && sameText(given, one)).includes(true);
  const open = apiKeys.length === 0 && !given?.startsWith('pw_');
  if (shared || open) {
    return {
      repository: nameOf(options.repository),
      server: undefined,
      scopes: SCOPES,
      operator: true,
      credential: shared ? 'shared' : '',
    };
  }
  throw refused(
    given === undefined ? 'A key is needed: send `Authorization: Bearer <key>`.' : 'The key is not valid here.',
  );
}

/** Which keys are revoked stands on GitHub. While it is away nobody reads or changes anything unchecked; reports are taken. */
async function isRevoked({ repo, kid }: KeyClaims, scope: Scope, { revoked }: AccessOptions): Promise<boolean> {
  try {
    return (await revoked(repo)).includes(kid);
  } catch (cause) {
    if (scope === 'report:write') return false;
    throw new PatchworkError('github_unavailable', 'GitHub does not answer, and says which keys are revoked.', {
      status: 503,
      next: 'Try again soon; reports are taken all the same.',
      cause,
    });
  }
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/**
 * For a server that listens on loopback only: the Host and Origin headers have to name loopback too. Otherwise a web page could
 * reach it through a DNS name of its own (rebinding) or by a cross-site request.
 */
export function loopbackOnly(origins: readonly string[]): MiddlewareHandler {
  return async (c, next) => {
    const origin = c.req.header('origin');
    const from = hostOf(origin);
    const known = origin === undefined || origins.includes(origin) || LOOPBACK.test(from ?? '');
    if (!LOOPBACK.test(c.req.header('host') ?? '') || !known) {
      throw new PatchworkError('forbidden_host', 'This server answers its own machine only.', {
        status: 403,
        next: 'Set FEEDBACK_API_KEY and HOST to serve others.',
      });
    }
    return next();
  };
}

/** A web page of another origin is not served, unless configured: MCP asks for that, and nothing else needs it. */
function sameOrigin(c: Context, origins: readonly string[]): void {
  const origin = c.req.header('origin');
  if (origin === undefined || origins.includes(origin)) return;
  const host = hostOf(origin);
  if (host === c.req.header('host') || (LOOPBACK.test(host ?? '') && LOOPBACK.test(c.req.header('host') ?? ''))) return;
  throw new PatchworkError('forbidden_host', 'Pages of this origin are not served.', {
    status: 403,
    next: 'PATCHWORK_CORS_ORIGINS lists those that are.',
  });
}

function hostOf(origin: string | undefined): string | undefined {
  return origin && URL.canParse(origin) ? new URL(origin).host : origin;
}

function refused(message: string): PatchworkError {
  return new PatchworkError('unauthorized', message, { status: 401 });
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
