import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Forge, openForge } from '../../src/forge/index.ts';
import { createGapIndex, openRepository } from '../../src/issues/index.ts';

const URL_ = 'http://localhost:1';
const ISSUES = 250;

let dir: string;
let forge: Forge;
/** What GitHub was asked, and what comes between two requests. */
let asked: URL[] = [];
let between: (url: URL) => Promise<void> = async () => {};

const as = (method: string, path: string, body: object) =>
  forge.api('owner', method, `/repos/owner/sample${path}`, body);

function quiet(): void {}

async function openIndex() {
  const octokit = new Octokit({
    auth: 'owner',
    baseUrl: `${URL_}/api/v3`,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    request: {
      fetch: async (input: string, init: RequestInit) => {
        const url = new URL(input);
        asked.push(url);
        await between(url);
        return forge.fetch(new Request(url, init));
      },
    },
  });
  const repository = await openRepository({ owner: 'owner', name: 'sample', login: 'owner', octokit, keys: ['a key'] });
  return createGapIndex(repository, 60_000);
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'patchwork-index-'));
  forge = await openForge({ dir, url: URL_ });
  await forge.createRepository({ owner: 'owner', name: 'sample', files: { 'a.md': 'a' } });
  vi.useFakeTimers({ toFake: ['Date'] });
  for (let i = 1; i <= ISSUES; i += 1) {
    // GitHub takes 80 a minute.
    vi.setSystemTime(Date.UTC(2026, 10, 1) + i * 750);
    await as('POST', '/issues', { title: `Number ${i}` });
  }
  vi.useRealTimers();
});
afterAll(async () => {
  await forge.close();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(() => {
  asked = [];
  between = async () => {};
});

const lists = () => asked.filter(({ pathname }) => pathname.endsWith('/sample/issues'));

describe('the index', () => {
  it('misses nothing when what was read already moves to the end of the list while it is read', async () => {
    const index = await openIndex();
    let moved = 0;
    between = async ({ pathname }) => {
      if (!pathname.endsWith('/sample/issues') || lists().length < 2 || moved === 40) return;
      // All of them stood on the first page, so what follows comes forward.
      for (let i = 0; i < 20; i += 1) await as('PATCH', `/issues/${++moved}`, { body: 'Edited.' });
    };
    await index.refresh();
    expect(
      index
        .others()
        .map(({ number }) => number)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: ISSUES }, (_, i) => i + 1));
    expect(index.others().filter(({ body }) => body === 'Edited.')).toHaveLength(40);
  });

  it('asks again only for whoever needs what was written after it last asked', async () => {
    const index = await openIndex();
    const before = Date.now() - 1;
    await index.refresh();
    const cold = lists().length;
    await index.refreshSince(before);
    await index.current();
    expect(lists()).toHaveLength(cold);
    await index.refreshSince(Date.now());
    expect(lists().length).toBeGreaterThan(cold);
  });

  it('shares the look under way with whoever came before it, and begins another one for whoever comes later', async () => {
    const index = await openIndex();
    await index.refresh();
    const one = lists().length;
    asked = [];
    const before = Date.now() - 1;
    const pass = index.refresh();
    const early = index.refreshSince(before);
    const late = index.refreshSince(Date.now() + 1);
    await Promise.all([pass, early]);
    expect(lists().length).toBeLessThanOrEqual(one);
    const shared = lists().length;
    await late;
    expect(lists().length).toBeGreaterThan(shared);
  });

  it('asks again when it was told, while it looked, that it is stale', async () => {
    const index = await openIndex();
    between = async ({ pathname }) => {
      if (pathname.endsWith('/comments')) index.markStale();
    };
    await index.refresh();
    between = async () => {};
    asked = [];
    await index.current();
    expect(lists().length).toBeGreaterThan(0);
  });

  it('knows what was said lately also where no gap is', async () => {
    const { json } = await as('POST', '/issues', { title: 'Of its own' });
    const stranger = await forge.api('stranger', 'POST', '/repos/owner/sample/issues', { title: 'A stranger’s' });
    const on = (number: unknown) => as('POST', `/issues/${number}/comments`, { body: `On ${number}` });
    const numbers = [(json as { number: number }).number, (stranger.json as { number: number }).number];
    for (const number of numbers) await on(number);
    const index = await openIndex();
    await index.refresh();
    expect(index.recentComments().map(({ body }) => body)).toEqual(numbers.map((number) => `On ${number}`));
  });
});
