import type { DraftRequest } from '../draft/index.ts';
import { renderLane } from '../intake/index.ts';
import { at, DRAFT_LABEL, DRAFTING_LABEL, type Gap, type Gaps } from '../issues/index.ts';
import type { Outbox } from '../outbox/index.ts';
import { newId } from '../report/index.ts';

/**
 * Finds draft requests that nobody works on: a label whose webhook was lost, a run whose outbox entry is gone. GitHub's issues
 * are the truth, so looking at them is enough; asking twice does no harm, because a label that was acted upon is gone.
 */
export async function reconcile(gaps: Gaps, outbox: Outbox): Promise<number> {
  const { repository, index } = gaps;
  await index.current();
  const lane = renderLane('drafts', `${repository.owner}/${repository.name}`);
  const waiting = new Set((await outbox.waiting(lane)).map((entry) => (entry.body as DraftRequest).issue));
  let asked = 0;
  for (const gap of index.all()) {
    if (gap.state !== 'open' || waiting.has(gap.number)) continue;
    const request = (await lostLabel(gaps, gap)) ?? lostRun(gap);
    if (!request) continue;
    await outbox.accept({ lane, id: newId(), kind: 'draft', key: `draft ${request.request}`, body: request });
    asked += 1;
  }
  return asked;
}

async function lostLabel({ repository }: Gaps, gap: Gap): Promise<DraftRequest | undefined> {
  if (!gap.labels.includes(DRAFT_LABEL)) return undefined;
  const events = await repository.octokit.paginate(repository.octokit.rest.issues.listEvents, {
    ...at(repository),
    issue_number: gap.number,
    per_page: 100,
  });
  const labeled = events.findLast(
    (event) => event.event === 'labeled' && 'label' in event && event.label?.name === DRAFT_LABEL,
  );
  const login = labeled?.actor?.login;
  if (!labeled || !login) return undefined;
  return {
    issue: gap.number,
    request: `event ${labeled.id}`,
    by: 'label',
    actor: { login },
    at: labeled.created_at,
  };
}

function lostRun(gap: Gap): DraftRequest | undefined {
  const run = gap.status?.runs.at(-1);
  if (!run || run.outcome || !gap.labels.includes(DRAFTING_LABEL)) return undefined;
  const actor = run.actor === 'operator' ? ('operator' as const) : { login: run.actor };
  const { request, by, guidance, revise, startedAt: at } = run;
  return {
    ...{ issue: gap.number, request, by, actor, at },
    ...(guidance === undefined ? {} : { guidance }),
    ...(revise === undefined ? {} : { revise }),
  };
}
