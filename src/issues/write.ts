import { PatchworkError, type Report } from '../report/index.ts';
import type { Harm } from '../triage/index.ts';
import { addEvidence, parseEvidence, renderEvidence } from './evidence.ts';
import type { CommentData, Gap } from './gap.ts';
import { type GapRecord, gapTitle, parseGapBody, renderGapBody } from './gap-body.ts';
import type { Gaps } from './gap-index.ts';
import { type Label, REVIEWED_LABEL } from './labels.ts';
import { parseMarker, renderMarker } from './marker.ts';
import { parseNote, renderNote } from './note.ts';
import { at, isOurs, openers, type Repository, signed } from './repository.ts';
import { labelsOf, updateGap } from './update.ts';

/** Opens the issue of a new gap. `grouping` says in one sentence why it is an issue of its own. */
export async function createGap(
  { repository, index }: Gaps,
  first: Report,
  grouping: string,
  more: Pick<GapRecord, 'decisions' | 'harm'> = {},
): Promise<Gap> {
  const labels = labelsOf([first], more);
  const { data } = await repository.octokit.rest.issues.create({
    ...at(repository),
    title: gapTitle(first),
    body: renderGapBody({ gap: first.id, first, ...more, labels }, grouping, signed(repository)),
    labels,
  });
  const gap = index.putIssue(data);
  if (!gap) {
    throw new PatchworkError(
      'issue_not_ours',
      `GitHub says issue #${data.number} was created by ${data.user?.login}.`,
      {
        next: `Markers are read only in issues by ${openers(repository).join(', ')}: check which identity the credentials belong to.`,
      },
    );
  }
  return gap;
}

/**
 * Adds reports to a gap: evidence comments, then the impact table and labels, with its `harm` where that was judged now. Writes
 * absolute values, so repeating it is harmless.
 */
export async function foldReports(gaps: Gaps, gap: Gap, reports: Report[], harm?: Harm): Promise<Gap> {
  const { repository, index } = gaps;
  await demandOurs(repository, gap);
  const known = new Set(gap.held.map((report) => report.id));
  const added = reports.filter((report) => !known.has(report.id));
  if (added.length) {
    const pages = await pagesNow(repository, gap);
    const [opening] = gap.held;
    const sign = signed(repository);
    for (const page of addEvidence(pages, { id: gap.id, opening }, unwritten(pages, added), sign)) {
      const body = renderEvidence(page, opening, sign);
      const commentId = pages.find((existing) => existing.page === page.page)?.commentId;
      index.putComment(await writeComment(repository, gap.number, commentId, body));
    }
  }
  const judged = (record: GapRecord) => (harm === undefined ? record : { ...record, harm });
  return (await updateGap(gaps, gap.number, judged)) ?? gap;
}

/** GitHub answers for a transferred issue with the one it became, elsewhere: nothing of ours may be written there. */
async function demandOurs(repository: Repository, gap: Gap): Promise<void> {
  const { data } = await repository.octokit.rest.issues.get({ ...at(repository), issue_number: gap.number });
  if (parseGapBody(data.body ?? '', signed(repository))?.gap === gap.id) return;
  throw Object.assign(new Error(`Issue #${gap.number} is no longer that of its gap.`), { status: 410 });
}

/** Takes reports out of a gap's evidence comments. They have to count elsewhere already; the report that opened the issue stays. */
export async function removeReports({ repository, index }: Gaps, gap: Gap, ids: ReadonlySet<string>): Promise<void> {
  const [opening] = gap.held;
  for (const { commentId, ...page } of gap.pages) {
    const reports = page.reports.filter(({ id }) => !ids.has(id));
    if (reports.length === page.reports.length) continue;
    const body = renderEvidence({ ...page, reports }, opening, signed(repository));
    index.putComment(await writeComment(repository, gap.number, commentId, body));
  }
}

/**
 * The evidence comments as they stand on GitHub this moment: a crash after creating one and before noting it would create a second,
 * and an index that lags would lose what it does not know.
 */
async function pagesNow(repository: Repository, gap: Gap): Promise<Gap['pages']> {
  const last = gap.pages.at(-1);
  const comment = last && (await readComment(repository, last.commentId));
  const comments = comment ? [comment] : await commentsOf(repository, gap.number);
  const pages = comments.flatMap((comment) => {
    const page = isOurs(repository, comment.user) && parseEvidence(comment.body ?? '', signed(repository));
    return page && page.gap === gap.id ? [{ ...page, commentId: comment.id }] : [];
  });
  return [...(comment ? gap.pages.slice(0, -1) : []), ...pages].sort((a, b) => a.page - b.page);
}

function unwritten(pages: Gap['pages'], reports: Report[]): Report[] {
  const written = new Set(pages.flatMap((page) => page.reports.map((report) => report.id)));
  return reports.filter((report) => !written.has(report.id));
}

/** Posts a note as a comment, once, however often it is tried. */
export async function postNote(
  { repository, index }: Gaps,
  gap: Gap,
  note: { id: string; content: string },
): Promise<void> {
  const comments = await commentsOf(repository, gap.number);
  const posted = comments.some(
    (comment) => isOurs(repository, comment.user) && parseNote(comment.body ?? '', signed(repository))?.id === note.id,
  );
  if (!posted) {
    index.putComment(await writeComment(repository, gap.number, undefined, renderNote(note, signed(repository))));
  }
}

/** Says something about a gap in a comment of ours, once for each `key`. It notifies people, so it is for what changes its state. */
export async function sayOnce({ repository, index }: Gaps, gap: Gap, key: string, text: string): Promise<void> {
  const { keys, repositoryId } = signed(repository);
  const place = { repositoryId, role: 'life' } as const;
  const said = (comment: CommentData) => {
    const payload = parseMarker(keys, place, comment.body ?? '') as { gap?: unknown; key?: unknown } | undefined;
    return isOurs(repository, comment.user) && payload?.gap === gap.id && payload.key === key;
  };
  if ((await commentsOf(repository, gap.number)).some(said)) return;
  const body = `${text}\n\n${renderMarker(keys, place, { gap: gap.id, key })}`;
  index.putComment(await writeComment(repository, gap.number, undefined, body));
}

export async function setReviewed({ repository, index }: Gaps, gap: Gap, reviewed: boolean): Promise<void> {
  const { octokit } = repository;
  const route = { ...at(repository), issue_number: gap.number };
  const has = gap.labels.includes(REVIEWED_LABEL);
  if (reviewed && !has) await octokit.rest.issues.addLabels({ ...route, labels: [REVIEWED_LABEL] });
  if (!reviewed && has) await octokit.rest.issues.removeLabel({ ...route, name: REVIEWED_LABEL });
  if (reviewed !== has) index.putIssue((await octokit.rest.issues.get(route)).data);
}

const ensured = new WeakMap<Gaps['index'], Set<string>>();

/** Creates the labels that are missing, once a process; labels a repository changed to its taste stay as they are. */
export async function ensureLabels({ repository, index }: Gaps, labels: Label[]): Promise<void> {
  const { octokit } = repository;
  let names = ensured.get(index);
  if (!names) {
    const existing = await octokit.paginate(octokit.rest.issues.listLabelsForRepo, {
      ...at(repository),
      per_page: 100,
    });
    names = new Set(existing.map((label) => label.name.toLowerCase()));
    ensured.set(index, names);
  }
  for (const label of labels) {
    if (names.has(label.name.toLowerCase())) continue;
    // Another process made it meanwhile, or we did and did not hear the answer.
    await octokit.rest.issues.createLabel({ ...at(repository), ...label }).catch((error) => {
      if (error.status !== 422 || !/already_exists/.test(error.message)) throw error;
    });
    names.add(label.name.toLowerCase());
  }
}

export async function writeComment(
  repository: Repository,
  issue: number,
  commentId: number | undefined,
  body: string,
): Promise<CommentData> {
  const { rest } = repository.octokit;
  const reply = commentId
    ? await rest.issues.updateComment({ ...at(repository), comment_id: commentId, body })
    : await rest.issues.createComment({ ...at(repository), issue_number: issue, body });
  return reply.data;
}

/** Undefined when someone deleted it. */
async function readComment(repository: Repository, commentId: number): Promise<CommentData | undefined> {
  try {
    return (await repository.octokit.rest.issues.getComment({ ...at(repository), comment_id: commentId })).data;
  } catch (error) {
    if ((error as { status?: number }).status === 404) return undefined;
    throw error;
  }
}

export async function commentsOf(repository: Repository, issue: number): Promise<CommentData[]> {
  const { octokit } = repository;
  return octokit.paginate(octokit.rest.issues.listComments, { ...at(repository), issue_number: issue, per_page: 100 });
}
