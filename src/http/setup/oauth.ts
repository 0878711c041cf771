import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { PatchworkError } from '../../report/index.ts';

/** How people sign in with the configured GitHub: the web flow of the App (https://docs.github.com/apps/creating-github-apps). */
export interface OAuth {
  clientId: string;
  clientSecret: string;
  /** Where people are: `https://github.com`. */
  web: string;
  /** Where programs are: `https://api.github.com`. */
  api: string;
  fetch: typeof fetch;
}

/** A repository that the App is installed on and that the visitor administers. */
export interface Administered {
  /** owner/name. */
  name: string;
  url: string;
  branch: string;
}

export const newSecret = () => randomBytes(32).toString('base64url');

/** Where the visitor is sent. GitHub checks the proof key (PKCE, S256); an older one passes over it. */
export function authorizeUrl(oauth: OAuth, callback: string, state: string, verifier: string): string {
  const url = new URL('/login/oauth/authorize', oauth.web);
  url.search = String(
    new URLSearchParams({
      client_id: oauth.clientId,
      redirect_uri: callback,
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      allow_signup: 'false',
    }),
  );
  return url.href;
}

/** The visitor's token for the code that GitHub sent them back with. Throws `sign_in_failed` (400). */
export async function exchange(oauth: OAuth, code: string, callback: string, verifier: string): Promise<string> {
  const { clientId: client_id, clientSecret: client_secret } = oauth;
  const answer = await oauth.fetch(new URL('/login/oauth/access_token', oauth.web).href, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ client_id, client_secret, code, redirect_uri: callback, code_verifier: verifier }),
    redirect: 'error',
    signal: AbortSignal.timeout(WAIT_MS),
  });
  const { access_token: token } = (await answer.json().catch(() => ({}))) as { access_token?: unknown };
  if (typeof token !== 'string' || token === '') {
    throw new PatchworkError('sign_in_failed', 'GitHub did not accept the sign-in.', {
      status: 400,
      next: 'Begin again.',
    });
  }
  return token;
}

const WAIT_MS = 10_000;
const PAGE = 100;
/** More repositories than anybody chooses from. */
const MOST_PAGES = 10;

const user = z.object({ login: z.string() });
const installations = z.object({ installations: z.array(z.object({ id: z.number() })) });
const repositories = z.object({
  repositories: z.array(
    z.object({
      full_name: z.string(),
      html_url: z.string(),
      default_branch: z.string().default('main'),
      permissions: z.object({ admin: z.boolean().default(false) }).optional(),
    }),
  ),
});

export const whoIs = async (oauth: OAuth, token: string): Promise<string> =>
  (await get(oauth, token, '/user', user)).login;

/** Looked up live each time: what the visitor administered a moment ago counts for nothing. */
export async function administeredBy(oauth: OAuth, token: string): Promise<Administered[]> {
  const found: Administered[] = [];
  for await (const { installations: here } of pages(oauth, token, '/user/installations', installations)) {
    for (const { id } of here) {
      for await (const { repositories: all } of pages(
        oauth,
        token,
        `/user/installations/${id}/repositories`,
        repositories,
      )) {
        for (const { full_name: name, html_url: url, default_branch: branch, permissions } of all)
          if (permissions?.admin) found.push({ name, url, branch });
      }
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function* pages<T extends z.ZodType>(
  oauth: OAuth,
  token: string,
  path: string,
  schema: T,
): AsyncGenerator<z.infer<T>> {
  for (let page = 1; page <= MOST_PAGES; page++) {
    const answer = await get(oauth, token, `${path}?per_page=${PAGE}&page=${page}`, schema);
    yield answer;
    const rows = Object.values(answer as object).find(Array.isArray);
    if (!rows || rows.length < PAGE) return;
  }
}

async function get<T extends z.ZodType>(oauth: OAuth, token: string, path: string, schema: T): Promise<z.infer<T>> {
  const answer = await oauth.fetch(`${oauth.api}${path}`, {
    headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${token}`, 'user-agent': 'patchworkmcp' },
    redirect: 'error',
    signal: AbortSignal.timeout(WAIT_MS),
  });
  if (answer.status === 401)
    throw new PatchworkError('signed_out', 'The sign-in is over.', { status: 401, next: 'Sign in again.' });
  const read = schema.safeParse(await answer.json().catch(() => undefined));
  if (!answer.ok || !read.success) {
    throw new PatchworkError('github_unavailable', 'GitHub does not say which repositories are yours.', {
      status: 503,
      next: 'Try again soon.',
    });
  }
  return read.data;
}
