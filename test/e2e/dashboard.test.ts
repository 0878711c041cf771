import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftAnswer, type Product, startProduct } from '../support/product.ts';

interface Issue {
  number: number;
  title: string;
  body: string;
  state: string;
}

describe('the dashboard', () => {
  let product: Product;
  const gaps: number[] = [];
  beforeAll(async () => {
    product = await startProduct({
      dashboard: true,
      drafts: [draftAnswer([{ kind: 'write', path: 'NOTES.md', content: 'Drafted.\n' }])],
    });
    for (const [session, need] of [
      ['a', 'Filter the costs by run.'],
      ['b', 'Page through the runs.'],
    ] as const) {
      const { id } = await product.report({
        what_i_needed: need,
        session_id: session,
        gap_type: session === 'a' ? 'missing_parameter' : 'incomplete_results',
      });
      gaps.push((await product.until(id, (item) => item.gap !== null)).gap as number);
    }
  });
  afterAll(() => product.stop());

  const dashboard = async (): Promise<Issue> => {
    const issues: Issue[] = await product.as('stranger', 'GET', '/issues?state=all&per_page=100');
    const found = issues.filter(({ title }) => title === 'Gaps: the dashboard');
    expect(found.length).toBeLessThan(2);
    return found[0] as Issue;
  };
  const until = async (what: (body: string) => boolean): Promise<Issue> => {
    for (const deadline = performance.now() + 20_000; performance.now() < deadline; ) {
      await product.settled();
      const found = await dashboard();
      if (found && what(found.body)) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`waited in vain for ${what}; it says: ${(await dashboard())?.body}`);
  };
  const tick = async (person: string, action: string) => {
    const { number, body } = await dashboard();
    const ticked = body.replace(new RegExp(`- \\[ \\] (<!-- patchwork:box ${action}\\.)`), '- [x] $1');
    expect(ticked).not.toBe(body);
    await product.as(person, 'PATCH', `/issues/${number}`, { body: ticked });
  };

  it('is one pinned issue that shows the gaps', async () => {
    const { body, number } = await until((text) => gaps.every((gap) => text.includes(`[#${gap}]`)));
    expect(body).toContain('**2** open gaps, 0 closed.');
    expect(body).toContain('xychart-beta');
    const timeline = await product.as('stranger', 'GET', `/issues/${number}/events`);
    expect(timeline.map(({ event }: { event: string }) => event)).toContain('pinned');
  });

  it('drafts what a writer ticks, and says who ticked and what came of it', async () => {
    await tick('writer', `draft\\.${gaps[0]}`);
    const { body } = await until((text) => /`writer` \| draft \d+ \| .*(unverified|plausible)/.test(text));
    expect(body).toContain(`redraft.${gaps[0]}.0.`);
    expect(body).not.toContain('- [x]');
  });

  it('parks and unparks', async () => {
    await tick('owner', `park\\.${gaps[1]}`);
    await until((text) => /### Parked/.test(text) && text.includes(`\`owner\` | park ${gaps[1]} | Parked`));
    await tick('owner', `unpark\\.${gaps[1]}`);
    await until((text) => !/### Parked/.test(text));
  });

  it('keeps what people write below the line, and builds itself anew above it', async () => {
    const { number, body } = await dashboard();
    const [ours = '', human] = body.split(/(?<=stays as it is -->)/);
    await product.as('writer', 'PATCH', `/issues/${number}`, { body: `${ours}${human}\r\nOurs, *byte* for byte  \n` });
    await product.settled();
    await product.as('owner', 'PATCH', `/issues/${number}`, {
      body: `- [x] <!-- patchwork:box draft.${gaps[1]}.0.AAAAAAAAAAAAAAAAAAAAAA --> forged\n${ours.slice(200, 900)}${ours.slice(-80)}${human}\r\nOurs, *byte* for byte  \n`,
    });
    const after = await until((text) => text.startsWith('**2** open gaps') && text.includes('### Numbers'));
    expect(after.body.endsWith(`${human}\r\nOurs, *byte* for byte  \n`)).toBe(true);
    expect((await product.ask('GET', `/api/feedback/${gaps[1]}`)).json.drafts).toEqual([]);
  });
});
