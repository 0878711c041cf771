import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectToken } from '../../src/bot/index.ts';
import {
  createGapIndex,
  type Gap,
  openRepository,
  type Repository,
  renderDraftStatus,
  signed,
} from '../../src/issues/index.ts';
import { type Product, startProduct } from '../support/product.ts';
import { workflowToken } from '../support/workflow.ts';

const SECRET = 'a secret of sixteen characters or more';

describe('whose texts are read as ours', () => {
  let product: Product;
  let number: number;

  beforeAll(async () => {
    product = await startProduct({ env: { PATCHWORK_SECRET: SECRET } });
    const { id } = await product.report();
    const { gap } = await product.until(id, (item) => item.gap !== null);
    number = gap as number;
  });
  afterAll(() => product.stop());

  const open = async (login: string, formerly: string[] = [], keys = [SECRET]): Promise<Repository> => {
    const octokit = new Octokit({ auth: 'owner', baseUrl: `${product.url}/api/v3` }) as Repository['octokit'];
    return openRepository({ owner: 'owner', name: 'cost-server', login, formerly, octokit, keys });
  };
  const gapSeenBy = async (repository: Repository): Promise<Gap | undefined> => {
    const index = createGapIndex(repository, 0);
    await index.refresh();
    return index.byNumber(number);
  };
  const commentAs = (person: string, body: string) =>
    product.as(person, 'POST', `/issues/${number}/comments`, { body });

  it('a workflow reads the gaps that the App opened, once it is told the App’s login', async () => {
    expect(await gapSeenBy(await open('github-actions[bot]'))).toBeUndefined();
    expect(await gapSeenBy(await open('github-actions[bot]', ['Patchwork[bot]']))).toMatchObject({ number });
    expect(await gapSeenBy(await open('github-actions[bot]', ['patchwork[bot]'], ['another secret, as long']))).toBe(
      undefined,
    );
  });

  it('the App reads what the workflow wrote; the same bytes by anybody else are a note', async () => {
    const repository = await open('patchwork[bot]');
    const gap = (await gapSeenBy(repository)) as Gap;
    const run = { request: 'workflow 1', actor: 'writer', by: 'label' as const, startedAt: '2026-03-01T10:00:00Z' };
    const body = renderDraftStatus({ gap: gap.id, runs: [run] }, [], '', signed(repository));

    await commentAs('writer', body);
    expect(await gapSeenBy(repository)).toMatchObject({ status: undefined, notes: [{ author: 'writer' }] });

    const token = await workflowToken(product);
    await commentAs(token, body);
    expect(await gapSeenBy(repository)).toMatchObject({ status: { runs: [run] }, notes: [{ author: 'writer' }] });
  });

  it('an App’s token is asked of GraphQL who it is', async () => {
    const github = await connectToken({
      api: `${product.url}/api/v3`,
      token: await workflowToken(product),
      fetch,
    });
    expect(github.login).toBe('github-actions[bot]');
  });
});
