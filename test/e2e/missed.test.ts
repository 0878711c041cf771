import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Apart, type Fate, openApart } from '../support/apart.ts';
import { draftAnswer, SAMPLE_REPORT } from '../support/product.ts';

interface Issue {
  number: number;
  title: string;
  body: string;
  state: string;
  user: { login: string };
  labels: { name: string }[];
}

const NEEDS = [
  ['missing_parameter', 'Filter the costs by run.'],
  ['incomplete_results', 'Page through all services.'],
  ['missing_tool', 'Delete a budget.'],
  ['wrong_format', 'Amounts as numbers, not text.'],
  ['missing_tool', 'Export an invoice as PDF.'],
  ['other', 'Error messages say nothing.'],
] as const;
const DRAFT = draftAnswer([{ kind: 'write', path: 'NOTES.md', content: 'Drafted.\n' }]);
const HOUR_MS = 3_600_000;

const dashboardOf = async (github: Apart): Promise<Issue> => {
  const issues: Issue[] = await github.as('owner', 'GET', '/issues?state=all&per_page=100');
  return issues.find(({ title }) => title === 'Gaps: the dashboard') as Issue;
};

/** What people do: the second half while the product is away, where `away` says so. */
async function play(github: Apart, away: boolean, fate: (event: string) => Fate): Promise<void> {
  await github.start();
  for (const [gap_type, what_i_needed] of NEEDS) {
    await github.ask('POST', '/api/feedback', { ...SAMPLE_REPORT, gap_type, what_i_needed });
  }
  await github.quiet();
  const numbered: Issue[] = await github.as('owner', 'GET', '/issues?state=all&per_page=100');
  const gaps = numbered.filter(({ title }) => title.startsWith('[')).sort((a, b) => a.number - b.number);
  const gap = (i: number) => (gaps[i] as Issue).number;
  const say = (person: string, i: number, body: string) =>
    github.as(person, 'POST', `/issues/${gap(i)}/comments`, { body });
  const tick = async (person: string, box: string) => {
    const { number, body } = await dashboardOf(github);
    const ticked = body.replace(`- [ ] <!-- patchwork:box ${box}.`, `- [x] <!-- patchwork:box ${box}.`);
    expect(ticked).not.toBe(body);
    await github.as(person, 'PATCH', `/issues/${number}`, { body: ticked });
  };

  github.fate(fate);
  await github.as('writer', 'POST', `/issues/${gap(0)}/labels`, { labels: ['patchwork:draft'] });
  await say('writer', 1, 'Agreed.\n/patchwork severity high');
  await tick('writer', `draft.${gap(2)}`);
  const comment = await say('stranger', 3, '/patchwork park\n\nplease');
  if (away) {
    await github.stop();
    vi.useFakeTimers({ toFake: ['Date'], shouldAdvanceTime: true, now: Date.now() + HOUR_MS });
  } else {
    await github.quiet();
  }
  await github.as('owner', 'PATCH', `/issues/comments/${comment.id}`, {
    body: '/patchwork park\n\n/patchwork workaround Ask twice.',
  });
  await github.as('triager', 'POST', `/issues/${gap(4)}/labels`, { labels: ['patchwork:draft'] });
  await say('owner', 4, '/patchwork fixed-in 1.4.0');
  await github.as('owner', 'PATCH', `/issues/${gap(5)}`, { state: 'closed' });
  await tick('owner', `park.${gap(1)}`);
  const { number, body } = await dashboardOf(github);
  await github.as('writer', 'PATCH', `/issues/${number}`, { body: `${body}\nKeep this.\n` });
  if (away) {
    await github.start();
    // Nothing more than what GitHub knows: webhooks that come now go astray as well.
  }
  await github.quiet();
}

/** Everything that people see, without numbers and times that depend on the order of work. */
async function state(github: Apart) {
  const issues: Issue[] = await github.as('owner', 'GET', '/issues?state=all&per_page=100');
  const drafts = Object.fromEntries(
    await Promise.all(
      issues
        .filter(({ title }) => title.startsWith('['))
        .map(async ({ number, title, state, labels, body }) => {
          const item = await github.ask('GET', `/api/feedback/${number}`);
          const comments: { body: string }[] = await github.as('owner', 'GET', `/issues/${number}/comments`);
          const answers = comments
            .filter((one) => one.body.startsWith('### Commands'))
            .flatMap((one) => rowsOf(one.body));
          return [
            title,
            {
              ...{ state, labels: labels.map(({ name }) => name).sort(), answers, comments: comments.length },
              decided: /### Decided\n\n([\s\S]*?)\n\n/.exec(body)?.[1]?.replace(/\d{4}-\d\d-\d\d/g, 'day'),
              drafts: item.drafts.map((run: { actor: string; outcome: string; by: string; reason: string }) =>
                [run.actor, run.by, run.outcome, run.reason].join(' '),
              ),
            },
          ];
        }),
    ),
  );
  const { body } = await dashboardOf(github);
  return {
    drafts,
    human: body.split('stays as it is -->')[1],
    asked: rowsOf(body.slice(body.indexOf('### Asked for here'), body.indexOf('### Numbers'))),
    pulls: (await github.as('owner', 'GET', '/pulls?state=all')).length,
  };
}

function rowsOf(text: string): string[] {
  return text
    .split('\n')
    .filter((row) => row.startsWith('| ') && !row.startsWith('| When') && !row.startsWith('| Command'))
    .map((row) => row.replace(/\d{4}-\d\d-\d\d(T| )\d\d:\d\d/g, 'then').replace(/#\d+|\/\d+/g, '#n'))
    .sort();
}

afterEach(() => vi.useRealTimers());

describe('three webhooks of every ten lost, and an hour away', () => {
  it('leave everything as if none had been lost', async () => {
    const calm = await openApart({ drafts: [DRAFT] });
    await play(calm, false, () => 'arrives');
    const wanted = await state(calm);
    await calm.close();
    expect(wanted.pulls).toBe(2);
    expect(wanted.asked).toHaveLength(2);

    const rough = await openApart({ drafts: [DRAFT] });
    let count = 0;
    const lost = { fails: 0, vanishes: 0, arrives: 0 };
    await play(rough, true, () => {
      const fate =
        (['vanishes', 'arrives', 'arrives', 'fails', 'arrives', 'vanishes'] as const)[count++ % 10] ?? 'arrives';
      lost[fate] += 1;
      return fate;
    });
    expect(await state(rough)).toEqual(wanted);
    console.info(`deliveries: ${JSON.stringify(lost)}`);
    await rough.close();
  }, 240_000);
});
