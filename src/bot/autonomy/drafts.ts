import type { DraftRequest } from '../../draft/index.ts';
import { renderLane } from '../../intake/index.ts';
import { DRAFT_LABEL, DRAFTING_LABEL, type DraftRun, type Gap, type Gaps, isSealedWhole } from '../../issues/index.ts';
import type { Outbox } from '../../outbox/index.ts';
import { newId } from '../../report/index.ts';
import {
  type AutoDraftFacts,
  agreementOf,
  blockedShareOf,
  decideAutoDraft,
  FAILURES_THAT_PARK,
  impactOf,
  looksLikeSecurity,
  noiseOf,
} from '../../triage/index.ts';
import { failuresOf } from './merge.ts';
import { recordPlan } from './record.ts';
import type { Standing } from './standing.ts';

export interface AutoDraftWork {
  gaps: Gaps;
  outbox: Outbox;
  /** There is a model to write drafts. */
  able: boolean;
  now(): Date;
  log(message: string, details?: object): void;
}

const DAY_MS = 86_400_000;

/** Asks for drafts of the gaps that the policy picks, the most pressing first, as long as the limits allow more. */
export async function draftByPolicy(work: AutoDraftWork, standing: Standing, open: ReadonlySet<number>): Promise<void> {
  const { gaps, outbox, now, log } = work;
  const { repository, index } = gaps;
  const lane = renderLane('drafts', `${repository.owner}/${repository.name}`);
  const waiting = (await outbox.waiting(lane)).filter(({ kind }) => kind === 'draft');
  const asked = new Set(waiting.map((entry) => (entry.body as DraftRequest).issue));
  const all = index.all();
  const runs = all.flatMap((gap) => gap.status?.runs ?? []);
  const since = now().getTime() - DAY_MS;
  let today = runs.filter(({ by, startedAt }) => by === 'auto' && Date.parse(startedAt) > since).length;
  today += waiting.filter((entry) => (entry.body as DraftRequest).by === 'auto').length;
  const states = new Map(all.map((gap) => [gap.number, stateOf(gap, asked, open)]));
  let inFlight = [...states.values()].filter((state) => ['asked', 'running', 'open'].includes(state)).length;
  for (const gap of all.toSorted((a, b) => impactOf(b.reports).reach - impactOf(a.reports).reach)) {
    const draft = states.get(gap.number) ?? 'none';
    const facts = factsOf(work, standing, gap, draft, { today, inFlight });
    const { yes } = decideAutoDraft(facts);
    if (!yes) continue;
    today += 1;
    inFlight += 1;
    if (standing.config.auto_draft.dry_run) {
      await recordPlan(gaps, gap, `A draft would be asked for now, if this were no dry run: ${reasonsOf(facts)}.`);
      continue;
    }
    // The same wish has the same name, so that it is one however often it comes up.
    const request = `auto-${gap.number}-${gap.status?.runs.length ?? 0}`;
    const body: DraftRequest = {
      issue: gap.number,
      request,
      by: 'auto',
      actor: { login: repository.login },
      at: now().toISOString(),
    };
    await outbox.accept({ lane, id: newId(), kind: 'draft', key: `draft ${request}`, body });
    log('draft asked for by policy', { gap: gap.number, why: reasonsOf(facts) });
  }
}

function reasonsOf({ sessions, blockedShare, agreement }: AutoDraftFacts): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return `${sessions} distinct sessions met it, ${percent(blockedShare)} were blocked, ${percent(agreement)} ask for the same change`;
}

function stateOf(gap: Gap, asked: ReadonlySet<number>, open: ReadonlySet<number>): AutoDraftFacts['draft'] {
  const last = gap.status?.runs.at(-1);
  if (gap.labels.includes(DRAFTING_LABEL) || (last && !last.outcome)) return 'running';
  if (asked.has(gap.number) || gap.labels.includes(DRAFT_LABEL)) return 'asked';
  if (!last) return 'none';
  if (last.outcome === 'failed' || last.outcome === 'declined') return last.outcome;
  if (last.pull && open.has(last.pull.number)) return 'open';
  return gap.shipped.length ? 'merged' : 'closed';
}

function factsOf(
  { able, now }: AutoDraftWork,
  standing: Standing,
  gap: Gap,
  draft: AutoDraftFacts['draft'],
  counts: { today: number; inFlight: number },
): AutoDraftFacts {
  const { reports } = gap;
  const { sessions, lastSeen } = impactOf(reports);
  const last: DraftRun | undefined = gap.status?.runs.at(-1);
  const failures = failuresOf(gap);
  return {
    level: standing.config.level,
    rules: standing.config.auto_draft,
    configured: standing.configured,
    stopped: standing.stopped,
    able,
    open: gap.state === 'open',
    locked: gap.locked,
    parked: gap.decisions.parked !== undefined || failures >= FAILURES_THAT_PARK,
    security: reports.some((report) => isSealedWhole(report) || looksLikeSecurity(report)),
    inferred: reports.every(({ remarks }) => remarks.some((remark) => remark.startsWith('inferred from'))),
    noise: reports.every((report) => noiseOf(report) !== undefined),
    draft,
    news: last !== undefined && lastSeen > last.startedAt,
    failures,
    sessions,
    blockedShare: blockedShareOf(reports),
    agreement: agreementOf(reports),
    quiet: (now().getTime() - Date.parse(lastSeen)) / 60_000,
    ...counts,
  };
}
