import { type DraftRequest, mayWrite } from '../../draft/index.ts';
import { type LaneBodies, renderLane } from '../../intake/index.ts';
import type { Gaps } from '../../issues/index.ts';
import type { Outbox } from '../../outbox/index.ts';
import { newId } from '../../report/index.ts';
import { nameOf } from './box.ts';
import type { Overview } from './overview.ts';
import type { TickAnswer } from './sections.ts';
import type { Tick } from './ticks.ts';

const TOP = 3;

/**
 * Does what a tick asks for, if whoever made it may, looked up live. `on` is the dashboard's number. The same tick asked for twice
 * is one: what it asks for carries its name.
 */
export async function act(
  { gaps, outbox }: { gaps: Gaps; outbox: Outbox },
  on: number,
  tick: Tick,
  overview: Overview,
): Promise<TickAnswer> {
  const { box, actor, at } = tick;
  const refuse = (text: string): TickAnswer => ({ box, actor, at, state: 'refused', text });
  if (actor === undefined) return refuse('GitHub does not say who ticked this: tick it again.');
  if (!(await mayWrite(gaps.repository, actor))) return refuse('Only people with write access can ask for this.');

  const { owner, name } = gaps.repository;
  const repository = `${owner}/${name}`;
  const request = `tick ${on}.${nameOf(box)}`;
  const draft = async (issue: number, id: string, revise?: { pull: number }): Promise<string> => {
    const body: DraftRequest = {
      ...{ issue, request: id, by: 'dashboard', actor: { login: actor }, at },
      ...(revise ? { revise } : {}),
    };
    await outbox.accept({
      ...{ lane: renderLane('drafts', repository), id: newId(), kind: 'draft', key: `draft ${id}`, body },
    });
    return id;
  };
  switch (box.action) {
    case 'refresh':
      return { box, actor, at, state: 'done', text: 'Refreshed.' };
    case 'draft':
    case 'redraft': {
      const gap = gaps.index.byNumber(box.issue);
      if (!gap) return refuse('This gap is gone.');
      const pull = gap.status?.runs.findLast((run) => run.pull)?.pull?.number;
      const asked = await draft(box.issue, request, box.action === 'redraft' && pull ? { pull } : undefined);
      return { box, actor, at, state: 'asked', text: 'Asked for.', requests: [asked] };
    }
    case 'top': {
      const top = overview.rows.filter((row) => !row.draft).slice(0, TOP);
      if (!top.length) return { box, actor, at, state: 'done', text: 'Every open gap has a draft.' };
      const requests = await Promise.all(top.map(({ number }) => draft(number, `${request}.${number}`)));
      return { box, actor, at, state: 'asked', text: 'Asked for.', requests };
    }
    case 'park':
    case 'unpark': {
      const body: LaneBodies['command'] = { issue: box.issue, command: { kind: box.action }, actor, at };
      await outbox.accept({
        ...{ lane: renderLane('reports', repository), id: newId(), kind: 'command', key: request, body },
      });
      return { box, actor, at, state: 'asked', text: 'Asked for.' };
    }
  }
}
