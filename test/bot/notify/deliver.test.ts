import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  announceThrough,
  enableTarget,
  type NoticeOptions,
  readHealth,
  signingSecret,
  workNotices,
} from '../../../src/bot/notify/index.ts';
import { readTargets, type Target } from '../../../src/config/index.ts';
import type { GapEvent } from '../../../src/issues/index.ts';
import { type Outbox, openOutbox } from '../../../src/outbox/index.ts';
import { startProduct } from '../../support/product.ts';
import { type Receiver, receive } from '../../support/receiver.ts';

const { draft } = JSON.parse(
  await readFile(new URL('../../../examples/cost-server.recorded.json', import.meta.url), 'utf8'),
);
const REPOSITORY = 'owner/name';
const SECRET = 'a secret of at least sixteen characters';

const eventNo = (issue: number): GapEvent => ({
  type: 'gap.opened',
  key: `gap.opened:${issue}:x`,
  repository: REPOSITORY,
  at: '2026-11-20T10:00:00.000Z',
  issue,
  url: `https://github.com/owner/name/issues/${issue}`,
  title: 'A gap',
  server: 'cost-server',
  reports: 1,
});

describe('delivery of notices', () => {
  let dir: string;
  let outbox: Outbox;
  let now: Date;
  let results: string[];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'patchwork-notices-'));
    outbox = await openOutbox({ file: join(dir, 'outbox.db') });
    now = new Date('2026-11-20T10:00:00Z');
    results = [];
  });
  afterEach(async () => {
    await outbox.close();
    await rm(dir, { recursive: true });
  });

  const sql = <T>(text: string): T[] => {
    const db = new DatabaseSync(join(dir, 'outbox.db'));
    try {
      return db.prepare(text).all() as T[];
    } finally {
      db.close();
    }
  };
  const fastForward = () => {
    sql('UPDATE outbox_entry SET retry_at = 0');
    sql("UPDATE outbox_lane SET due_at = 0 WHERE EXISTS (SELECT 1 FROM outbox_entry WHERE state = 'waiting')");
  };
  const at = (...urls: string[]) => readTargets(urls.map((url, i) => `t${i}=${url}`).join(' '));
  /** Works until nothing is due. */
  const work = async (targets: Target[], more: Partial<NoticeOptions> = {}) => {
    for (;;) {
      const lease = await outbox.claim('test');
      if (!lease) return;
      await workNotices(lease, REPOSITORY, {
        outbox,
        targets: async () => targets,
        networks: ['127.0.0.1/32'],
        secrets: [SECRET],
        attempted: (result) => results.push(result),
        now: () => now,
        log: () => {},
        renewMs: 10_000,
        ...more,
      });
    }
  };
  const announce = (issue: number) => announceThrough(outbox)(eventNo(issue));
  const failing: Receiver['answer'] = (_request, reply) => {
    reply.writeHead(500).end();
  };

  it('tells each target that wants an event, once, signed so that the official library accepts it', async () => {
    await using one = await receive();
    await using two = await receive();
    await announce(1);
    await announce(1);
    const targets = at(one.url, `${two.url}#draft.failed`);
    now = new Date();
    await work(targets, { secrets: [`new ${SECRET}`, SECRET] });
    expect(two.got).toEqual([]);
    expect(one.got).toHaveLength(1);
    const { headers, body } = one.got[0] as Receiver['got'][0];
    const target = targets[0] as Target;
    for (const secret of [`new ${SECRET}`, SECRET]) {
      const verified = new Webhook(signingSecret(secret, target, REPOSITORY)).verify(body, headers as never);
      expect(verified).toMatchObject({ type: 'gap.opened', data: { issue: 1 } });
    }
    const foreign = signingSecret(SECRET, { ...target, by: 'repository' }, 'owner/other');
    expect(() => new Webhook(foreign).verify(body, headers as never)).toThrow();
    expect(() => new Webhook(signingSecret(SECRET, target, '')).verify(`${body} `, headers as never)).toThrow();
  });

  it('tries again as the specification’s schedule says, under the same id, and gives up after ten attempts', async () => {
    await using receiver = await receive(failing);
    await announce(1);
    const pauses: number[] = [];
    for (let i = 0; i < 10; i++) {
      await work(at(receiver.url));
      const [row] = sql<{ retry_at: number; state: string }>(
        "SELECT retry_at, state FROM outbox_entry WHERE kind = 'delivery'",
      );
      if (row?.state === 'waiting') pauses.push((row.retry_at - Date.now()) / 1000);
      fastForward();
    }
    const planned = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
    expect(pauses).toHaveLength(planned.length);
    for (const [i, seconds] of planned.entries()) {
      expect(pauses[i]).toBeGreaterThan(seconds * 0.89 - 1);
      expect(pauses[i]).toBeLessThan(seconds * 1.11 + 1);
    }
    expect(receiver.got).toHaveLength(10);
    expect(new Set(receiver.got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(await outbox.dead()).toMatchObject([{ kind: 'delivery', attempts: 10, deadReason: 'answered 500' }]);
  });

  it('waits as long as the receiver asks for', async () => {
    await using receiver = await receive((_request, reply) => {
      reply.writeHead(429, { 'retry-after': '3600' }).end();
    });
    await announce(1);
    await work(at(receiver.url));
    const [row] = sql<{ retry_at: number }>("SELECT retry_at FROM outbox_entry WHERE kind = 'delivery'");
    expect(((row?.retry_at ?? 0) - Date.now()) / 1000).toBeGreaterThan(3500);
  });

  it('does not let one target hold up another, nor try a failing one for each thing that waits', async () => {
    await using bad = await receive(failing);
    await using good = await receive();
    for (const issue of [1, 2, 3, 4, 5]) await announce(issue);
    await work(at(bad.url, good.url));
    expect(good.got).toHaveLength(5);
    expect(bad.got).toHaveLength(1);
    bad.answer = (_request, reply) => reply.end();
    fastForward();
    await work(at(bad.url, good.url));
    const issues = bad.got.map(({ body }) => JSON.parse(body).data.issue);
    expect(issues.slice(1).sort()).toEqual([1, 2, 3, 4, 5]);
    expect(good.got).toHaveLength(5);
  });

  it('tells a target nothing more after five days in which it took nothing, until a person wants it tried again', async () => {
    await using receiver = await receive(failing);
    const targets = at(receiver.url);
    await announce(1);
    await work(targets);
    now = new Date(now.getTime() + 4.9 * 86_400_000);
    fastForward();
    await work(targets);
    expect((await readHealth(outbox, REPOSITORY))[0]?.disabled).toBeUndefined();
    now = new Date(now.getTime() + 0.2 * 86_400_000);
    fastForward();
    await work(targets);
    expect((await readHealth(outbox, REPOSITORY))[0]?.disabled?.why).toContain('nothing was taken since 2026-11-20');
    await announce(2);
    await work(targets);
    expect(receiver.got).toHaveLength(3);
    expect(results.at(-1)).toBe('disabled');

    receiver.answer = (_request, reply) => reply.end();
    await enableTarget(outbox, REPOSITORY, 't0');
    await announce(3);
    await work(targets);
    expect(JSON.parse(receiver.got.at(-1)?.body ?? '').data.issue).toBe(3);
    const [health] = await readHealth(outbox, REPOSITORY);
    expect(health).not.toHaveProperty('failingSince');
    expect(health?.recent.map(({ issue, result }) => `${issue} ${result}`)).toEqual([
      '1 answered 500',
      '1 answered 500',
      '1 answered 500',
      '3 delivered',
    ]);
  });

  it('takes 410 Gone for an answer, and a new address for a new target', async () => {
    await using receiver = await receive((_request, reply) => {
      reply.writeHead(410).end();
    });
    await announce(1);
    await announce(2);
    await work(at(receiver.url));
    expect(receiver.got).toHaveLength(1);
    expect((await readHealth(outbox, REPOSITORY))[0]?.disabled?.why).toContain('410');
    receiver.answer = (_request, reply) => reply.end();
    await announce(3);
    await work(at(`${receiver.url}/moved`));
    expect(receiver.got.at(-1)?.path).toBe('/hook/moved');
  });

  it('loses and repeats nothing over a crash between event and deliveries', async () => {
    await using receiver = await receive();
    await announce(1);
    const lease = await outbox.claim('crashed');
    const entries = (await lease?.entries()) ?? [];
    expect(entries).toHaveLength(1);
    sql('UPDATE outbox_lane SET lease_until = 0');
    await work(at(receiver.url));
    await announce(1);
    await work(at(receiver.url));
    expect(receiver.got).toHaveLength(1);
  });
});

describe('a repository whose owner wants to be told', () => {
  it('hears once of a gap, of its escalation and of its draft, and nothing of repeats', async () => {
    await using receiver = await receive();
    const product = await startProduct({
      drafts: [{ text: 'no JSON at all' }, ...draft],
      env: {
        PATCHWORK_NOTIFY: `ops=${receiver.url}`,
        PATCHWORK_NOTIFY_PRIVATE: '127.0.0.0/8',
        PATCHWORK_SECRET: SECRET,
      },
    });
    try {
      const { id } = await product.report();
      const item = await product.until(id, ({ gap }) => gap !== null);
      for (const session of ['session-1', 'session-1', 'session-2', 'session-2']) {
        await product.report({ session_id: session, what_i_tried: `Another way, in ${session}` });
        await product.settled();
      }
      await product.as('owner', 'POST', `/issues/${item.gap}/labels`, { labels: ['patchwork:draft'] });
      await product.until(id, ({ drafts }) => drafts.at(-1)?.outcome !== undefined);
      await product.settled();
      const told = receiver.got.map(({ body }) => JSON.parse(body));
      expect(told.map(({ type }) => type)).toEqual(['gap.opened', 'gap.escalated', expect.stringMatching(/^draft\./)]);
      expect(told[1].data).toMatchObject({ was: 'low', severity: 'medium', issue: item.gap, url: item.url });
      expect(JSON.stringify(told)).not.toContain('rows of other runs are mixed in');
      const secret = signingSecret(SECRET, { url: receiver.url, by: 'operator' }, product.repository);
      for (const { body, headers } of receiver.got) new Webhook(secret).verify(body, headers as never);
    } finally {
      await product.stop();
    }
  });
});
