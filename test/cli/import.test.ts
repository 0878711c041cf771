import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOutbox } from '../../src/outbox/index.ts';
import { freePort, ROOT } from '../support/process.ts';
import { type Item, type Product, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);

/** The original's tables, as its first release makes them. */
const SCHEMA = `
  CREATE TABLE feedback (id TEXT PRIMARY KEY, server_name TEXT NOT NULL, timestamp TEXT NOT NULL, what_i_needed TEXT NOT NULL,
    what_i_tried TEXT NOT NULL, gap_type TEXT NOT NULL, suggestion TEXT DEFAULT '', user_goal TEXT DEFAULT '',
    resolution TEXT DEFAULT '', agent_model TEXT DEFAULT '', tools_available TEXT DEFAULT '[]', session_id TEXT DEFAULT '',
    reviewed INTEGER DEFAULT 0);
  CREATE TABLE feedback_notes (id TEXT PRIMARY KEY, feedback_id TEXT NOT NULL REFERENCES feedback(id), timestamp TEXT NOT NULL,
    content TEXT NOT NULL);`;

function feedbackDb(file: string, rows: number): void {
  const db = new DatabaseSync(file);
  db.exec(SCHEMA);
  db.exec('BEGIN');
  const add =
    db.prepare(`INSERT INTO feedback (id, server_name, timestamp, what_i_needed, what_i_tried, gap_type, resolution,
    tools_available, session_id, reviewed) VALUES (?, 'cost-server', ?, ?, ?, 'missing_tool', 'blocked', '["get_costs"]', ?, ?)`);
  for (let i = 0; i < rows; i++) {
    const at = new Date(Date.UTC(2026, 1, 1 + i)).toISOString().replace('Z', '+00:00');
    add.run(
      `row-${i}`,
      at,
      i < 2 ? 'A tool that lists invoices' : `Need number ${i} of its own kind`,
      'get_costs',
      `s-${i}`,
      i === 0 ? 1 : 0,
    );
  }
  db.prepare('INSERT INTO feedback_notes VALUES (?, ?, ?, ?)').run(
    'note-1',
    'row-0',
    '2026-02-03T10:00:00+00:00',
    'Invoices live in billing. ghp_0123456789abcdefghijklmnopqrstuvwxyz',
  );
  db.exec('COMMIT');
  db.close();
}

describe('import of the original’s feedback.db', () => {
  let product: Product;
  let dir: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'patchwork-import-'));
    env = { PORT: String(await freePort()) };
    product = await startProduct({ env });
  });
  afterAll(async () => {
    await product.stop();
    await rm(dir, { recursive: true });
  });
  const command = (name: string, ...args: string[]) => {
    const { PATH = '', HOME = '' } = process.env;
    const all = { PATH, HOME, ...env, PATCHWORK_DATA: product.dataDir };
    return run(process.execPath, ['src/cli/main.ts', name, ...args], { cwd: ROOT, env: all });
  };

  it('makes gaps of rows, with their times, notes and reviews; a second time changes nothing', async () => {
    const file = join(dir, 'feedback.db');
    feedbackDb(file, 3);
    const { stdout } = await command('import', file);
    expect(stdout).toContain('3 reports and 1 notes wait for owner/cost-server; 0 entries were there already');
    await product.settled();
    const items = (await product.ask('GET', '/api/feedback')).json as (Item & { timestamp: string })[];
    expect(items.map(({ timestamp, gap, seen }) => [timestamp, gap, seen])).toEqual([
      ['2026-02-03T00:00:00.000Z', 2, 1],
      ['2026-02-02T00:00:00.000Z', 1, 2],
      ['2026-02-01T00:00:00.000Z', 1, 2],
    ]);
    const [first] = items.slice(-1);
    expect(first?.reviewed).toBe(true);
    expect(first?.tools_available).toEqual(['get_costs']);
    expect(first?.notes.map(({ content }) => content).join()).toMatch(/Invoices live in billing\. \[redacted/);

    const before = await product.as('owner', 'GET', '/issues?state=all');
    expect((await command('import', file)).stdout).toContain(
      '0 reports and 0 notes wait for owner/cost-server; 5 entries',
    );
    await product.settled();
    expect(await product.as('owner', 'GET', '/issues?state=all')).toEqual(before);
  });

  it('is read back by `export`, filters and all', async () => {
    const { stdout } = await command('export', '--format', 'jsonl', '--session-id', 's-2');
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).session_id),
    ).toEqual(['s-2']);
    const csv = (await command('export')).stdout.split('\r\n');
    expect(csv[0]).toMatch(/^id,timestamp,server_name,gap_type,/);
    expect(csv).toHaveLength(5);
    await expect(command('export', '--format', 'xml')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('format'),
    });
  });

  it('goes on where it was killed, and loses and doubles nothing', async () => {
    const file = join(dir, 'many.db');
    const rows = 3000;
    feedbackDb(file, rows);
    const data = join(dir, 'data');
    const { PATH = '', HOME = '' } = process.env;
    const start = () =>
      spawn(process.execPath, ['src/cli/main.ts', 'import', file, '--repo', 'owner/many'], {
        cwd: ROOT,
        env: { PATH, HOME, PATCHWORK_DATA: data },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
    await mkdir(data, { recursive: true });
    await (await openOutbox({ file: join(data, 'outbox.db') })).close();
    using outbox = new DatabaseSync(join(data, 'outbox.db'));
    const waiting = () =>
      outbox.prepare(`SELECT count(*) AS n FROM outbox_entry WHERE state = 'waiting'`).get()?.n as number;
    // It never gets past the 1,100th entry, so it is killed in the middle of a transaction.
    outbox.exec(`CREATE TRIGGER hold AFTER INSERT ON outbox_entry WHEN (SELECT count(*) FROM outbox_entry) = 1100
      BEGIN SELECT count(*) FROM outbox_entry a, outbox_entry b, outbox_entry c, outbox_entry d; END`);
    const killed = start();
    const ended = once(killed, 'exit');
    await until('a thousand entries', () => waiting() >= 1000 || undefined);
    killed.kill('SIGKILL');
    await ended;
    outbox.exec('DROP TRIGGER hold');
    const there = waiting();
    expect(there).toBeLessThan(1100);
    const again = start();
    let out = '';
    again.stdout.on('data', (chunk) => {
      out += chunk;
    });
    await once(again, 'close');
    expect(out).toContain(`${there} entries were there already`);
    expect(waiting()).toBe(rows + 2);
  });

  it('refuses what is no such file', async () => {
    await expect(command('import', join(dir, 'none.db'))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no such file'),
    });
    await expect(command('import', join(ROOT, 'package.json'))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no database'),
    });
  });
});
