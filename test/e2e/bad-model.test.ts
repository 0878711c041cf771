import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { draftAnswer, type Product, startProduct } from '../support/product.ts';

const rename = {
  kind: 'replace' as const,
  path: 'README.md',
  search: 'answers what the cloud cost',
  replace: 'says what the cloud cost',
};

describe('a model that answers badly', () => {
  let product: Product;
  afterEach(() => product.stop());

  /** Asks for a draft and gives back how the run ended, after checking that nothing was left behind. */
  async function outcome(drafts: unknown[]) {
    product = await startProduct({ drafts });
    const { id } = await product.report();
    const { gap } = await product.until(id, (item) => item.gap !== null);
    await product.as('owner', 'POST', `/issues/${gap}/labels`, { labels: ['patchwork:draft'] });
    const item = await product.until(id, (found) => found.drafts.at(-1)?.outcome !== undefined);
    await product.settled();
    const run = item.drafts[0];
    const labels = (await product.as('stranger', 'GET', `/issues/${gap}/labels`)).map(
      (label: { name: string }) => label.name,
    );
    const branches = (await product.as('stranger', 'GET', '/branches')).map((branch: { name: string }) => branch.name);
    const pulls = await product.as('stranger', 'GET', '/pulls?state=all');
    const comments = await product.as('stranger', 'GET', `/issues/${gap}/comments`);
    return { run, labels, branches, pulls, status: comments.at(-1).body as string, comments };
  }

  it.each<[string, unknown[], string]>([
    ['a refusal', [{ stop: 'refused', text: 'I cannot do that, @maintainer' }], 'model_refused'],
    ['an answer that is cut off', [{ stop: 'truncated', text: '{"title": "Fil' }], 'model_truncated'],
    ['a file outside the repository', [draftAnswer([{ kind: 'write', path: '../x', content: 'x' }])], 'unsafe_path'],
  ])('%s ends in a clear outcome on the issue and no branch', async (_name, drafts, reason) => {
    const { run, labels, branches, pulls, status } = await outcome(drafts);
    expect(run).toMatchObject({ outcome: 'failed', reason });
    expect(labels).toContain('patchwork:draft-failed');
    expect(labels).not.toContain('patchwork:drafting');
    expect(branches).toEqual(['main']);
    expect(pulls).toEqual([]);
    expect(status).toContain('### The draft failed');
    expect(status.replace(/`[^`]*`/g, '')).not.toContain('@maintainer');
  });

  it('that sees nothing to change is declined, and says so', async () => {
    const { run, labels, branches } = await outcome([draftAnswer([])]);
    expect(run).toMatchObject({ outcome: 'declined', reason: 'no_edits' });
    expect(labels).not.toContain('patchwork:draft-failed');
    expect(branches).toEqual(['main']);
  });

  it('is told the exact reason once, and may mend its slip', async () => {
    const { run, pulls } = await outcome([draftAnswer([{ ...rename, search: 'no such text' }]), draftAnswer([rename])]);
    expect(run?.outcome).toBe('unverified');
    expect(pulls).toHaveLength(1);
  });

  it('puts nothing live into the pull request, whatever it writes', async () => {
    const evil =
      'Thanks @maintainer! fixes #999, see https://evil.example/p.png ![x](https://evil.example/?q=1) <img src=x>';
    const answer = draftAnswer([rename], {
      title: evil,
      summary: evil,
      body: evil,
      commit_message: evil,
      confidence_reason: evil,
    });
    const { pulls, run } = await outcome([answer]);
    const pull = pulls[0];
    const visible = pull.body
      .replace(/`[^`]*`/g, '')
      .replace('Closes #1.', '')
      .replace('| Gap | #1,', '');
    expect(visible).not.toMatch(/@\w|#\d|https?:\/\/evil|<img/);
    expect(pull.title).not.toMatch(/@|#\d|https?:/);
    const [commit] = await product.as('stranger', 'GET', `/pulls/${run?.pull?.number}/commits`);
    expect(commit.commit.message.replace('For #1, reported by agents.', '')).not.toMatch(/@|#\d|https?:/);
  });
});

describe('no model at all', () => {
  it('yields the brief, and says how to configure one', async () => {
    const product = await startProduct();
    const { id } = await product.report();
    const { gap } = await product.until(id, (item) => item.gap !== null);
    await product.as('writer', 'POST', `/issues/${gap}/comments`, { body: 'Keep results without a filter unchanged.' });
    await product.as('owner', 'POST', `/issues/${gap}/labels`, { labels: ['patchwork:draft'] });
    const item = await product.until(id, (found) => found.drafts.at(-1)?.outcome !== undefined);
    expect(item.drafts[0]).toMatchObject({ outcome: 'declined', reason: 'no_model' });
    const [, status] = await product.as('stranger', 'GET', `/issues/${gap}/comments`);
    expect(status.body).toContain('## Brief:');
    expect(status.body).toContain('ANTHROPIC_API_KEY');
    expect(status.body).toContain('Keep results without a filter unchanged.');
    expect(status.body).toContain('src/tools.ts');
    expect(await product.as('stranger', 'GET', '/pulls?state=all')).toEqual([]);
    await product.stop();
  });
});

describe('a model server that misbehaves', () => {
  it.each([
    [
      'answers 401',
      'model_rejected',
      (respond: (status: number, body: string) => void) =>
        respond(401, '{"error":{"message":"bad key sk-ant-leak-0123456789"}}'),
    ],
    [
      'knows no such model',
      'model_rejected',
      (respond: (status: number, body: string) => void) => respond(404, '{"error":{"message":"model not found"}}'),
    ],
  ])('%s: the outcome says so, and no key is shown', async (_name, reason, answer) => {
    const server = createServer((_req, res) =>
      answer((status, body) => res.writeHead(status, { 'content-type': 'application/json' }).end(body)),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address() as { port: number };
    const product = await startProduct({
      model: {
        PATCHWORK_PROVIDER: 'compatible',
        PATCHWORK_MODEL: 'm',
        OPENAI_BASE_URL: `http://127.0.0.1:${address.port}/v1`,
        OPENAI_API_KEY: 'key-that-must-not-be-seen',
      },
    });
    const { id } = await product.report();
    const { gap } = await product.until(id, (item) => item.gap !== null);
    await product.as('owner', 'POST', `/issues/${gap}/labels`, { labels: ['patchwork:draft'] });
    const item = await product.until(id, (found) => found.drafts.at(-1)?.outcome !== undefined);
    expect(item.drafts[0]).toMatchObject({ outcome: 'failed', reason });
    const comments = JSON.stringify(await product.as('stranger', 'GET', `/issues/${gap}/comments`));
    expect(comments).not.toMatch(/key-that-must-not-be-seen|sk-ant-leak/);
    await product.stop();
    server.close();
  });
});
