import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { post } from '../../../src/bot/notify/index.ts';
import { receive } from '../../support/receiver.ts';

const NETWORKS = ['127.0.0.0/8'];
const try_ = (url: string, options: Partial<Parameters<typeof post>[3]> = {}) =>
  post(url, '{}', {}, { networks: [], timeoutMs: 2000, ...options });

const answers =
  (...all: string[][]) =>
  async (): Promise<LookupAddress[]> =>
    ((all.length > 1 ? all.shift() : all[0]) ?? []).map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));

describe('an address that others chose', () => {
  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0/',
    'https://0.0.0.0/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[fe80::1]/',
    'https://[fd00::1]/',
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://100.64.0.1/',
    'https://198.18.0.1/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'http://8.8.8.8/',
  ])('is refused where it is not public, in whatever form: %s', async (url) => {
    await expect(try_(url)).rejects.toThrow('private and not allowed');
  });

  it.each(['127.0.0.1', '::1', '10.1.2.3', '169.254.169.254', '::ffff:192.168.0.1', 'fd12::1'])(
    'is refused when its name leads to %s',
    async (address) => {
      await expect(try_('https://hook.example/', { resolve: answers([address]) })).rejects.toThrow('private');
    },
  );

  it('is connected to at the very address that was looked at: a second answer of the DNS is never asked for', async () => {
    await using receiver = await receive();
    const { port } = new URL(receiver.url);
    let asked = 0;
    const rebinding = async () => {
      asked += 1;
      return answers(asked === 1 ? ['192.0.2.1'] : ['127.0.0.1'])();
    };
    await expect(try_(`https://rebind.example:${port}/`, { resolve: rebinding })).rejects.toThrow('private');
    expect(asked).toBe(1);
    const mixed = answers(['127.0.0.1', '::1']);
    await expect(try_(`https://rebind.example:${port}/`, { resolve: mixed })).rejects.toThrow('private');
    expect(receiver.got).toEqual([]);
  });

  it('may lie in a network that the operator allows, also over http', async () => {
    await using receiver = await receive();
    expect(await try_(receiver.url, { networks: NETWORKS })).toMatchObject({ status: 200 });
    const named = receiver.url.replace('127.0.0.1', 'inside.example');
    expect(await try_(named, { networks: NETWORKS, resolve: answers(['127.0.0.1']) })).toMatchObject({ status: 200 });
    expect(receiver.got).toHaveLength(2);
  });

  it('does not lead elsewhere by a redirect', async () => {
    await using inside = await receive();
    await using receiver = await receive((_request, reply) => {
      reply.writeHead(307, { location: inside.url }).end();
    });
    expect(await try_(receiver.url, { networks: NETWORKS })).toMatchObject({ status: 307 });
    expect(inside.got).toEqual([]);
  });

  it('cannot hold us up, nor fill our memory', async () => {
    await using silent = await receive(() => {});
    const began = performance.now();
    await expect(try_(silent.url, { networks: NETWORKS, timeoutMs: 200 })).rejects.toThrow('no answer in time');
    expect(performance.now() - began).toBeLessThan(2000);

    let sent = 0;
    let closed: () => void = () => {};
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    await using endless = await receive((_request, reply) => {
      reply.writeHead(200);
      const more = () => {
        sent += 1;
        if (reply.write(Buffer.alloc(65_536))) setImmediate(more);
      };
      reply.on('drain', more).on('close', closed);
      more();
    });
    expect(await try_(endless.url, { networks: NETWORKS })).toMatchObject({ status: 200 });
    await isClosed;
    expect(sent).toBeLessThan(500);
  });

  it('is told nothing about in what goes wrong: it may be a secret', async () => {
    const failure = await try_('https://hook.example/services/T0/B0/secret', { resolve: answers(['127.0.0.1']) }).catch(
      (error: Error) => error.message,
    );
    expect(failure).not.toMatch(/secret|hook\.example|127/);
    const refused = await try_('http://127.0.0.1:9/secret', { networks: NETWORKS }).catch(
      (error: Error) => error.message,
    );
    expect(refused).toMatch(/^no connection/);
    expect(refused).not.toMatch(/secret|127/);
  });

  it('says how long it wants to be left alone', async () => {
    await using receiver = await receive((_request, reply) => {
      reply.writeHead(503, { 'retry-after': '120' }).end();
    });
    expect(await try_(receiver.url, { networks: NETWORKS })).toEqual({ status: 503, retryAfterMs: 120_000 });
  });
});
