import { setTimeout as sleep } from 'node:timers/promises';
import { createAppAuth } from '@octokit/auth-app';
import * as z from 'zod';

const installations = z.array(z.object({ id: z.number(), account: z.object({ login: z.string() }).nullable() }));
const repositories = z.object({ repositories: z.array(z.object({ full_name: z.string() })) });
const tokenOf = z.object({ token: z.string() });

/** Resolves with the repositories that the App was installed on, as soon as it was. Undefined when `signal` ends the wait. */
export async function repositoriesOf(
  api: string,
  app: { id: number; pem: string },
  signal: AbortSignal,
): Promise<string[] | undefined> {
  const auth = createAppAuth({ appId: app.id, privateKey: app.pem });
  while (!signal.aborted) {
    const { token } = await auth({ type: 'app' });
    const [first] = (await ask(api, token, '/app/installations', installations)) ?? [];
    if (first) {
      const made = await ask(api, token, `/app/installations/${first.id}/access_tokens`, tokenOf, 'POST');
      const found = made && (await ask(api, made.token, '/installation/repositories?per_page=100', repositories));
      if (found) return found.repositories.map(({ full_name }) => full_name);
    }
    await sleep(1000, undefined, { signal }).catch(() => {});
  }
  return undefined;
}

async function ask<T extends z.ZodType>(
  api: string,
  token: string,
  path: string,
  schema: T,
  method = 'GET',
): Promise<z.infer<T> | undefined> {
  const answer = await fetch(`${api}${path}`, {
    method,
    headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${token}`, 'user-agent': 'patchworkmcp' },
    redirect: 'error',
  }).catch(() => undefined);
  return answer?.ok ? schema.safeParse(await answer.json()).data : undefined;
}
