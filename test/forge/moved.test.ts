import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Forge, openForge } from '../../src/forge/index.ts';
import { expectNoFindings, watchGitHub } from '../fidelity/index.ts';

const URL_ = 'http://localhost:1';

let dir: string;
let forge: Forge;
let ask: (
  person: string,
  method: string,
  path: string,
  body?: unknown,
) => Promise<{ status: number; headers: Headers; json: any }>;
const watch = await watchGitHub();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'patchwork-moved-'));
  forge = await openForge({ dir, url: URL_ });
  const serve = watch.serve((request) => forge.fetch(request));
  ask = async (person, method, path, body) => {
    const url = path.startsWith('http') ? path : `${URL_}/api/v3${path}`;
    const headers = person ? { authorization: `token ${person}` } : {};
    const answer = await serve(
      new Request(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
    );
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, json: text && JSON.parse(text) };
  };
  await forge.createRepository({ owner: 'owner', name: 'first', files: { 'a.md': 'a' } });
  await ask('owner', 'POST', '/repos/owner/first/issues', { title: 'Stays' });
});
afterAll(async () => {
  await forge.close();
  await rm(dir, { recursive: true, force: true });
  expectNoFindings(watch);
});

describe('a repository that moves', () => {
  it('is led to from its old name, reading and writing, and git stays whole', async () => {
    expect((await ask('writer', 'PATCH', '/repos/owner/first', { name: 'second' })).status).toBe(403);
    expect(await ask('owner', 'PATCH', '/repos/owner/first', { name: 'second' })).toMatchObject({
      status: 200,
      json: { full_name: 'owner/second' },
    });
    const read = await ask('owner', 'GET', '/repos/owner/first/issues?state=all');
    expect([read.status, read.json.message]).toEqual([301, 'Moved Permanently']);
    const location = read.headers.get('location') ?? '';
    expect(location).toMatch(/\/api\/v3\/repositories\/\d+\/issues\?state=all$/);
    expect((await ask('owner', 'GET', location)).json[0].title).toBe('Stays');
    const write = await ask('owner', 'POST', '/repos/owner/first/issues', { title: 'Led' });
    expect(write.status).toBe(307);
    const led = await ask('owner', 'POST', write.headers.get('location') ?? '', { title: 'Led' });
    expect(led).toMatchObject({
      status: 201,
      json: { number: 2, repository_url: `${URL_}/api/v3/repos/owner/second` },
    });
    expect((await ask('owner', 'GET', '/repos/owner/second/contents/a.md')).status).toBe(200);
  });

  it('gives its old name away, and takes it back only while nobody has it', async () => {
    await forge.createRepository({ owner: 'owner', name: 'first', files: { 'b.md': 'b' } });
    expect((await ask('owner', 'GET', '/repos/owner/first/contents/b.md')).status).toBe(200);
    expect((await ask('owner', 'GET', '/repos/owner/second/contents/b.md')).status).toBe(404);
    const back = await ask('owner', 'PATCH', '/repos/owner/second', { name: 'first' });
    expect(back).toMatchObject({ status: 422, json: { errors: [{ message: 'name already exists on this account' }] } });
  });

  it('is not told of to whoever may not see it', async () => {
    await ask('owner', 'PATCH', '/repos/owner/second', { name: 'third', private: true });
    expect((await ask('owner', 'GET', '/repos/owner/second')).status).toBe(301);
    expect((await ask('', 'GET', '/repos/owner/second')).status).toBe(404);
  });

  it('to somebody else keeps what it has; archived, it takes nothing', async () => {
    expect(await ask('owner', 'POST', '/repos/owner/third/transfer', { new_owner: 'writer' })).toMatchObject({
      status: 202,
      json: { full_name: 'writer/third' },
    });
    expect((await ask('owner', 'GET', '/repos/owner/third')).status).toBe(301);
    expect((await ask('writer', 'PATCH', '/repos/writer/third', { archived: true })).json.archived).toBe(true);
    const refused = await ask('writer', 'POST', '/repos/writer/third/issues', { title: 'No' });
    expect(refused).toMatchObject({ status: 403, json: { message: 'Repository was archived so is read-only.' } });
    await ask('writer', 'PATCH', '/repos/writer/third', { archived: false });
    expect((await ask('writer', 'POST', '/repos/writer/third/issues', { title: 'Yes' })).status).toBe(201);
  });
});
