import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import * as z from 'zod';
import { PatchworkError } from '../../report/index.ts';
import type { Env } from '../access.ts';
import { mintKey, readKey, SCOPES } from '../keys.ts';
import { type Route, route } from '../route.ts';
import { administeredBy, authorizeUrl, exchange, newSecret, type OAuth, whoIs } from './oauth.ts';
import { formPage, keyPage, policy, problemPage, revokePage, unavailablePage, welcomePage } from './page.ts';
import { isSame, LIFE_S, type Session, seal, unseal, type Visitor } from './session.ts';
import { SERVER_NAME } from './snippets.ts';

export interface SetupOptions {
  /** Signs keys, and seals sessions. */
  secrets: readonly string[];
  /** Where people reach this server, and how they sign in; absent where they cannot. */
  setup?: { url: string; oauth: OAuth; installUrl: string } | undefined;
}

export const SETUP_CALLBACK_PATH = '/setup/callback';
const MOST_FORM = 16 * 1024;
const page = (status: number, what: string) => ({ status, what, types: ['text/html'] });
const form = { schema: z.unknown(), most: MOST_FORM, raw: 'application/x-www-form-urlencoded' };

/**
 * The set-up page: whoever administers a repository makes keys for it. Who that is says GitHub, at every step. A session is a cookie of
 * ours that no script reads and no other site sends along, and nothing is stored.
 */
export function setupRoutes({ secrets, setup }: SetupOptions): Route[] {
  const shown = (
    path: string,
    method: 'get' | 'post',
    summary: string,
    handle: (c: Context<Env>) => Promise<Response>,
  ) =>
    route({
      method,
      path,
      tag: 'Set-up',
      summary,
      scope: null,
      ...(method === 'post' ? { body: form } : {}),
      answer: page(200, 'A page.'),
      others: {
        303: 'To the next page.',
        400: 'A page: the form or the sign-in was not begun here.',
        401: 'A page: the sign-in is over.',
        404: 'A page: it is not set up here, or not yours.',
        422: 'A page: something in the form is not right.',
        503: 'A page: GitHub does not answer.',
      },
      handle: ({ c }) => guarded(c, handle),
    });

  async function guarded(c: Context<Env>, handle: (c: Context<Env>) => Promise<Response>): Promise<Response> {
    c.header('Content-Security-Policy', policy(setup?.oauth.web));
    c.header('Cache-Control', 'no-store');
    c.header('Referrer-Policy', 'same-origin');
    c.header('X-Content-Type-Options', 'nosniff');
    try {
      return await handle(c);
    } catch (error) {
      if (!(error instanceof PatchworkError)) throw error;
      if (error.status === 401) deleteCookie(c, name(), { path: '/', secure: isSecure() });
      return c.html(problemPage(error.message, error.next ?? ''), error.status as 400);
    }
  }

  const isSecure = () => setup?.url.startsWith('https:') ?? false;
  /** The prefix has browsers refuse the cookie unless it is this host's alone, and over TLS. */
  const name = () => (isSecure() ? '__Host-patchwork-setup' : 'patchwork-setup');
  const here = () => {
    if (!setup) throw new PatchworkError('not_found', 'Signing in is not set up here.', { status: 404 });
    return { ...setup, callback: setup.url + SETUP_CALLBACK_PATH };
  };
  const session = (c: Context<Env>) => unseal(secrets, getCookie(c, name()));
  async function keep(c: Context<Env>, kept: Session): Promise<void> {
    const value = await seal(secrets[0] ?? '', kept);
    setCookie(c, name(), value, {
      path: '/',
      httpOnly: true,
      secure: isSecure(),
      sameSite: 'Lax',
      maxAge: LIFE_S[kept.kind],
    });
  }

  /** A form of ours, sent from our page by somebody who is signed in. */
  async function sent(c: Context<Env>): Promise<{ visitor: Visitor; fields: URLSearchParams }> {
    sameOrigin(c);
    const visitor = await session(c);
    if (visitor?.kind !== 'visitor') {
      throw new PatchworkError('signed_out', 'You are not signed in any more.', {
        status: 401,
        next: 'Sign in again.',
      });
    }
    const fields = new URLSearchParams(await c.req.text());
    if (!isSame(fields.get('guard') ?? '', visitor.guard)) throw foreign();
    return { visitor, fields };
  }
  function sameOrigin(c: Context<Env>): void {
    if (c.req.header('origin') !== new URL(here().url).origin) throw foreign();
  }

  return [
    shown('/setup', 'get', 'Get a key for a repository you administer', async (c) => {
      if (!setup) return c.html(unavailablePage());
      const { oauth, installUrl } = setup;
      const visitor = await session(c);
      if (visitor?.kind !== 'visitor') return c.html(welcomePage(oauth.web));
      return c.html(formPage(visitor, await administeredBy(oauth, visitor.token), installUrl));
    }),

    shown('/setup/login', 'post', 'Sign in with GitHub', async (c) => {
      const { oauth, callback } = here();
      sameOrigin(c);
      const [state, verifier] = [newSecret(), newSecret()];
      await keep(c, { kind: 'leaving', state, verifier });
      return c.redirect(authorizeUrl(oauth, callback, state, verifier), 303);
    }),

    shown(SETUP_CALLBACK_PATH, 'get', 'Where GitHub sends people back to', async (c) => {
      const { oauth, callback } = here();
      const leaving = await session(c);
      const { code, state = '', error } = c.req.query();
      if (leaving?.kind !== 'leaving' || !isSame(state, leaving.state)) {
        throw new PatchworkError('sign_in_failed', 'This sign-in was not begun here, or took too long.', {
          status: 400,
        });
      }
      deleteCookie(c, name(), { path: '/', secure: isSecure() });
      if (error || !code)
        throw new PatchworkError('sign_in_failed', 'You did not let the App sign you in.', { status: 400 });
      const token = await exchange(oauth, code, callback, leaving.verifier);
      await keep(c, { kind: 'visitor', login: await whoIs(oauth, token), token, guard: newSecret() });
      return c.redirect('/setup', 303);
    }),

    shown('/setup/keys', 'post', 'Make a key', async (c) => {
      const { oauth, url } = here();
      const { visitor, fields } = await sent(c);
      const server = fields.get('server') ?? '';
      if (!SERVER_NAME.test(server)) {
        throw new PatchworkError('invalid_field', 'The server’s name may have letters, digits, dots and dashes.', {
          status: 422,
        });
      }
      const scopes = SCOPES.filter((scope) => fields.getAll('scope').includes(scope));
      if (!scopes.length)
        throw new PatchworkError('invalid_field', 'A key has to be good for something.', { status: 422 });
      const repository = (await administeredBy(oauth, visitor.token)).find((one) => one.name === fields.get('repo'));
      if (!repository) throw notYours();
      const expires = ['90 days', '1 year'].find((span) => span === fields.get('expires'));
      const { key, kid } = await mintKey(secrets, {
        repo: repository.name,
        server,
        scopes,
        ...(expires ? { expires } : {}),
      });
      return c.html(keyPage(visitor, { url, key, kid, repo: repository.name, server }));
    }),

    shown('/setup/revoke', 'post', 'How to revoke a key', async (c) => {
      const { oauth } = here();
      const { visitor, fields } = await sent(c);
      const claims = await readKey(secrets, fields.get('key')?.trim() ?? '');
      if (!claims) throw new PatchworkError('invalid_field', 'This is no valid key of this server.', { status: 422 });
      const repository = (await administeredBy(oauth, visitor.token)).find(
        (one) => one.name.toLowerCase() === claims.repo,
      );
      if (!repository) throw notYours();
      return c.html(revokePage(visitor, { kid: claims.kid, repository }));
    }),

    shown('/setup/signout', 'post', 'Sign out', async (c) => {
      await sent(c);
      deleteCookie(c, name(), { path: '/', secure: isSecure() });
      return c.redirect('/setup', 303);
    }),
  ];
}

const foreign = () => new PatchworkError('foreign_form', 'This form was not sent from our page.', { status: 400 });
const notYours = () =>
  new PatchworkError('not_found', 'You do not administer this repository, or the App is not installed on it.', {
    status: 404,
  });
