import { execFile } from 'node:child_process';
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectApp } from '../../src/bot/index.ts';
import { openContext } from '../../src/cli/doctor/context.ts';
import { examineAll, type Result } from '../../src/cli/doctor/doctor.ts';
import { readEnvironment } from '../../src/config/index.ts';
import { readRegistration } from '../../src/forge/index.ts';
import { LABELS } from '../../src/issues/index.ts';
import { freePort, ROOT } from '../support/process.ts';
import { type Product, startProduct } from '../support/product.ts';
import { type Receiver, receive } from '../support/receiver.ts';

const run = promisify(execFile);

describe('doctor', () => {
  let product: Product;
  let receiver: Receiver;
  let env: Record<string, string>;
  let gap: number;
  beforeAll(async () => {
    receiver = await receive((_request, reply) => {
      reply.writeHead(410).end();
    });
    env = {
      PORT: String(await freePort()),
      PATCHWORK_NOTIFY: `ops=${receiver.url}`,
      PATCHWORK_NOTIFY_PRIVATE: '127.0.0.1',
    };
    product = await startProduct({ env });
    const { id } = await product.report();
    gap = (await product.until(id, (item) => item.gap !== null)).gap as number;
    await product.settled();
  });
  afterAll(async () => {
    await product.stop();
    await receiver[Symbol.asyncDispose]();
  });

  const command = async (...args: string[]): Promise<{ status: number; out: string; err: string }> => {
    const { PATH = '', HOME = '' } = process.env;
    const all = { PATH, HOME, NO_COLOR: '1', ...env, PATCHWORK_DATA: product.dataDir };
    try {
      const done = await run(process.execPath, ['src/cli/main.ts', 'doctor', ...args], { cwd: ROOT, env: all });
      return { status: 0, out: done.stdout, err: done.stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { status: code, out: stdout, err: stderr };
    }
  };
  const examine = async (fix = false) => {
    await using context = openContext(readEnvironment({ ...env, PATCHWORK_DATA: product.dataDir }));
    const found: Result[] = [];
    for await (const results of examineAll(context, { fix })) found.push(...results);
    return (check: string) => found.filter((one) => one.check === check);
  };
  const configure = async (text: string) => {
    const { sha } = await product.as('owner', 'GET', '/contents/.github/patchwork.yml');
    const content = Buffer.from(text).toString('base64');
    await product.as('owner', 'PUT', '/contents/.github/patchwork.yml', { message: 'Configure', content, sha });
  };
  const labelsOf = async () => {
    const issue = await product.as('owner', 'GET', `/issues/${gap}`);
    return (issue.labels as { name: string }[]).map(({ name }) => name);
  };

  it('finds what is broken, says what to do, mends what it can, and is content then', async () => {
    const { url } = product;
    const app = readRegistration(join(product.dataDir, 'github'), 'patchwork');
    if (!app) throw new Error('the App is registered');
    const github = await connectApp({
      ...app,
      api: `${url}/api/v3`,
      appId: app.id,
      log: pino({ level: 'silent' }),
      fetch,
    });
    const own = await github.probot?.auth();
    const deliverTo = (address: string) =>
      own?.request({ method: 'PATCH', url: '/app/hook/config', data: { url: `${address}/api/github/webhooks` } });
    // Webhooks go astray for a while.
    await deliverTo('http://127.0.0.1:9');
    await product.as('owner', 'DELETE', `/issues/${gap}/labels/gap:missing_parameter`);
    await product.as('owner', 'POST', `/issues/${gap}/labels`, { labels: ['impact:worked_around', 'mine'] });
    await product.settled();
    await deliverTo(url);
    await product.as('owner', 'DELETE', '/labels/patchwork:reviewed');
    await product.as('owner', 'PATCH', '/labels/severity:high', { color: '000000' });
    await configure('"\\e[31mlevel": auto-merge\n');
    await chmod(product.dataDir, 0o755);
    const db = new DatabaseSync(join(product.dataDir, 'outbox.db'));
    const { id } = db.prepare("SELECT id FROM outbox_entry WHERE kind = 'report' LIMIT 1").get() as { id: string };
    db.prepare("UPDATE outbox_entry SET state = 'dead', reason = '422: Validation Failed' WHERE id = ?").run(id);
    db.close();

    const sick = await examine();
    expect(sick('webhooks')).toMatchObject([{ state: 'problem', what: expect.stringContaining('never arrived') }]);
    expect(sick('labels').map(({ what }) => what)).toEqual([
      '1 label is missing: patchwork:reviewed',
      '1 label has another colour or description: severity:high',
    ]);
    expect(sick('gaps')).toMatchObject([
      { state: 'warning', what: expect.stringContaining(`#${gap} +gap:missing_parameter −impact:worked_around`) },
    ]);
    expect(sick('patchwork.yml')).toMatchObject([{ state: 'problem', what: expect.stringContaining('patchwork.yml') }]);
    expect(sick('data folder')).toMatchObject([{ state: 'warning', what: expect.stringContaining(product.dataDir) }]);
    expect(sick('outbox').at(-1)).toMatchObject({
      state: 'problem',
      what: expect.stringContaining('422: Validation Failed'),
      next: expect.stringContaining(`doctor --retry ${id}`),
    });
    expect(sick('notifications')).toMatchObject([{ state: 'problem', what: expect.stringContaining('410 Gone') }]);
    for (const fine of ['App', 'clock', 'drafts', 'environment', 'versions']) {
      expect(
        sick(fine).map(({ state }) => state),
        fine,
      ).toEqual(['ok']);
    }

    const table = await command();
    expect(table.status).toBe(1);
    expect(table.out).not.toContain('\u001b');
    expect(table.out).toMatch(/^✗ webhooks +\d+ deliver/m);
    expect(table.out).not.toContain('costs of one run');

    receiver.answer = (_request, reply) => reply.end();
    expect((await command('--retry', id)).out).toContain(`report ${id} waits again`);
    expect(await command('--retry', id)).toMatchObject({
      status: 1,
      err: expect.stringContaining('Nothing of this id'),
    });
    await configure('verify: []\n');
    const mended = await examine(true);
    expect(mended('webhooks')[0]?.fixed).toMatch(/deliver(y|ies) asked for again/);
    expect(mended('gaps')[0]?.fixed).toBe('1 gap labelled anew');
    await product.settled();

    const well = await examine();
    expect(
      ['labels', 'gaps', 'webhooks', 'outbox', 'data folder'].flatMap(well).filter(({ state }) => state !== 'ok'),
    ).toEqual([]);
    expect(well('notifications')[0]?.state).toBe('ok');
    expect(await labelsOf()).toEqual(expect.arrayContaining(['gap:missing_parameter', 'mine']));
    expect(await labelsOf()).not.toContain('impact:worked_around');
    const there = await product.as('owner', 'GET', '/labels/severity:high');
    expect(there.color).toBe(LABELS.find(({ name }) => name === 'severity:high')?.color.toLowerCase());
    expect((await stat(product.dataDir)).mode & 0o777).toBe(0o700);
  });

  it('skips what it cannot see where no server runs, and still looks at the rest', async () => {
    const { PATH = '', HOME = '' } = process.env;
    const { stdout } = await run(process.execPath, ['src/cli/main.ts', 'doctor', '--json'], {
      cwd: ROOT,
      env: { PATH, HOME, PORT: String(await freePort()), PATCHWORK_DATA: '/nonexistent' },
    });
    const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Result[] };
    expect(ok).toBe(true);
    const skipped = findings.filter(({ state }) => state === 'skipped').map(({ check }) => check);
    expect(skipped).toEqual(expect.arrayContaining(['App', 'webhooks', 'labels', 'outbox']));
  });
});
