import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { linkedRepository } from '../../src/cli/repositories.ts';
import { recordedModel } from '../../src/model/recorded.ts';
import { type AppMode, startAppMode } from '../support/app-mode.ts';
import { draftAnswer, type Product, type ProductOptions, startProduct } from '../support/product.ts';

const README = {
  kind: 'replace' as const,
  path: 'README.md',
  search: 'answers what the cloud cost',
  replace: 'says what the cloud cost',
};

describe('a draft of an App that may not write checks', () => {
  let app: AppMode;
  afterEach(() => app.stop());

  it('is made all the same, and its status says why there is no check', async () => {
    const model = recordedModel({ name: 'recorded', answers: { draft: [draftAnswer([README])] } });
    app = await startAppMode({ model, permissions: {} });
    const gap = await app.gap();
    await app.as('owner', 'POST', `/issues/${gap}/labels`, { labels: ['patchwork:draft'] });
    const comment = await app.until('the outcome', async () => {
      const comments: { body: string }[] = await app.as('owner', 'GET', `/issues/${gap}/comments`);
      return comments.find(({ body }) => body.includes('No check run'));
    });
    expect(comment.body).toContain('No check run: Resource not accessible by integration');
    const [pull] = await app.as('owner', 'GET', '/pulls');
    expect(comment.body).toContain(`#${pull.number}`);
    const issue = await app.as('owner', 'GET', `/issues/${gap}`);
    expect(issue.labels.map(({ name }: { name: string }) => name)).toContain('patchwork:drafted');
    expect((await app.as('owner', 'GET', `/commits/${pull.head.sha}/check-runs`)).total_count).toBe(0);
  });
});

describe('a draft', () => {
  let product: Product;
  let dir: string | undefined;
  afterEach(async () => {
    await product.stop();
    if (dir) await rm(dir, { recursive: true });
  });

  async function drafted(edits: Parameters<typeof draftAnswer>[0], options: ProductOptions) {
    product = await startProduct({ drafts: [draftAnswer(edits)], ...options });
    const { id } = await product.report();
    const { gap } = await product.until(id, (item) => item.gap !== null);
    await product.as('owner', 'POST', `/issues/${gap}/labels`, { labels: ['patchwork:draft'] });
    const { drafts } = await product.until(id, (item) => item.drafts.at(-1)?.outcome !== undefined);
    return { run: drafts[0], pulls: await product.as('stranger', 'GET', '/pulls') };
  }

  it('is an ordinary pull request that says what it is, where the plan has no drafts', async () => {
    const refusal = 'Draft pull requests are not supported in this repository.';
    const { run, pulls } = await drafted([README], {
      fault: async (request, pass) => {
        const { pathname } = new URL(request.url);
        if (request.method !== 'POST') return pass();
        const body = await request.clone().text();
        if (pathname.endsWith('/pulls') && JSON.parse(body).draft)
          return Response.json({ message: refusal, documentation_url: 'https://docs.github.com' }, { status: 422 });
        // The parts of a mutation run one after the other: branch and commit are made before this one fails.
        if (pathname.endsWith('/graphql') && body.includes('createPullRequest')) {
          const { query, variables } = JSON.parse(body);
          const { pull: _, ...rest } = variables;
          const without = query
            .replace(/pull: createPullRequest\(.*\n/, '')
            .replace(', $pull: CreatePullRequestInput!', '');
          const made = await fetch(request.url, {
            method: 'POST',
            headers: { authorization: request.headers.get('authorization') ?? '', 'content-type': 'application/json' },
            body: JSON.stringify({ query: without, variables: rest }),
          });
          const said = (await made.json()) as { data: object };
          const errors = [{ type: 'UNPROCESSABLE', path: ['pull'], message: refusal }];
          return Response.json({ data: { ...said.data, pull: null }, errors });
        }
        return pass();
      },
    });
    expect(pulls).toHaveLength(1);
    expect(pulls[0]).toMatchObject({ number: run?.pull?.number, draft: false });
    expect(pulls[0].title).toMatch(/^\[draft\] \w/);
    expect(pulls[0].labels.map(({ name }: { name: string }) => name)).toEqual(['draft']);
    const files = await product.as('stranger', 'GET', `/pulls/${pulls[0].number}/files`);
    expect(files.map(({ filename }: { filename: string }) => filename)).toEqual(['README.md']);
  });

  it('keeps what may be run a file that may be run', async () => {
    dir = await mkdtemp(join(tmpdir(), 'patchwork-modes-'));
    const git = (...args: string[]) =>
      promisify(execFile)('git', ['-C', `${dir}`, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args]);
    await writeFile(join(dir, 'README.md'), 'It answers what the cloud cost.\n');
    for (const name of ['run.sh', 'old.sh']) {
      await writeFile(join(dir, name), '#!/bin/sh\r\necho 1\r\n');
      await chmod(join(dir, name), 0o755);
    }
    await git('init', '-q', '-b', 'main');
    await git('add', '-A');
    await git('commit', '-qm', 'First');
    const script = { kind: 'replace' as const, path: 'run.sh', search: 'echo 1', replace: 'echo 2' };
    const { run, pulls } = await drafted(
      [README, script, { kind: 'delete', path: 'old.sh' }, { kind: 'write', path: 'new.txt', content: 'x\n' }],
      { local: await linkedRepository(dir) },
    );
    expect(run?.pull?.number).toBe(pulls[0].number);
    const { tree } = await product.as('stranger', 'GET', `/git/trees/${pulls[0].head.sha}?recursive=1`);
    const modes = tree.map(({ path, mode }: { path: string; mode: string }) => `${mode} ${path}`);
    expect(modes).toEqual(['100644 README.md', '100644 new.txt', '100755 run.sh']);
    const { content } = await product.as('stranger', 'GET', `/contents/run.sh?ref=${pulls[0].head.sha}`);
    expect(Buffer.from(content, 'base64').toString()).toBe('#!/bin/sh\r\necho 2\r\n');
    const commits = await product.as('stranger', 'GET', `/pulls/${pulls[0].number}/commits`);
    expect(commits).toHaveLength(1);
  });
});
