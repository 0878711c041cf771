import type { MiddlewareHandler } from 'hono';
import { isOurHost } from '../hosts.ts';
import type { Visiting } from './visit.ts';

/** Refuses a Host that is not ours, and a form that another site, or another port of this machine, sent. */
export function guard(publicUrl: string): MiddlewareHandler<Visiting> {
  return async (c, next) => {
    if (!isOurHost(publicUrl, c.req.raw)) return c.text('Unknown host.', 421);
    const host = c.req.header('host') ?? new URL(c.req.url).host;
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD' && !fromHere(c.req.raw.headers, host))
      return c.text('This form was not sent from these pages.', 403);
    await next();
  };
}

/** Browsers send Origin with every POST; what sends neither header is no browser and has the API. */
function fromHere(headers: Headers, host: string): boolean {
  const site = headers.get('sec-fetch-site');
  if (site && site !== 'same-origin' && site !== 'none') return false;
  const origin = headers.get('origin');
  if (!origin) return site === 'same-origin';
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** No script, frame, image or font of anyone else; styles only from the style sheet and the element with this nonce. */
export function policy(nonce: string): string {
  return [
    "default-src 'none'",
    `style-src 'self' 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export const headers: MiddlewareHandler<Visiting> = async (c, next) => {
  await next();
  c.header('Content-Security-Policy', policy(c.get('visit')?.nonce ?? 'none'));
  c.header('X-Frame-Options', 'DENY');
  c.header('X-Content-Type-Options', 'nosniff');
  // Not no-referrer: browsers would then send `Origin: null` with our own forms.
  c.header('Referrer-Policy', 'same-origin');
  c.header('Cross-Origin-Opener-Policy', 'same-origin');
  c.header('Cross-Origin-Resource-Policy', 'same-origin');
  if (!c.res.headers.has('cache-control')) c.header('Cache-Control', 'private, no-cache');
};
