import { PatchworkError, type Report } from '../report/index.ts';
import { assess, impactOf, SEVERITIES } from '../triage/index.ts';
import type { Gap, IssueData } from './gap.ts';
import { type GapRecord, parseGapBody, withRecord } from './gap-body.ts';
import type { Gaps } from './gap-index.ts';
import { GAP_LABEL, serverLabel, severityLabel } from './labels.ts';
import { at, isOurs, type Repository, signed } from './repository.ts';

/** GitHub's limit for the body of an issue. */
const MAX_BODY = 65_536;

/** What the issue becomes; GitHub's own words. */
interface State {
  state?: 'open' | 'closed';
  state_reason?: 'completed' | 'not_planned' | 'duplicate' | 'reopened';
  /** GitHub's numeric id of the other issue, not its number. */
  duplicate_issue_id?: number;
}

/** The labels a gap's issue carries because of its reports, its harm, and of what people decided. */
export function labelsOf(reports: Report[], { decisions, harm }: Pick<GapRecord, 'decisions' | 'harm'>): string[] {
  const first = reports[0] as Report;
  const impact = impactOf(reports);
  const worst = (['blocked', 'partial', 'worked_around'] as const).find(
    (resolution) => impact.resolutions[resolution] > 0,
  );
  return [
    GAP_LABEL,
    `gap:${first.gap_type}`,
    serverLabel(first.server_name).name,
    ...(worst ? [`impact:${worst}`] : []),
    severityLabel(decisions?.severity ?? assess(impact, harm).severity),
  ];
}

/**
 * Brings a gap's issue up to date with its reports: impact, decisions, marker and labels. `change` says what its record becomes
 * and has to be repeatable, for everything here is absolute. Undefined when the issue holds no marker of ours any more.
 */
export async function updateGap(
  { repository, index }: Gaps,
  number: number,
  change: (record: GapRecord) => GapRecord = (record) => record,
  state: State = {},
): Promise<Gap | undefined> {
  const { octokit } = repository;
  const sign = signed(repository);
  const route = { ...at(repository), issue_number: number };
  // Read again right before writing, so that a person's edit of the text in between is kept.
  const { data: issue } = await octokit.rest.issues.get(route);
  const body = issue.body ?? '';
  const before = parseGapBody(body, sign);
  if (!before) return index.putIssue(issue);

  const has = new Set(issue.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? ''))));
  const { former: _former, ...record } = change(await withLock(repository, number, before, has));
  const gap = index.byNumber(number);
  // What was merged away keeps its last figures.
  const reports = gap?.reports.length ? gap.reports : (gap?.held ?? [record.first]);
  const wanted = labelsOf(reports, record);
  const ours = [...(before.labels ?? []), ...(before.former ?? [])];
  const replaced = [...new Set([...ours, ...ALL_SEVERITIES])].filter((name) => has.has(name) && !wanted.includes(name));
  // What a person took off stays off; only the severity is always said.
  const missing = wanted.filter(
    (name) => !has.has(name) && (!before.labels?.includes(name) || ALL_SEVERITIES.includes(name)),
  );
  const next = { ...record, labels: wanted };
  const former = replaced.filter((name) => ALL_SEVERITIES.includes(name));
  const updated = withRecord(body, former.length ? { ...next, former } : next, reports, sign);
  if (updated.length > MAX_BODY) {
    throw new PatchworkError('gap_full', `Issue #${number} cannot hold more.`, {
      status: 422,
      next: 'Shorten what was added to its text by hand.',
    });
  }
  const changed = updated !== body || isChange(state, issue);
  const { data: written } = changed
    ? await octokit.rest.issues.update({ ...route, ...state, body: updated })
    : { data: issue };
  // One by one: a list of all labels would take off what a person puts on in this moment. Each answer is the labels that are left.
  let { labels } = written as Pick<IssueData, 'labels'>;
  for (const name of replaced) labels = (await octokit.rest.issues.removeLabel({ ...route, name })).data;
  if (missing.length) labels = (await octokit.rest.issues.addLabels({ ...route, labels: missing })).data;
  return index.putIssue({ ...written, labels });
}

function isChange(to: State, from: { state: string; state_reason?: string | null }): boolean {
  if (!to.state) return false;
  return to.state !== from.state || (to.state === 'closed' && to.state_reason !== from.state_reason);
}

const ALL_SEVERITIES = SEVERITIES.map(severityLabel);

/** A severity label that is not ours was set by a person, and counts from now on. */
async function withLock(
  repository: Repository,
  number: number,
  record: GapRecord,
  has: ReadonlySet<string>,
): Promise<GapRecord> {
  const theirs = SEVERITIES.find((severity) => {
    const name = severityLabel(severity);
    return has.has(name) && !record.labels?.includes(name);
  });
  if (!theirs) return record;
  // One that we were about to replace: a crash left it, or a person set it again since.
  const name = severityLabel(theirs);
  if (record.former?.includes(name) && (await isLastSetByUs(repository, number, name))) return record;
  return { ...record, decisions: { ...record.decisions, severity: theirs } };
}

async function isLastSetByUs(repository: Repository, number: number, label: string): Promise<boolean> {
  const { octokit } = repository;
  const events = await octokit.paginate(octokit.rest.issues.listEvents, {
    ...at(repository),
    issue_number: number,
    per_page: 100,
  });
  const last = events.findLast((event) => event.event === 'labeled' && 'label' in event && event.label?.name === label);
  return last === undefined || isOurs(repository, last.actor);
}
