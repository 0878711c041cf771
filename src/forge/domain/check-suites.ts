import { notFound } from '../answers.ts';
import { type Commit, readCommit } from '../git/history.ts';
import type { Account, App, Pull, Repo, World } from '../world.ts';
import { type CheckRun, pullsAt } from './checks.ts';
import { freshGit } from './refs.ts';
import { openIssues } from './repositories.ts';
import { appView } from './views.ts';

/** What one App has checked on one commit. */
export interface CheckSuite {
  id: number;
  repository_id: number;
  app_id: number;
  head_sha: string;
  created_at: string;
  updated_at: string;
}

/** A suite is as its runs are: complete when all are, and as good as the worst of them. */
export interface CheckSuiteView {
  suite: CheckSuite;
  repo: Repo;
  open: number;
  app: { app: App; owner: Account };
  commit: Commit;
  pulls: (Pull & { number: number })[];
  runs: number;
  status: string;
  conclusion: string | null;
}

const WORST_FIRST = ['action_required', 'timed_out', 'cancelled', 'failure', 'stale', 'success', 'neutral', 'skipped'];

export function getCheckSuite(world: World, repo: Repo, id: number): CheckSuite {
  const suite = world.store.get<CheckSuite>(
    'SELECT * FROM check_suites WHERE id = ? AND repository_id = ?',
    id,
    repo.id,
  );
  if (!suite) throw notFound();
  return suite;
}

export function listCheckSuites(world: World, repo: Repo, sha: string, query: Record<string, string>): CheckSuite[] {
  return world.store
    .all<CheckSuite>('SELECT * FROM check_suites WHERE repository_id = ? AND head_sha = ? ORDER BY id', repo.id, sha)
    .filter((suite) => !query.app_id || suite.app_id === Number(query.app_id))
    .filter((suite) => !query.check_name || runsOf(world, suite).some((run) => run.name === query.check_name));
}

const runsOf = (world: World, suite: CheckSuite) =>
  world.store.all<CheckRun>('SELECT * FROM check_runs WHERE suite_id = ?', suite.id);

export async function viewCheckSuite(world: World, repo: Repo, suite: CheckSuite): Promise<CheckSuiteView> {
  const { objects } = await freshGit(world, repo);
  const commit = await readCommit(objects, suite.head_sha);
  const app = appView(world, suite.app_id);
  if (!commit || !app) throw notFound();
  const runs = runsOf(world, suite);
  const conclusions = runs.map((run) => run.conclusion);
  const completed = conclusions.every((conclusion) => conclusion !== null);
  const worst = WORST_FIRST.find((conclusion) => conclusions.includes(conclusion)) ?? null;
  return {
    suite,
    repo,
    open: openIssues(world, repo.id),
    app,
    commit,
    pulls: pullsAt(world, repo, suite.head_sha),
    runs: runs.length,
    status: completed ? 'completed' : runs.some((run) => run.status !== 'queued') ? 'in_progress' : 'queued',
    conclusion: completed ? worst : null,
  };
}
