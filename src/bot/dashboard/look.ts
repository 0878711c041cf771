import type { GivenCommand } from '../../intake/index.ts';
import { type Gaps, signed } from '../../issues/index.ts';
import type { Outbox } from '../../outbox/index.ts';
import { act } from './act.ts';
import { boxesOf, type DashboardRecord, EMPTY, humanPart, parseDashboard, renderDashboard, sameText } from './body.ts';
import type { Box } from './box.ts';
import { closeDuplicate, createDashboard, findDashboard, readDashboard, writeDashboard } from './issue.ts';
import type { Overview } from './overview.ts';
import { examine, type Tick, withTick } from './ticks.ts';

export interface DashboardDoor {
  gaps: Gaps;
  outbox: Outbox;
  spend(writes: number): Promise<void>;
  overview(gaps: Gaps): Promise<Overview>;
  /** What this process wrote last, by repository id. */
  memory: Map<number, DashboardRecord>;
  now(): Date;
}

/** What a look is about. */
export interface Occasion {
  /** Ticks that webhooks told of, each with the issue it was made on. */
  ticks: (Tick & { on: number; box: Box })[];
  /** What became of commands that were given here. */
  outcomes: { given: GivenCommand; ok: boolean; text: string }[];
  /** Read the text on GitHub whatever we know: somebody else may have written it. The index was refreshed. */
  fresh: boolean;
}

/**
 * Brings the dashboard up to date: answers what was ticked, and writes the text when it says something else than before. Where nothing
 * changed, nothing is asked of GitHub.
 */
export async function lookAtDashboard(door: DashboardDoor, occasion: Occasion): Promise<void> {
  const { gaps, spend, memory } = door;
  const { repository, index } = gaps;
  const sign = signed(repository);
  let { found, others } = findDashboard(gaps);
  for (const { number, state } of others) {
    if (state !== 'open') continue;
    await spend(1);
    await closeDuplicate(gaps, number);
  }
  if (!found) {
    if (!index.all().length) return;
    if (!occasion.fresh) await index.refresh();
    ({ found } = findDashboard(gaps));
  }
  if (!found) {
    await spend(1);
    await createDashboard(gaps, renderDashboard(await door.overview(gaps), EMPTY, undefined, sign));
    memory.set(repository.id, EMPTY);
    return;
  }
  // Closing it switches it off.
  if (found.state !== 'open') return;

  const on = found.number;
  const told = occasion.ticks.filter((tick) => tick.on === on);
  const known = found.body ?? '';
  const record = memory.get(repository.id) ?? parseDashboard(known, sign)?.record;
  const quiet = !occasion.fresh && !told.length && !occasion.outcomes.length && record;
  if (quiet && ![...boxesOf(known, sign).values()].some(({ ticked }) => ticked)) {
    if (sameText(renderDashboard(await door.overview(gaps), record, humanPart(known), sign), known)) return;
  }

  const read = await readDashboard(repository, on);
  if (!read) return index.forgetIssue(on);
  const finding = examine({ ...read, remembered: memory.get(repository.id), told, now: door.now() }, sign);
  let next = noteOutcomes(finding.record, occasion.outcomes);
  const before = await door.overview(gaps);
  for (const tick of finding.ticks) {
    if (tick.box.action === 'refresh' && !occasion.fresh) await index.refresh();
    next = withTick(next, await act(door, on, tick, before));
  }
  const body = renderDashboard(await door.overview(gaps), next, finding.human, sign);
  if (!sameText(body, read.current)) {
    await spend(1);
    await writeDashboard(gaps, on, body);
  }
  memory.set(repository.id, next);
}

function noteOutcomes(record: DashboardRecord, outcomes: Occasion['outcomes']): DashboardRecord {
  const answers = record.answers.map((answer) => {
    const outcome = outcomes.find(
      ({ given }) =>
        given.command.kind === answer.box.action &&
        given.issue === answer.box.issue &&
        given.actor === answer.actor &&
        given.at === answer.at,
    );
    return outcome
      ? { ...answer, state: outcome.ok ? ('done' as const) : ('refused' as const), text: outcome.text }
      : answer;
  });
  return { ...record, answers };
}
