import type { Report } from '../report/index.ts';
import { parseAnswers } from './answers.ts';
import type { Said } from './decisions.ts';
import { parseDraftStatus } from './draft-status.ts';
import { parseEvidence } from './evidence.ts';
import type { CommentData, Gap, IssueData, Note } from './gap.ts';
import { parseGapBody } from './gap-body.ts';
import { parseNote } from './note.ts';
import { at, isOurs, openedByUs, openers, type Repository, signed } from './repository.ts';
import { createShelf, type Shelf } from './shelf.ts';
import { parseShipped } from './shipped.ts';

/**
 * All gaps of one repository, in memory, built from its issues and comments alone: nothing else is a record. Reads are
 * conditional (a 304 costs nothing of GitHub's budget); the search API, whose index lags, is never asked.
 */
export interface GapIndex extends Pick<Shelf, 'all' | 'everything' | 'byNumber' | 'byReport' | 'byKey' | 'onChange'> {
  /** Brings the index up to date with GitHub. Calls at the same time share one pass. */
  refresh(): Promise<void>;
  /** Refreshes unless all was read after this moment (milliseconds since 1970, by this process's clock). */
  refreshSince(moment: number): Promise<void>;
  /** The next read has to ask GitHub, whatever the freshness, and hear everything of the last moment again. */
  markStale(): void;
  /** Refreshes unless that was done within `freshnessMs`. */
  current(): Promise<void>;
  /** Issues that are no gaps, as far as they were heard of. */
  others(): IssueData[];
  /** Comments written or edited in the last three days, on pull requests and issues of others, too. */
  recentComments(): CommentData[];
  /** The gap of an issue, or the one that it was merged into. */
  canonical(number: number): Gap | undefined;
  /** What people said of what belongs together, oldest first. */
  constraints(): Said[];
  /** Whether what is known of an issue is what GitHub says now: its text, and when each of its comments was last written. */
  holds(number: number, now: { body: string; comments: ReadonlyMap<number, string> }): boolean;
  putIssue(issue: IssueData): Gap | undefined;
  putComment(comment: CommentData): void;
  forgetIssue(number: number): void;
  forgetComment(id: number): void;
}

/** A repository with the index of its gaps: what everything that reads or writes gaps works on. */
export interface Gaps {
  repository: Repository;
  index: GapIndex;
}

/** As long as GitHub would send a webhook again: what people said before is history. */
const RECENT_MS = 3 * 86_400_000;

export function createGapIndex(repository: Repository, freshnessMs: number, now: () => number = Date.now): GapIndex {
  const issues = new Map<number, IssueData>();
  const comments = new Map<number, Map<number, CommentData>>();
  /** The recent ones on what is no issue of ours, by id. */
  const elsewhere = new Map<number, CommentData>();
  const shelf = createShelf();
  let lists = {
    issues: openers(repository).map((creator) => ({ creator, list: sinceList() })),
    comments: sinceList(),
  };
  let pass: { began: number; done: Promise<void> } | undefined;
  let next: Promise<void> | undefined;
  /** The last pass that was completed. */
  let read = { began: Number.NEGATIVE_INFINITY, ended: Number.NEGATIVE_INFINITY };
  let staleAt = Number.NEGATIVE_INFINITY;

  function rebuild(number: number): Gap | undefined {
    const issue = issues.get(number);
    const gap = issue && readGap(repository, issue, [...(comments.get(number)?.values() ?? [])]);
    if (gap) shelf.put(gap);
    else shelf.remove(number);
    return shelf.byNumber(number);
  }

  // A list read before a write of ours, or a webhook told late, must not bring an older state back.
  function keepIssue(issue: IssueData): boolean {
    if (isOlder(issue, issues.get(issue.number))) return false;
    issues.set(issue.number, issue);
    return true;
  }

  const isRecent = ({ updated_at }: CommentData) => Date.parse(updated_at) >= now() - RECENT_MS;

  function keepComment(comment: CommentData): number | undefined {
    const number = Number(/\/issues\/(\d+)$/.exec(comment.issue_url)?.[1]);
    if (!issues.has(number)) {
      if (isRecent(comment) && !isOlder(comment, elsewhere.get(comment.id))) elsewhere.set(comment.id, comment);
      return undefined;
    }
    const own = comments.get(number) ?? new Map<number, CommentData>();
    if (isOlder(comment, own.get(comment.id))) return undefined;
    comments.set(number, own.set(comment.id, comment));
    return number;
  }

  async function pull(): Promise<void> {
    const touched = new Set<number>();
    const route = { ...at(repository), per_page: 100 };
    for (const { creator, list } of lists.issues) {
      await list.read(async (since, page, headers) => {
        const reply = await repository.octokit.rest.issues.listForRepo({
          ...route,
          ...since,
          creator,
          state: 'all',
          sort: 'updated',
          direction: 'asc',
          page,
          headers,
        });
        for (const issue of reply.data) {
          if (!issue.pull_request && keepIssue(issue as IssueData)) touched.add(issue.number);
        }
        return reply;
      });
    }
    await lists.comments.read(async (since, page, headers) => {
      const reply = await repository.octokit.rest.issues.listCommentsForRepo({
        ...route,
        ...since,
        sort: 'updated',
        direction: 'asc',
        page,
        headers,
      });
      for (const comment of reply.data) {
        const number = keepComment(comment);
        if (number !== undefined) touched.add(number);
      }
      return reply;
    });
    for (const number of touched) rebuild(number);
    for (const comment of elsewhere.values()) if (!isRecent(comment)) elsewhere.delete(comment.id);
  }

  function begin(): Promise<void> {
    const began = now();
    const done = pull()
      .then(() => {
        read = { began, ended: now() };
      })
      .finally(() => {
        pass = undefined;
      });
    pass = { began, done };
    return done;
  }

  const index: GapIndex = {
    refresh() {
      if (!pass) return begin();
      // The pass under way may have read the lists already: whoever asks now needs one that begins now.
      next ??= pass.done
        .catch(() => {})
        .then(() => {
          next = undefined;
          return index.refresh();
        });
      return next;
    },
    async refreshSince(moment) {
      if (read.began > moment) return;
      await (pass && pass.began > moment ? pass.done : index.refresh());
    },
    markStale() {
      staleAt = now();
      lists = {
        issues: lists.issues.map(({ creator, list }) => ({ creator, list: sinceList(list.newest()) })),
        comments: sinceList(lists.comments.newest()),
      };
    },
    async current() {
      if (now() - read.ended >= freshnessMs || read.began <= staleAt) await index.refresh();
    },
    others: () => [...issues.values()].filter(({ number }) => !shelf.byNumber(number)),
    ...shelf,
    recentComments: () =>
      [...[...comments.values()].flatMap((own) => [...own.values()]), ...elsewhere.values()].filter(isRecent),
    canonical(number) {
      const seen = new Set<number>();
      let gap = shelf.byNumber(number);
      while (gap?.decisions.merged && !seen.has(gap.number)) {
        seen.add(gap.number);
        gap = shelf.byNumber(gap.decisions.merged.into) ?? gap;
      }
      return gap;
    },
    constraints: () =>
      [...shelf.everything()]
        .flatMap(({ decisions }) => decisions.constraints ?? [])
        .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
    holds(number, { body, comments: seen }) {
      const own = comments.get(number) ?? new Map<number, CommentData>();
      if ((issues.get(number)?.body ?? '') !== body || own.size !== seen.size) return false;
      return [...seen].every(([id, updatedAt]) => own.get(id)?.updated_at === updatedAt);
    },
    putIssue(issue) {
      keepIssue(issue);
      return rebuild(issue.number);
    },
    putComment(comment) {
      const number = keepComment(comment);
      if (number !== undefined) rebuild(number);
    },
    forgetIssue(number) {
      shelf.remove(number);
      issues.delete(number);
      comments.delete(number);
    },
    forgetComment(id) {
      elsewhere.delete(id);
      for (const [number, own] of comments) if (own.delete(id)) rebuild(number);
    },
  };
  return index;
}

function readGap(repository: Repository, issue: IssueData, comments: CommentData[]): Gap | undefined {
  if (!openedByUs(repository, issue.user)) return undefined;
  const sign = signed(repository);
  const record = parseGapBody(issue.body ?? '', sign);
  if (!record) return undefined;
  const pages: Gap['pages'] = [];
  const notes: Note[] = [];
  const shipped: Gap['shipped'] = [];
  let status: Gap['status'];
  let answers: Gap['answers'];
  for (const comment of comments.sort((a, b) => a.id - b.id)) {
    const body = comment.body ?? '';
    const common = { commentId: comment.id, createdAt: comment.created_at, updatedAt: comment.updated_at };
    if (!isOurs(repository, comment.user)) {
      const author = comment.user?.login ?? 'ghost';
      notes.push({ ...common, id: String(comment.id), author, content: body, throughApi: false });
      continue;
    }
    const page = parseEvidence(body, sign);
    const note = parseNote(body, sign);
    const runs = parseDraftStatus(body, sign);
    const merged = parseShipped(body, sign);
    const answered = parseAnswers(body, sign);
    if (page?.gap === record.gap) pages.push({ ...page, commentId: comment.id });
    else if (note) notes.push({ ...common, ...note, author: comment.user?.login ?? '', throughApi: true });
    else if (runs?.gap === record.gap) status ??= { ...runs, commentId: comment.id, updatedAt: comment.updated_at };
    else if (merged?.gap === record.gap) shipped.push({ ...merged, commentId: comment.id });
    else if (answered?.gap === record.gap) answers ??= { ...answered, commentId: comment.id };
  }
  pages.sort((a, b) => a.page - b.page);
  const held = distinct([record.first, ...pages.flatMap((page) => page.reports)]) as Gap['held'];
  return {
    id: record.gap,
    number: issue.number,
    url: issue.html_url,
    title: issue.title,
    body: issue.body ?? '',
    state: issue.state === 'closed' ? 'closed' : 'open',
    stateReason: issue.state_reason ?? null,
    closedAt: issue.closed_at ?? undefined,
    locked: issue.locked,
    labels: issue.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? ''))),
    decisions: record.decisions ?? {},
    harm: record.harm,
    reports: held,
    held,
    pages,
    notes,
    status,
    shipped,
    answers,
  };
}

/** A crash between two writes may leave a report on two pages; it still counts once. */
function distinct(reports: Report[]): Report[] {
  return [...new Map(reports.map((report) => [report.id, report])).values()];
}

type ListPage = { data: { updated_at: string }[]; headers: { link?: string; etag?: string } };
type Fetch = (since: { since?: string }, page: number, headers: Record<string, string>) => Promise<ListPage>;

function isOlder(incoming: { updated_at: string }, known: { updated_at: string } | undefined): boolean {
  return known !== undefined && incoming.updated_at < known.updated_at;
}

/**
 * Reads a list by `since`, all pages, with the last answer's ETag: unchanged lists cost nothing. What changes while it is read moves to
 * the list's end and everything behind it one place forward, over the border of a page: so each page begins where the last one ended in
 * time, and page numbers count only within one second.
 */
function sinceList(start?: string): { read(fetch: Fetch): Promise<void>; newest(): string | undefined } {
  let newest = start;
  let etag: string | undefined;

  async function read(fetch: Fetch): Promise<void> {
    let from = newest;
    for (let page = 1; ; ) {
      const since = from ? { since: from } : {};
      let reply: ListPage;
      try {
        reply = await fetch(since, page, page === 1 && etag ? { 'if-none-match': etag } : {});
      } catch (error) {
        if ((error as { status?: number }).status === 304) return;
        throw error;
      }
      // An ETag belongs to one address: once `since` moves on, the next list is another one.
      if (page === 1) etag = reply.headers.etag;
      for (const { updated_at } of reply.data) {
        if (newest && updated_at <= newest) continue;
        newest = updated_at;
        etag = undefined;
      }
      if (!reply.headers.link?.includes('rel="next"')) return;
      page = from === newest ? page + 1 : 1;
      from = newest;
    }
  }
  return { read, newest: () => newest };
}
