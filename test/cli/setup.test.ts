import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Forge, openForge } from '../../src/forge/index.ts';
import { WELCOME_TITLE } from '../../src/issues/index.ts';
import { browser } from '../forge/pages/browser.ts';
import { freePort, ROOT } from '../support/process.ts';
import { SAMPLE_REPORT } from '../support/product.ts';
import { until } from '../support/until.ts';

describe('setting up a GitHub App', () => {
  let dir: string;
  let forge: Forge;
  let github: string;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'patchwork-setup-'));
    const port = await freePort();
    github = `http://localhost:${port}`;
    forge = await openForge({ dir: join(dir, 'github'), url: github });
    await forge.createRepository({ owner: 'owner', name: 'server', files: { 'README.md': '# A server\n' } });
    const server = createAdaptorServer({ fetch: (request) => forge.fetch(request) });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    stop = async () => {
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await forge.close();
    };
  });
  afterAll(async () => {
    await stop();
    await rm(dir, { recursive: true });
  });

  const start = (args: string[], env: Record<string, string>) => {
    const { PATH = '', HOME = '' } = process.env;
    const all = { PATH, HOME, NO_COLOR: '1', ...env };
    const child = spawn(process.execPath, ['src/cli/main.ts', ...args], { cwd: ROOT, env: all });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (data) => (out += data));
    return { child, out: () => out, ended: once(child, 'exit') };
  };
  const api = async (path: string) => (await forge.api('owner', 'GET', path)).json;

  const welcomes = async () => {
    const issues: { title: string; user: { login: string } }[] = await api('/repos/owner/server/issues?state=all');
    const found = issues.filter(({ title }) => title === WELCOME_TITLE);
    return found.length ? found : undefined;
  };

  it('leads from the command line through the browser to reports that become issues, in minutes', async () => {
    const began = performance.now();
    const port = await freePort();
    const data = join(dir, 'data');
    const url = `http://localhost:${port}`;
    const env = { GITHUB_API_URL: `${github}/api/v3`, PATCHWORK_DATA: data };
    const setup = start(['setup', '--url', url, '--no-open'], env);
    const address = await until('the page’s address', () => /http:\/\/127\.0\.0\.1:\d+\//.exec(setup.out())?.[0]);

    // Nobody else can answer for GitHub.
    expect((await fetch(`${address}callback?code=x&state=guessed`)).status).toBe(403);
    const elsewhere = await new Promise((resolve) => {
      request(address, { headers: { host: 'evil.example' } }, ({ statusCode }) => resolve(statusCode)).end();
    });
    expect(elsewhere).toBe(421);

    await using chromium = await browser();
    const page = await (await chromium.open()).newPage();
    await page.goto(address);
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/app-page.png` });
    await page.locator('button:focus').press('Enter');
    await page.getByRole('button', { name: 'Create PatchworkMCP' }).click();
    await page.getByRole('button', { name: 'Install on owner' }).click();
    expect(await setup.ended).toEqual([0, null]);
    expect(setup.out()).toContain('Reports will go to owner/server.');

    const file = join(data, '.env');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(data, 'app.pem'))).mode & 0o777).toBe(0o600);
    const saved = parseEnv(await readFile(file, 'utf8'));
    expect(saved).toMatchObject({
      PATCHWORK_REPO: 'owner/server',
      PATCHWORK_URL: url,
      GITHUB_API_URL: `${github}/api/v3`,
    });
    expect(setup.out()).not.toMatch(new RegExp(`PRIVATE KEY|${saved.GITHUB_CLIENT_SECRET}|${saved.WEBHOOK_SECRET}`));
    expect(await start(['setup', '--url', url, '--no-open'], env).ended).toEqual([1, null]);

    const server = start(['serve'], { ...env, PORT: String(port), HOST: '127.0.0.1' });
    try {
      await until('the server', async () => (await fetch(`${url}/healthz`).catch(() => undefined))?.ok || undefined);
      const [welcome] = await until('the welcome issue', welcomes);
      expect(welcome?.user.login).toBe('patchworkmcp[bot]');
      const headers = { authorization: `Bearer ${saved.FEEDBACK_API_KEY}`, 'content-type': 'application/json' };
      const sent = await fetch(`${url}/api/feedback`, { method: 'POST', headers, body: JSON.stringify(SAMPLE_REPORT) });
      expect(sent.status).toBe(201);
      await until('the gap', async () => {
        const issues: { title: string }[] = await api('/repos/owner/server/issues?state=all');
        return issues.some(({ title }) => title.includes('costs of one run')) || undefined;
      });
      const names = (await api('/repos/owner/server/labels?per_page=100')).map((label: { name: string }) => label.name);
      expect(names).toEqual(expect.arrayContaining(['patchwork', 'patchwork:draft', 'severity:critical']));
      expect(performance.now() - began).toBeLessThan(5 * 60_000);
    } finally {
      server.child.kill('SIGTERM');
      await server.ended;
    }

    const again = start(['serve'], { ...env, PORT: String(port), HOST: '127.0.0.1' });
    try {
      await until('the server', async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok || undefined);
      const waits = async () =>
        /patchwork_queue_entries (\d+)/.exec(
          await (
            await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${saved.FEEDBACK_API_KEY}` } })
          ).text(),
        )?.[1];
      await until('nothing waits', async () => ((await waits()) === '0' ? true : undefined));
      expect(await welcomes()).toHaveLength(1);
    } finally {
      again.child.kill('SIGTERM');
      await again.ended;
    }
  });
});
