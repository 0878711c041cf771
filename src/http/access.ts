import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { PatchworkError } from '../report/index.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** Lets requests in by the shared key; without one everybody who reaches this server is let in. */
export function authorise(apiKey: string | undefined): MiddlewareHandler {
  return async (c, next) => {
    if (apiKey === undefined) return next();
    const given = /^Bearer +(.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (given === undefined) throw refused('A key is needed: send `Authorization: Bearer <key>`.');
    if (!sameText(given.trim(), apiKey)) throw refused('The key is not valid here.');
    return next();
  };
}

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
