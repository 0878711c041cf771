import { at, createGap, foldReports, type Gap, type Gaps, removeReports, updateGap } from '../issues/index.ts';
import type { Lease } from '../outbox/index.ts';
import { PatchworkError, type Report } from '../report/index.ts';
import { type Constraint, carriedBy, gapKey } from '../triage/index.ts';

/** Who said it, and when (ISO 8601). */
interface Word {
  by: string;
  at: string;
}

/**
 * Moves all evidence of a gap into another one and closes its issue as a duplicate. The other gap claims the reports first: from
 * then on each counts once, whatever stands where, and every step can be repeated.
 */
export async function mergeGap(gaps: Gaps, gap: Gap, number: number, word: Word): Promise<string> {
  const { index, repository } = gaps;
  const into = index.canonical(number);
  if (!into) throw refusal(`#${number} is no gap of ours.`, 'Name the issue of another gap.');
  const merged = gap.decisions.merged;
  if (merged && merged.at !== word.at)
    throw refusal(`#${gap.number} was merged into #${merged.into} before.`, 'Say it there.');
  if (into.number === gap.number) throw refusal(`#${number} is this very gap.`, 'Name the issue of another gap.');

  const together = constraint('together', gap.held[0], into.held[0], word);
  await updateGap(gaps, into.number, (record) => {
    const { took = [], constraints = [], ...decisions } = record.decisions ?? {};
    const took_ = [...took.filter(({ from }) => from !== gap.number), { from: gap.number, ...word }];
    return { ...record, decisions: { ...decisions, took: took_, constraints: withWords(constraints, [together]) } };
  });
  await foldReports(gaps, index.byNumber(into.number) ?? into, gap.held);
  const { data: canonical } = await repository.octokit.rest.issues.get({
    ...at(repository),
    issue_number: into.number,
  });
  await updateGap(
    gaps,
    gap.number,
    (record) => ({
      ...record,
      decisions: {
        ...record.decisions,
        merged: { into: into.number, ...word },
        constraints: withWords(record.decisions?.constraints, [together]),
      },
    }),
    { state: 'closed', state_reason: 'duplicate', duplicate_issue_id: canonical.id },
  );
  const other = into.number === number ? '' : ` (#${number} was merged into it)`;
  return `Merged into #${into.number}${other}: ${counted(gap.held.length)} there now, and later ones will.`;
}

/**
 * Takes a report, and what came on its account, out of a gap: back into the issue it was merged from, or into one of its own. The
 * other issue claims them first; then they are taken out here.
 */
export async function splitGap(gaps: Gaps, lease: Lease, gap: Gap, id: string, word: Word): Promise<string> {
  const { index } = gaps;
  const intent = `split ${id}`;
  const intended = (await lease.intents()).find(({ key }) => key === intent)?.data as { reports: string[] } | undefined;
  const holder = index.byReport(id);
  const report = gap.held.find((one) => one.id === id) ?? holder?.held.find((one) => one.id === id);
  const claimed = holder?.decisions.took?.some(({ from, at }) => from === gap.number && at === word.at);
  if (claimed && !intended) return `Taken out into #${holder?.number}.`;
  if (!report || (!claimed && holder?.number !== gap.number)) {
    throw refusal(`#${gap.number} holds no report with this id.`, 'Ids stand at the reports in its evidence.');
  }
  if (gapKey(report) === gapKey(gap.held[0])) {
    throw refusal('The issue was opened for these very words.', 'Split the other reports out instead.');
  }

  const home = [...index.everything()].find(({ held, number }) => held[0].id === id && number !== gap.number);
  const ids = new Set(intended?.reports ?? leaving(gap, report, home, index).map((one) => one.id));
  const moved = gap.held.filter((one) => ids.has(one.id));
  await lease.intend(intent, { reports: [...ids] });
  // Also from what others merged here: who merged its words with those may have meant no more than these.
  const openers = [gap, ...mergedInto(gap, index)].map(({ held }) => held[0]).filter((one) => !ids.has(one.id));
  const apart = openers.map((one) => constraint('apart', report, one, word));
  const took = { from: gap.number, ...word };
  const own = home
    ? await updateGap(
        gaps,
        home.number,
        (record) => {
          const { merged: _merged, took: earlier = [], constraints, ...decisions } = record.decisions ?? {};
          const claims = [...earlier.filter(({ from }) => from !== gap.number), took];
          return { ...record, decisions: { ...decisions, took: claims, constraints: withWords(constraints, apart) } };
        },
        { state: 'open', state_reason: 'reopened' },
      )
    : await createGap(gaps, report, `A person took it out of #${gap.number}.`, {
        decisions: { took: [took], constraints: apart },
      });
  if (!own) throw refusal(`The issue of #${home?.number} holds no marker of ours any more.`, 'Restore its text.');
  await foldReports(gaps, own, moved);
  await removeReports(gaps, index.byNumber(gap.number) ?? gap, ids);
  await updateGap(gaps, gap.number, (record) => {
    const { split = [], constraints, ...decisions } = record.decisions ?? {};
    const taken = { into: own.number, reports: ids.size, ...word };
    return {
      ...record,
      decisions: {
        ...decisions,
        split: [...split.filter(({ into, at }) => into !== own.number || at !== word.at), taken],
        constraints: withWords(constraints, apart),
      },
    };
  });
  await lease.settle({ ids: [], intents: [intent] });
  return `Taken out into #${own.number}: ${counted(ids.size)} there now.`;
}

/** What goes along: all that came with a merged issue; else what came on the report's account, but nothing that a person put here. */
function leaving(gap: Gap, report: Report, home: Gap | undefined, index: Gaps['index']): Report[] {
  const merged = mergedInto(gap, index);
  const back = new Set(home?.held.map(({ id }) => id));
  const put = new Set(merged.flatMap((other) => (other === home ? [] : other.held.map(({ id }) => id))));
  const carried = new Set(
    carriedBy(
      report,
      gap.reports.filter(({ id }) => !put.has(id)),
    ),
  );
  const key = gapKey(report);
  return gap.reports.filter((one) => one === report || gapKey(one) === key || back.has(one.id) || carried.has(one));
}

function mergedInto(gap: Gap, index: Gaps['index']): Gap[] {
  return [...index.everything()].filter(
    ({ number }) => number !== gap.number && index.canonical(number)?.number === gap.number,
  );
}

function constraint(kind: Constraint['kind'], a: Report, b: Report, word: Word) {
  return { kind, a: gapKey(a), b: gapKey(b), ...word };
}

function withWords<C extends Constraint & Word>(constraints: C[] = [], added: C[]): C[] {
  const repeated = ({ a, b, at }: C) => added.some((one) => a === one.a && b === one.b && at === one.at);
  return [...constraints.filter((known) => !repeated(known)), ...added];
}

function counted(reports: number): string {
  return reports === 1 ? 'its report counts' : `${reports} reports count`;
}

function refusal(what: string, next: string): PatchworkError {
  return new PatchworkError('not_possible', what, { status: 422, next });
}
