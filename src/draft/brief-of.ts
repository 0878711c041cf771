import { REPOSITORY_FILE, readRepositoryConfig } from '../config/index.ts';
import { at, type Gaps, type Note, type Repository, signed, unsealGap } from '../issues/index.ts';
import { readSnapshot, type Snapshot, selectContext } from '../repo/index.ts';
import { PatchworkError } from '../report/index.ts';
import { issueOfProbePath } from '../surface/index.ts';
import { renderBrief } from './brief.ts';
import { rightsOf } from './freeze.ts';
import { gapText } from './pipeline.ts';

/** The brief of a gap as it stands now, without asking for a draft. Throws `not_found` (404). */
export async function briefOf({ repository, index }: Gaps, issue: number, budgetTokens = 8000): Promise<string> {
  const found = index.canonical(issue);
  if (!found) throw new PatchworkError('not_found', 'There is no gap with this number.', { status: 404 });
  // Whoever asks here may read all of it; what goes onto the issue is made elsewhere, and without.
  const gap = unsealGap(found, signed(repository));
  const { rest } = repository.octokit;
  const { data } = await rest.repos.get(at(repository));
  const ref = await rest.git.getRef({ ...at(repository), ref: `heads/${data.default_branch}` });
  const base = { branch: data.default_branch, commit: ref.data.object.sha };
  const snapshot = await lastRead(repository, base.commit);
  const { config } = readRepositoryConfig(snapshot.texts.find(({ path }) => path === REPOSITORY_FILE)?.text);
  const notes: Note[] = [];
  const mayWrite = rightsOf(repository);
  for (const note of gap.notes) if (!note.throughApi && (await mayWrite(note.author))) notes.push(note);
  // Probes hold calls that whoever writes a change must not know.
  const readable = snapshot.texts.filter(({ path }) => issueOfProbePath(path) === undefined);
  const selection = selectContext(readable, gapText(gap, { notes }), { budgetTokens });
  return renderBrief(gap, { base, notes }, { selection, snapshot, config, budgetTokens });
}

let newest: { repository: Repository; commit: string; snapshot: Promise<Snapshot> } | undefined;

/** Whoever reads one brief often reads the next: the last repository that was read is kept, as long as nothing is pushed to it. */
function lastRead(repository: Repository, commit: string): Promise<Snapshot> {
  if (newest?.repository === repository && newest.commit === commit) return newest.snapshot;
  const snapshot = readSnapshot(repository.octokit, repository, commit);
  const read = { repository, commit, snapshot };
  newest = read;
  snapshot.catch(() => {
    if (newest === read) newest = undefined;
  });
  return snapshot;
}
