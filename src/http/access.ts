import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { PatchworkError } from '../report/index.ts';
import { readKey, SCOPES, type Scope } from './keys.ts';

/** What a request may do, and where: the repository comes from its key, never from its body. */
export interface Access {
  /** owner/name. */
  repository: string;
  server: string | undefined;
  scopes: readonly Scope[];
  /** Tells callers apart when retries are looked for; not a secret. */
  credential: string;
}

export interface AccessOptions {
  /** Where reports go without a key that says otherwise. */
  repository: string;
  /** The shared key of a one-repository set-up; it may do everything. */
  apiKey: string | undefined;
  /** Sign and verify keys of our own. */
  secrets: readonly string[];
  /** Ids of the keys that the repository's patchwork.yml revokes. */
  revoked(repository: string): Promise<readonly string[]>;
}

export type Env = { Variables: { access: Access } };

/**
 * Finds out who asks. Throws `unauthorized` (401) for a missing or unknown key. Without a shared key, whoever reaches this server
 * may do everything: it listens on loopback then.
 */
export function authenticate(options: AccessOptions): MiddlewareHandler<Env> {
  return async (c, next) => {
    c.set('access', await accessOf(c.req.header('authorization'), options));
    return next();
  };
}

/** Lets a request in whose key has the scope. Throws `forbidden` (403). */
export function enter(c: Context<Env>, scope: Scope): Access {
  const access = c.get('access');
  if (!access.scopes.includes(scope)) {
    throw new PatchworkError('forbidden', `This key lacks the scope ${scope}.`, { status: 403 });
  }
  return access;
}

async function accessOf(authorization: string | undefined, options: AccessOptions): Promise<Access> {
  const { repository, apiKey } = options;
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  const all = { repository, server: undefined, scopes: SCOPES };
  if (given === undefined) {
    if (apiKey === undefined) return { ...all, credential: '' };
    throw refused('A key is needed: send `Authorization: Bearer <key>`.');
  }
  const key = await readKey(options.secrets, given);
  if (key && !(await options.revoked(key.repo)).includes(key.kid)) {
    return { repository: key.repo, server: key.server, scopes: key.scopes, credential: key.kid };
  }
  if (!given.startsWith('pw_') && (apiKey === undefined || sameText(given, apiKey)))
    return { ...all, credential: 'shared' };
  throw refused('The key is not valid here.');
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/**
 * For a server that listens on loopback only: the Host and Origin headers have to name loopback too. Otherwise a web page could
 * reach it through a DNS name of its own (rebinding) or by a cross-site request.
 */
export const loopbackOnly: MiddlewareHandler = async (c, next) => {
  const origin = c.req.header('origin');
  const from = origin && URL.canParse(origin) ? new URL(origin).host : origin;
  if (!LOOPBACK.test(c.req.header('host') ?? '') || (from !== undefined && !LOOPBACK.test(from))) {
    throw new PatchworkError('forbidden_host', 'This server answers its own machine only.', {
      status: 403,
      next: 'Set FEEDBACK_API_KEY and HOST to serve others.',
    });
  }
  return next();
};

function refused(message: string): PatchworkError {
  return new PatchworkError('unauthorized', message, { status: 401 });
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
