import type { LaneBodies } from '../../intake/index.ts';
import { renderLane } from '../../intake/index.ts';
import {
  at,
  DRAFT_FAILED_LABEL,
  DRAFTED_LABEL,
  type DraftRun,
  ensureLabels,
  eventOf,
  type Gap,
  type Gaps,
  LABELS,
  type Notify,
  type Repository,
  renderShipped,
  SHIPPED_LABEL,
  type Shipped,
  signed,
  writeComment,
} from '../../issues/index.ts';
import type { Outbox } from '../../outbox/index.ts';
import { newId } from '../../report/index.ts';
import { compareVersions, isPrerelease, versionOfTag } from '../../triage/index.ts';
import { isUnfinished } from './merge.ts';
import { readPull } from './pull.ts';

export interface LifecycleWork {
  gaps: Gaps;
  outbox: Outbox;
  notify: Notify;
  now(): Date;
  log(message: string, details?: object): void;
}

/** Pull requests that were closed without a merge: they are asked about once a process, and again when one is opened again. */
const closed = new WeakMap<Repository, Set<number>>();

export function forgetClosed(repository: Repository, pull: number): void {
  closed.get(repository)?.delete(pull);
}

/**
 * Marks the gaps whose drafts were merged: the label, one comment, one notice. `open` are the pull requests that are open now.
 * Repeating it changes nothing more.
 */
export async function shipMerged(work: LifecycleWork, open: ReadonlySet<number>): Promise<void> {
  const { gaps } = work;
  const seen = closed.get(gaps.repository) ?? new Set();
  closed.set(gaps.repository, seen);
  for (const gap of gaps.index.all()) {
    for (const run of gap.status?.runs ?? []) {
      const { pull } = run;
      if (!pull || open.has(pull.number) || seen.has(pull.number)) continue;
      if (isUnfinished(run) || run.merge?.state === 'undone') continue;
      if (isTold(gap, pull.number)) continue;
      const now = await readPull(gaps.repository, pull.number);
      if (now.state === 'merged') await ship(work, gap, run, now.commit ?? '');
      else seen.add(pull.number);
    }
  }
}

function isTold(gap: Gap, pull: number): boolean {
  return gap.shipped.some((one) => one.pull === pull) && gap.labels.includes(SHIPPED_LABEL);
}

async function ship({ gaps, notify, log }: LifecycleWork, gap: Gap, run: DraftRun, commit: string): Promise<void> {
  const { repository, index } = gaps;
  const { rest } = repository.octokit;
  const { pull } = run;
  if (!pull) return;
  const route = { ...at(repository), issue_number: gap.number };
  // The comment first: it is what tells at the next look that the rest was done, or has to be.
  if (!gap.shipped.some((one) => one.pull === pull.number)) {
    const shipped: Shipped = { gap: gap.id, pull: pull.number, commit };
    index.putComment(await writeComment(repository, gap.number, undefined, renderShipped(shipped, signed(repository))));
  }
  await notify(eventOf(repository, gap, 'gap.shipped', String(pull.number), { pull }));
  await ensureLabels(gaps, LABELS);
  for (const name of [DRAFTED_LABEL, DRAFT_FAILED_LABEL].filter((label) => gap.labels.includes(label))) {
    await rest.issues.removeLabel({ ...route, name }).catch((error: { status?: number }) => {
      if (error.status !== 404) throw error;
    });
  }
  await rest.issues.addLabels({ ...route, labels: [SHIPPED_LABEL] });
  index.putIssue((await rest.issues.get(route)).data);
  log('gap shipped', { gap: gap.number, pull: pull.number });
}

/** So many releases are asked whether they hold a commit. */
const MOST_ASKED = 30;

/** The newest release when a commit was last looked for in vain: until there is a newer one, there is nothing to ask. */
const inVain = new WeakMap<Repository, Map<string, string>>();

/** Says of shipped gaps from which version on they are fixed, once a release or a tag holds the merge. */
export async function nameReleases({ gaps, outbox, now, log }: LifecycleWork): Promise<void> {
  const { repository, index } = gaps;
  const waiting = gaps.index.all().flatMap((gap) => {
    const last = gap.shipped.at(-1);
    return last && !last.release ? [{ gap, shipped: last }] : [];
  });
  if (!waiting.length) return;
  const releases = await listReleases(repository);
  const known = inVain.get(repository) ?? new Map<string, string>();
  inVain.set(repository, known);
  const newest = releases.map(({ name }) => name).join('\n');
  for (const { gap, shipped } of waiting) {
    if (known.get(shipped.commit) === newest) continue;
    const release = await firstWith(repository, releases, shipped.commit);
    if (!release) {
      known.set(shipped.commit, newest);
      continue;
    }
    const body: LaneBodies['command'] = {
      issue: gap.number,
      command: { kind: 'fixed-in', version: release.version },
      actor: repository.login,
      at: now().toISOString(),
    };
    const lane = renderLane('reports', `${repository.owner}/${repository.name}`);
    await outbox.accept({ lane, id: newId(), kind: 'command', key: `fixed-in ${gap.number} ${shipped.pull}`, body });
    const { commentId, ...rest } = shipped;
    const text = renderShipped({ ...rest, release }, signed(repository));
    index.putComment(await writeComment(repository, gap.number, commentId, text));
    log('fixed in', { gap: gap.number, version: release.version });
  }
}

type Release = NonNullable<Shipped['release']>;

/** Releases, or tags where a repository makes none, by version, the highest first. Candidates and drafts are left out. */
async function listReleases(repository: Repository): Promise<Release[]> {
  const { octokit } = repository;
  const route = { ...at(repository), per_page: 100 };
  const { data: all } = await octokit.rest.repos.listReleases(route);
  const releases = all
    .filter(({ draft, prerelease }) => !draft && !prerelease)
    .map(({ tag_name, html_url }) => ({ name: tag_name, url: html_url }));
  const named = releases.length ? releases : await listTags(repository);
  return named
    .flatMap(({ name, url }) => {
      const version = versionOfTag(name);
      return version && !isPrerelease(version) ? [{ version, name, url }] : [];
    })
    .sort((a, b) => compareVersions(b.version, a.version) ?? 0);
}

async function listTags(repository: Repository): Promise<{ name: string; url: string }[]> {
  const { octokit } = repository;
  const { data } = await octokit.rest.repos.listTags({ ...at(repository), per_page: 100 });
  const { data: about } = await octokit.rest.repos.get(at(repository));
  return data.map(({ name }) => ({ name, url: `${about.html_url}/tree/${encodeURIComponent(name)}` }));
}

/** The lowest version that holds the commit. Older versions do not, so the search ends at the first one that lacks it. */
async function firstWith(repository: Repository, releases: Release[], commit: string): Promise<Release | undefined> {
  let found: Release | undefined;
  for (const release of releases.slice(0, MOST_ASKED)) {
    const basehead = `${commit}...${release.name}`;
    const { data } = await repository.octokit.rest.repos.compareCommitsWithBasehead({
      ...at(repository),
      basehead,
      per_page: 1,
    });
    if (data.status !== 'ahead' && data.status !== 'identical') break;
    found = release;
  }
  return found;
}
