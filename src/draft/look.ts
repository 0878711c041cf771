import { REPOSITORY_FILE, type RepositoryConfig, readRepositoryConfig } from '../config/index.ts';
import type { Repository } from '../issues/index.ts';
import { readSnapshot, type Snapshot } from '../repo/index.ts';
import { type Examination, issueOfProbePath, openReplay, parseProbeFile, probePath } from '../surface/index.ts';
import { inertProse } from './prose.ts';
import type { Ground } from './replay.ts';
import { openWorkspace } from './workspace.ts';

/** What a look at a commit found: the gap is closed there and nothing else opened, or not, or there was no telling. */
export interface Look {
  state: 'green' | 'red' | 'untold';
  why: string;
}

/**
 * Runs the server at a commit, with the checks that gaps left behind and the repository's own commands. What was wrong at `before`
 * already is not held against it; this gap's own checks are.
 */
export async function lookAt(
  repository: Repository,
  ground: Ground,
  { commit, before, gap }: { commit: string; before: string; gap: number },
  settings: Partial<Pick<RepositoryConfig, 'server' | 'verify'>> = {},
): Promise<Look> {
  const snapshot = await readSnapshot(repository.octokit, repository, commit);
  const read = readRepositoryConfig(snapshot.texts.find(({ path }) => path === REPOSITORY_FILE)?.text);
  const { problem } = read;
  const { server, verify } = { ...read.config, ...settings };
  if (!server || problem) return { state: 'untold', why: 'The file patchwork.yml does not say how to run the server.' };
  await using stack = new AsyncDisposableStack();
  const replay = stack.use(await openReplay({ ...ground, server }));
  const examine = async (at: Snapshot) => {
    const { dir } = stack.use(await openWorkspace(repository, at, []));
    // The checks of now, on both sides: otherwise a commit that drops one would look the better for it.
    const earlier = snapshot.texts.flatMap(({ path, text }) =>
      issueOfProbePath(path) === undefined ? [] : [parseProbeFile(text)],
    );
    return replay.examine({ dir, probes: [], earlier, checks: verify });
  };
  const now = await examine(snapshot);
  if (now.failure && UNTOLD.has(now.failure.code)) return { state: 'untold', why: inertProse(now.failure.why, 300) };
  const wrong = faults(now);
  if (!snapshot.texts.some(({ path }) => path === probePath(gap))) {
    wrong.set(`gap ${gap}`, `The checks of #${gap} are not on the default branch.`);
  }
  if (!wrong.size)
    return { state: 'green', why: 'The server runs, the gap is closed, and what was closed before still is.' };
  const own = wrong.get(`gap ${gap}`);
  if (own === undefined) {
    for (const what of faults(await examine(await readSnapshot(repository.octokit, repository, before))).keys()) {
      wrong.delete(what);
    }
  }
  const [first] = own === undefined ? wrong.values() : [own];
  return first === undefined
    ? { state: 'green', why: 'The gap is closed; what is wrong was wrong before.' }
    : { state: 'red', why: inertProse(first, 400) };
}

/** These say something of the machine, not of the code. */
const UNTOLD = new Set(['sandbox', 'stopped']);

/** What is wrong, by what it is about. */
function faults({ failure, earlier, checks }: Examination): Map<string, string> {
  const wrong = new Map<string, string>();
  if (failure) wrong.set('server', failure.why);
  for (const { issue, probes } of earlier) {
    const red = probes.find(({ state }) => state !== 'green');
    if (red) wrong.set(`gap ${issue}`, red.why);
  }
  for (const { ok, command, why = 'failed' } of checks) if (!ok) wrong.set(`check ${command}`, `${command}: ${why}`);
  return wrong;
}
