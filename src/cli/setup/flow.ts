import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import * as z from 'zod';
import { SETUP_CALLBACK_PATH, WEBHOOK_PATH } from '../../http/index.ts';
import { appManifest } from '../manifest.ts';
import { createPage, policy, problemPage } from './page.ts';

/** What GitHub gives for the manifest's code, once. */
const conversion = z.object({
  id: z.number(),
  slug: z.string(),
  html_url: z.string(),
  pem: z.string(),
  webhook_secret: z.string(),
  client_id: z.string(),
  client_secret: z.string(),
});
export type CreatedApp = z.infer<typeof conversion>;

export interface FlowOptions {
  web: string;
  api: string;
  /** Where the server will be reached. */
  url: string;
  /** The organization that is to own the App; the person's own account without one. */
  organization: string | undefined;
  name: string | undefined;
}

export interface Flow extends AsyncDisposable {
  /** The page to open. */
  address: string;
  /** Resolves when the App is there. */
  created: Promise<CreatedApp>;
}

const CALLBACK = '/callback';

/**
 * GitHub's manifest flow (https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest): a page on loopback
 * takes the manifest to GitHub in the browser, GitHub sends a code back to loopback, and the code is worth the App's secrets, once.
 */
export async function startFlow(options: FlowOptions): Promise<Flow> {
  const state = randomBytes(32).toString('hex');
  let done: (app: CreatedApp) => void = () => {};
  const created = new Promise<CreatedApp>((resolve) => {
    done = resolve;
  });
  const app = new Hono();
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const address = `http://${host}/`;

  app.use(async (c, next) => {
    c.header('Content-Security-Policy', policy(options.web));
    c.header('Cache-Control', 'no-store');
    c.header('Referrer-Policy', 'no-referrer');
    // Another site's name may lead here (DNS rebinding); it must not read the page.
    if (c.req.header('host') !== host) return c.text('Unknown host.', 421);
    return next();
  });
  app.get('/', (c) => {
    const owner = options.organization ? `organizations/${encodeURIComponent(options.organization)}/` : '';
    const action = `${options.web}/${owner}settings/apps/new?state=${state}`;
    return c.html(createPage(action, manifestOf(options, `http://${host}${CALLBACK}`)));
  });
  app.get(CALLBACK, async (c) => {
    const given = Buffer.from(c.req.query('state') ?? '');
    const isOurs = given.length === state.length && timingSafeEqual(given, Buffer.from(state));
    if (!isOurs) return c.html(problemPage('This answer is not to our question: its state is wrong.'), 403);
    try {
      const made = await convert(options.api, c.req.query('code') ?? '');
      done(made);
      return c.redirect(`${made.html_url}/installations/new`, 303);
    } catch (error) {
      return c.html(problemPage(error instanceof Error ? error.message : String(error)), 502);
    }
  });
  return {
    address,
    created,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}

function manifestOf({ url, name }: FlowOptions, redirect: string) {
  const { name: usual, description, public: isPublic, default_permissions, default_events } = appManifest();
  return {
    name: name ?? usual,
    description,
    url,
    public: isPublic,
    hook_attributes: { url: `${url}${WEBHOOK_PATH}`, active: true },
    redirect_url: redirect,
    callback_urls: [`${url}${SETUP_CALLBACK_PATH}`],
    default_permissions,
    default_events,
  };
}

async function convert(api: string, code: string): Promise<CreatedApp> {
  const answer = await fetch(`${api}/app-manifests/${encodeURIComponent(code)}/conversions`, {
    method: 'POST',
    headers: { accept: 'application/vnd.github+json', 'user-agent': 'patchworkmcp' },
    redirect: 'error',
    signal: AbortSignal.timeout(30_000),
  });
  const read = conversion.safeParse(await answer.json().catch(() => undefined));
  if (!answer.ok || !read.success)
    throw new Error('GitHub does not know this code any more: it is good once, and for an hour.');
  return read.data;
}
