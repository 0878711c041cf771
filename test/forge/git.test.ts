import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { branchWith, type Opened, openSample, R } from './opened.ts';

let at: Opened;
beforeAll(async () => {
  at = await openSample();
});
afterAll(() => at.close());

const head = async (branch = 'main') => (await at.ask('', 'GET', `${R}/git/ref/heads/${branch}`)).object.sha as string;
const git = (...args: string[]) =>
  execFileSync('git', ['--git-dir', join(at.dir, 'repos/owner/sample.git'), ...args], { encoding: 'utf8' }).trim();
const base64 = (text: string) => Buffer.from(text).toString('base64');

test('objects have git’s own names', async () => {
  const { sha } = await at.ask('writer', 'POST', `${R}/git/blobs`, { content: 'export const a=1;\n' });
  expect(sha).toBe('8cfc2f235869a79f41ae2d66195262729425b88c');
  const bytes = Buffer.from([0, 255, 10, 13]).toString('base64');
  const binary = await at.ask('writer', 'POST', `${R}/git/blobs`, { content: bytes, encoding: 'base64' });
  expect((await at.ask('', 'GET', `${R}/git/blobs/${binary.sha}`)).content.trim()).toBe(bytes);
  expect(git('fsck', '--strict')).not.toContain('error');
});

describe('trees', () => {
  test('change what they name and keep the rest, at any depth', async () => {
    const base = await head();
    const { sha } = await at.ask('writer', 'POST', `${R}/git/trees`, {
      base_tree: base,
      tree: [
        { path: 'src/deep/er/b.ts', mode: '100644', content: 'b\n' },
        { path: 'src/a.ts', mode: '100644', type: 'blob', sha: null },
        { path: 'run.sh', mode: '100755', content: '#!/bin/sh\n' },
      ],
    });
    const listed = await at.ask('', 'GET', `${R}/git/trees/${sha}?recursive=1`);
    expect(listed.tree.map(({ path, mode }: { path: string; mode: string }) => `${mode} ${path}`)).toEqual([
      '040000 .github',
      '100644 .github/patchwork.yml',
      '100644 README.md',
      '100755 run.sh',
      '040000 src',
      '040000 src/deep',
      '040000 src/deep/er',
      '100644 src/deep/er/b.ts',
    ]);
    expect(git('ls-tree', '-r', '--name-only', sha).split('\n')).toContain('src/deep/er/b.ts');
  });

  test.each([
    '../x',
    'a/../../x',
    '/etc/passwd',
    'a//b',
    './a',
    '.git/hooks/post-checkout',
    '.GIT/config',
    'src/.git/config',
    '.g\u200cit/config',
    'GIT~1/config',
    '.git . /config',
    '.git::$INDEX_ALLOCATION/config',
    'a\u0000b',
    'a\nb',
    'a\\..\\b',
    '\ud800',
    '',
  ])('never hold the path %j', async (path) => {
    const before = git('count-objects');
    const tree = [{ path, mode: '100644', content: 'x' }];
    await at.ask('writer', 'POST', `${R}/git/trees`, { base_tree: await head(), tree }, 422);
    expect(git('count-objects')).toBe(before);
  });

  test('refuse what is not there', async () => {
    const base_tree = await head();
    const gone = [{ path: 'no/such', mode: '100644', sha: null }];
    await at.ask('writer', 'POST', `${R}/git/trees`, { base_tree, tree: gone }, 422);
    const missing = [{ path: 'x', mode: '100644', sha: 'f'.repeat(40) }];
    await at.ask('writer', 'POST', `${R}/git/trees`, { base_tree, tree: missing }, 422);
    await at.ask('writer', 'POST', `${R}/git/trees`, { base_tree: 'f'.repeat(40), tree: gone }, 422);
  });
});

describe('refs', () => {
  test('are made once, moved forward, and forced when asked', async () => {
    const main = await head();
    const ahead = await branchWith(at, 'work', { 'w.txt': 'w\n' });
    const again = await at.ask('writer', 'POST', `${R}/git/refs`, { ref: 'refs/heads/work', sha: main }, 422);
    expect(again.message).toBe('Reference already exists');
    const back = await at.ask('writer', 'PATCH', `${R}/git/refs/heads/work`, { sha: main }, 422);
    expect(back.message).toBe('Update is not a fast forward');
    await at.ask('writer', 'PATCH', `${R}/git/refs/heads/work`, { sha: main, force: true });
    await at.ask('writer', 'PATCH', `${R}/git/refs/heads/work`, { sha: ahead });
    expect(await head('work')).toBe(ahead);
    await at.ask('writer', 'DELETE', `${R}/git/refs/heads/work`, undefined, 204);
    await at.ask('', 'GET', `${R}/git/ref/heads/work`, undefined, 404);
    await at.ask('writer', 'DELETE', `${R}/git/refs/heads/main`, undefined, 422);
  });

  test.each([
    'refs/heads/../x',
    'refs/heads/a..b',
    'refs/heads/-x',
    'refs/heads/x.lock',
    'refs/heads/a b',
    'refs/pull/1/head',
    'HEAD',
    'refs/heads/',
    'refs/heads/@{1}',
  ])('are not called %s', async (ref) => {
    await at.ask('writer', 'POST', `${R}/git/refs`, { ref, sha: await head() }, 422);
  });

  test('and everything that writes are closed to people without push access', async () => {
    const sha = await head();
    for (const login of ['stranger', 'triager']) {
      await at.ask(login, 'POST', `${R}/git/refs`, { ref: 'refs/heads/mine', sha }, 404);
      await at.ask(login, 'POST', `${R}/git/blobs`, { content: 'x' }, 404);
      await at.ask(login, 'PUT', `${R}/contents/x`, { message: 'x', content: '' }, 404);
    }
    await at.ask('', 'POST', `${R}/git/refs`, { ref: 'refs/heads/mine', sha }, 401);
  });

  test('are told to Apps as pushes', async () => {
    await at.heard();
    const sha = await branchWith(at, 'told', { 'new.txt': '1\n', 'README.md': '2\n', 'src/a.ts': null });
    await at.forge.settled();
    const push = at.sent.find(({ name }) => name === 'push')?.payload;
    expect(push).toMatchObject({ ref: 'refs/heads/told', created: true, forced: false, after: sha });
    expect(push.commits).toMatchObject([
      { id: sha, added: ['new.txt'], modified: ['README.md'], removed: ['src/a.ts'] },
    ]);
  });
});

describe('contents', () => {
  test.each(['..%2F..%2Fx', '.git%2Fhooks%2Fx', '.GiT/config', 'a%2F%2Fb', 'a%00b', '%2Fetc%2Fpasswd', 'a%5Cb'])(
    'are never written to %s',
    async (path) => {
      await at.ask('writer', 'PUT', `${R}/contents/${path}`, { message: 'x', content: base64('x') }, 422);
      await at.ask('writer', 'GET', `${R}/contents/${path}`, undefined, 404);
    },
  );

  test('are read as JSON, as a folder, and raw under the path that Probot asks for', async () => {
    const file = await at.ask('', 'GET', `${R}/contents/README.md`);
    expect(Buffer.from(file.content, 'base64').toString()).toBe('# Sample\n');
    const names = (entries: { name: string; type: string }[]) => entries.map(({ name, type }) => `${type} ${name}`);
    expect(names(await at.ask('', 'GET', `${R}/contents/`))).toEqual(['dir .github', 'file README.md', 'dir src']);
    const raw = await at.forge.api('', 'GET', `${R}/contents/.github%2Fpatchwork.yml`, undefined, {
      accept: 'application/vnd.github.v3.raw',
    });
    expect([raw.json, raw.headers.get('content-type')]).toEqual([
      'level: draft\n',
      'application/vnd.github.raw; charset=utf-8',
    ]);
    await at.ask('', 'GET', `${R}/contents/nothing`, undefined, 404);
    await at.ask('', 'GET', `${R}/contents/README.md?ref=nothing`, undefined, 404);
  });

  test('are written only on the version that was read', async () => {
    const put = (fields: object, status: number) =>
      at.ask('writer', 'PUT', `${R}/contents/notes/a%20b.txt`, { message: 'Note', ...fields }, status);
    const { content, commit } = await put({ content: base64('1') }, 201);
    expect([content.path, commit.author.name]).toEqual(['notes/a b.txt', 'writer']);
    await put({ content: base64('2') }, 422);
    await put({ content: base64('2'), sha: 'f'.repeat(40) }, 409);
    await put({ content: base64('2'), sha: content.sha }, 200);
    await put({ content: 'not base64!' }, 422);
    await at.ask('writer', 'DELETE', `${R}/contents/notes/a%20b.txt`, { message: 'x', sha: content.sha }, 409);
    const { sha } = await at.ask('', 'GET', `${R}/contents/notes/a%20b.txt`);
    await at.ask('writer', 'DELETE', `${R}/contents/notes/a%20b.txt`, { message: 'x', sha });
    await at.ask('', 'GET', `${R}/contents/notes`, undefined, 404);
  });
});

test('a comparison counts from the common ancestor', async () => {
  const { base_commit, ...found } = await at.ask('', 'GET', `${R}/compare/main...told`);
  expect(found).toMatchObject({ status: 'diverged', ahead_by: 1, total_commits: 1 });
  const files = found.files.map((file: { filename: string; status: string }) => `${file.status} ${file.filename}`);
  expect(files).toEqual(['modified README.md', 'added new.txt', 'removed src/a.ts']);
  expect(found.files[0].patch).toBe('@@ -1 +1 @@\n-# Sample\n+2');
  expect(base_commit.sha).toBe(await head());
  await at.ask('', 'GET', `${R}/compare/main...nothing`, undefined, 404);
});

test('many writers at once each get their commit into the branch, or are told to try again', async () => {
  const put = (n: number) =>
    at.forge.api('writer', 'PUT', `${R}/contents/many/${n}.txt`, { message: `${n}`, content: base64(`${n}`) });
  const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => put(n)));
  expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(201));
  expect(await at.ask('', 'GET', `${R}/contents/many`)).toHaveLength(12);
});
