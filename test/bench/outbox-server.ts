/**
 * A server to load, as a process: `node outbox-server.ts <door> <store>`. Doors: `product`, the HTTP app as it is, or `bare`, the least
 * that could be called an endpoint. Stores: what `openOutbox` takes, as JSON, or `none` for an outbox that confirms without storing.
 * Says its port on standard output.
 */
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { ulid } from 'ulid';
import { type Outbox, openOutbox } from '../../src/outbox/index.ts';
import { reportBody } from '../../src/report/index.ts';
import { bareApp } from '../support/bare-app.ts';

const [door, store = 'none'] = process.argv.slice(2);
const confirming = { accept: async ({ id }: { id: string }) => ({ id, repeat: false }) } as unknown as Outbox;
const outbox = store === 'none' ? confirming : await openOutbox(JSON.parse(store));

const product = () => bareApp({ outbox, loopbackOnly: false, log: console.error });

const bare = () =>
  new Hono().post('/api/feedback', async (c) => {
    const body = reportBody.parse(await c.req.json());
    const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    const { id } = await outbox.accept({ lane: 'acme/weather', id: ulid(), kind: 'report', digest, body });
    return c.json({ id, status: 'recorded' }, 201);
  });

const app = door === 'product' ? product() : bare();
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }: AddressInfo) => {
  process.stdout.write(`${port}\n`);
});
