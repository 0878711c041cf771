import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftAnswer, type Product, startProduct } from '../support/product.ts';

interface Comment {
  id: number;
  body: string;
  user: { login: string };
}

describe('commands in comments', () => {
  let product: Product;
  let gap: number;
  beforeAll(async () => {
    product = await startProduct({
      drafts: [draftAnswer([{ kind: 'write', path: 'NOTES.md', content: 'Drafted.\n' }])],
    });
    const { id } = await product.report();
    gap = (await product.until(id, (item) => item.gap !== null)).gap as number;
  });
  afterAll(() => product.stop());

  const say = (person: string, body: string): Promise<Comment> =>
    product.as(person, 'POST', `/issues/${gap}/comments`, { body });
  const answers = async (): Promise<string> => {
    await product.settled();
    const comments: Comment[] = await product.as('stranger', 'GET', `/issues/${gap}/comments`);
    const ours = comments.filter(({ body }) => body.startsWith('### Commands'));
    expect(ours.length).toBeLessThan(2);
    return ours[0]?.body ?? '';
  };
  const reactions = async ({ id }: Comment): Promise<string[]> =>
    (await product.as('stranger', 'GET', `/issues/comments/${id}/reactions`)).map(
      (reaction: { content: string; user: { login: string } }) => `${reaction.user.login} ${reaction.content}`,
    );

  it('are carried out, acknowledged by a reaction and answered in one comment', async () => {
    const comment = await say('writer', 'Agreed.\n\n/patchwork severity high\n/patchwork workaround Ask for one day.');
    const text = await answers();
    expect(await reactions(comment)).toEqual(['patchwork[bot] eyes']);
    expect(text).toMatch(/`\/patchwork severity high` \| `writer`, .* \| ✓ \| Its severity stays high/);
    expect(text).toMatch(/`\/patchwork workaround Ask for one day.` \| .* \| ✓/);
    const { labels, body } = await product.as('stranger', 'GET', `/issues/${gap}`);
    expect(labels.map((label: { name: string }) => label.name)).toContain('severity:high');
    expect(body).toContain('Known workaround: `Ask for one day.`');
  });

  it('by people who may not write do nothing, and say so by a reaction', async () => {
    for (const person of ['stranger', 'triager']) {
      const comment = await say(person, '/patchwork severity low');
      const text = await answers();
      expect(await reactions(comment)).toEqual(['patchwork[bot] confused']);
      expect(text).not.toContain('severity low');
    }
  });

  it('that are no commands get the help, once', async () => {
    await say('owner', '/patchwork fly\n/patchwork merge');
    const text = await answers();
    expect(text).toMatch(/`\/patchwork fly` .* ✗ \| There is no such command\. Commands, one a line/);
    expect(text).toContain('`merge` needs the number of an issue');
  });

  it('are only those that an edit added, by who edited', async () => {
    const comment = await say('stranger', '/patchwork park never');
    await answers();
    await product.as('owner', 'PATCH', `/issues/comments/${comment.id}`, { body: '/patchwork park never\n\n(typo)' });
    expect(await answers()).not.toContain('park never');
    await product.as('owner', 'PATCH', `/issues/comments/${comment.id}`, {
      body: '/patchwork park never\n\n/patchwork park later',
    });
    const text = await answers();
    expect(text).not.toContain('park never');
    expect(text).toMatch(/`\/patchwork park later` \| `owner`, .* ✓ \| Parked/);
    await product.as('owner', 'PATCH', `/issues/comments/${comment.id}`, { body: '/patchwork park later, maybe' });
    await product.as('owner', 'PATCH', `/issues/comments/${comment.id}`, { body: '/patchwork park later' });
    expect((await answers()).match(/`\/patchwork park later`/g)).toHaveLength(1);
    await say('owner', '/patchwork unpark');
    await answers();
  });

  it('draft and redraft, on the issue and on the pull request', async () => {
    await say('writer', '/patchwork draft');
    const first = (await product.until(gap, (item) => item.drafts[0]?.outcome !== undefined)).drafts[0];
    expect(first).toMatchObject({ actor: 'writer', by: 'command', pull: { number: expect.any(Number) } });
    const comment: Comment = await product.as('owner', 'POST', `/issues/${first?.pull?.number}/comments`, {
      body: '/patchwork redraft Name it otherwise.',
    });
    const { drafts } = await product.until(gap, (item) => item.drafts[1]?.outcome !== undefined);
    expect(drafts[1]).toMatchObject({
      actor: 'owner',
      guidance: 'Name it otherwise.',
      revise: first?.pull && { pull: first.pull.number },
    });
    expect(await answers()).toContain('/patchwork redraft Name it otherwise.');
    expect(await reactions(comment)).toEqual(['patchwork[bot] eyes']);
  });
});
