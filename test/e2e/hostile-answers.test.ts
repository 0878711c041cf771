import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkedRepository, sampleRepository } from '../../src/cli/repositories.ts';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import { draftAnswer, type Product, startProduct } from '../support/product.ts';
import { GOOD, HOSTILE, LEFT_OUT, PLANTED, POSTINSTALL, writeAll } from './hostile-answers.ts';

const run = promisify(execFile);

/** The sample as a git repository, with what makes repositories hard: links, submodules, bytes that are no text, secrets. */
async function hardRepository(dir: string): Promise<void> {
  const { source } = await sampleRepository();
  const files = 'files' in source ? source.files : {};
  const more: Record<string, string | Uint8Array> = {
    '.github/workflows/ci.yml': 'on: push\n',
    '.github/patchwork.yml': 'draft:\n  paths: {deny: ["private/**"]}\n',
    '.patchwork/probes/7.json':
      '{"version": 1, "issue": 7, "probes": [{"kind": "tool_present", "tool": "get_costs"}]}\n',
    'test/other.test.ts': "it('counts', () => {});\n",
    'private/keys.ts': 'export {};\n',
    'fixtures/sample.txt': `token: ${PLANTED}\n`,
    'logo.bin': new Uint8Array([0, 1, 2, 0, 255]),
    'latin1.txt': new Uint8Array([0x63, 0x61, 0x66, 0xe9, 0x0a]),
  };
  for (const [path, content] of Object.entries({ ...files, ...more })) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content as Uint8Array);
  }
  await symlink('src', join(dir, 'link'));
  const git = (...args: string[]) =>
    run('git', ['-C', dir, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args]);
  await git('init', '-q', '-b', 'main');
  await git('add', '-A');
  await git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},module`);
  await git('commit', '-qm', 'A hard one');
  await appendFile(join(dir, '.git/config'), '\n[advice]\n\tdetachedHead = false\n');
}

describe('answers that must not become a draft', () => {
  let dir: string;
  let product: Product;
  let model: ModelServer;
  let answers: (string | object)[] = [];
  /** Whatever the product sent to change something on GitHub. */
  const writes: { what: string; body: string }[] = [];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'patchwork-hard-'));
    await hardRepository(dir);
    let turn = 0;
    let current = answers;
    model = await startModelServer(() => {
      if (current !== answers) turn = 0;
      current = answers;
      const answer = answers[Math.min(turn, answers.length - 1)] ?? '';
      turn += 1;
      return typeof answer === 'string' ? answer : JSON.stringify(answer);
    });
    product = await startProduct({
      model: model.env,
      local: await linkedRepository(dir),
      fault: async (request, pass) => {
        if (request.method !== 'GET' && !/token (?:owner|stranger)$/.test(request.headers.get('authorization') ?? '')) {
          const body = await request.text();
          const isQuery = request.url.endsWith('/graphql') && /"query":"\s*query/.test(body);
          // Tokens and webhooks asked for again are no part of a draft.
          if (!isQuery && !/\/(?:access_tokens|attempts)$/.test(request.url))
            writes.push({ what: `${request.method} ${new URL(request.url).pathname}`, body });
        }
        return pass();
      },
    });
  });
  afterAll(async () => {
    await product.stop();
    await model.close();
    await rm(dir, { recursive: true, force: true });
  });

  let count = 0;
  async function draftWith(all: (string | object)[]) {
    answers = all;
    count += 1;
    const { id } = await product.report({ server_name: `server-${count}`, session_id: `s${count}` });
    const { gap } = await product.until(id, (item) => item.gap !== null);
    await product.as('owner', 'POST', `/issues/${gap}/labels`, { labels: ['patchwork:draft'] });
    const item = await product.until(id, (found) => found.drafts.at(-1)?.outcome !== undefined);
    return { run: item.drafts[0], gap };
  }

  it.each(HOSTILE)('%s', async (_name, all, reason) => {
    const from = writes.length;
    const { run: ended, gap } = await draftWith(all);
    expect([ended?.outcome, ended?.reason]).toEqual(['failed', reason]);
    expect(ended?.summary).toMatch(/\w.*\./);
    const sent = writes.slice(from);
    expect(sent.length).toBeGreaterThan(0);
    for (const { what, body } of sent) {
      expect(what).toMatch(
        /^(?:POST \/api\/graphql|(?:POST|PATCH|DELETE) \/api\/v3\/repos\/owner\/[\w.-]+\/(?:issues|labels)\b.*)$/,
      );
      expect(body).not.toMatch(/createRef|createCommitOnBranch|createPullRequest|other\/repo/);
      expect(body).not.toContain(PLANTED.slice(7));
    }
    const comments = JSON.stringify(await product.as('stranger', 'GET', `/issues/${gap}/comments`));
    expect(comments).not.toMatch(/A1b2C3d4E5|AbCdEfGhIjKl|IOSFODNN7EXAMPL2|MIIEow/);
  });

  it('leave no branch, no pull request and no commit behind', async () => {
    expect((await product.as('stranger', 'GET', '/branches')).map(({ name }: { name: string }) => name)).toEqual([
      'main',
    ]);
    expect(await product.as('stranger', 'GET', '/pulls?state=all')).toEqual([]);
    expect((await run('git', ['-C', dir, 'status', '--porcelain'])).stdout).toBe(' D module\n');
    expect((await run('git', ['-C', dir, 'rev-list', '--all', '--count'])).stdout.trim()).toBe('1');
  });

  it('leaves out what may not be changed where the rest stands without it, and says so', async () => {
    const all = [GOOD, ...writeAll(LEFT_OUT), POSTINSTALL];
    const { run: ended } = await draftWith([draftAnswer(all).json]);
    expect(ended).toMatchObject({ outcome: 'unverified', pull: expect.anything() });
    expect(ended?.summary).toContain('Edits were left out: package-lock.json (it is a lock file);');
    const { number } = ended?.pull ?? {};
    const files = await product.as('stranger', 'GET', `/pulls/${number}/files`);
    expect(files.map(({ filename }: { filename: string }) => filename)).toEqual(['README.md']);
    const { body } = await product.as('stranger', 'GET', `/pulls/${number}`);
    for (const path of [...LEFT_OUT, 'package.json']) {
      expect(body).toMatch(new RegExp(`### Left out[\\s\\S]*- \`${path.replaceAll('.', '\\.')}\`: it`));
    }
  });

  it('puts nothing live, hidden or secret of its prose into a draft that is good', async () => {
    const evil = `Hi @owner, fixes #999, GH-7, owner/x#3, https://evil.example/a ![x](https://evil.example/?q) <img src=x> \u{E0041}\u202E ${PLANTED} [a](javascript:alert(1))`;
    const texts = { title: evil, summary: evil, body: evil, commit_message: evil, confidence_reason: evil };
    const honoured = [{ note: evil, how: evil }];
    const declared = [{ tool: evil, change: 'modify' as const, parameters: [evil], description: evil }];
    const { run: ended, gap } = await draftWith([
      draftAnswer([GOOD], { ...texts, notes_honoured: honoured, declared_changes: declared }).json,
    ]);
    expect(ended?.pull).toBeDefined();
    const pull = await product.as('stranger', 'GET', `/pulls/${ended?.pull?.number}`);
    const [commit] = await product.as('stranger', 'GET', `/pulls/${ended?.pull?.number}/commits`);
    const visible = pull.body
      .replace(/`[^`]*`/g, '')
      .replace(`Closes #${gap}.`, '')
      .replace(`| Gap | #${gap},`, '');
    expect(visible).not.toMatch(/@\w|#\d|https?:\/\/evil|<img|GH-\d/);
    expect(`${pull.title} ${commit.commit.message.replace(`For #${gap},`, '')}`).not.toMatch(/@\w|#\d|https?:|GH-\d/i);
    for (const text of [pull.title, pull.body, commit.commit.message]) {
      expect(text).not.toContain(PLANTED.slice(7));
      expect(text).not.toMatch(/[\u{E0000}-\u{E007F}\u202E]/u);
    }
  });
});
