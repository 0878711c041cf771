import type { CheckSuiteView } from '../domain/check-suites.ts';
import { nodeId } from '../nodes.ts';
import type { Links } from '../world.ts';
import { appJson } from './app.ts';
import { minimalPullJson } from './check.ts';
import { repoApi, repositoryJson } from './repository.ts';

/** `check-suite` */
export function checkSuiteJson(links: Links, view: CheckSuiteView) {
  const { suite, repo, commit } = view;
  const url = `${repoApi(links, repo)}/check-suites/${suite.id}`;
  const person = ({ name, email }: { name: string; email: string }) => ({ name, email });
  return {
    id: suite.id,
    node_id: nodeId('CheckSuite', suite.id),
    head_branch: view.pulls[0]?.head_ref ?? null,
    head_sha: suite.head_sha,
    status: view.status,
    conclusion: view.conclusion,
    url,
    before: commit.parents[0] ?? null,
    after: suite.head_sha,
    pull_requests: view.pulls.map((pull) => minimalPullJson(links, repo, pull)),
    app: appJson(links, view.app),
    repository: repositoryJson(links, repo, view.open),
    created_at: suite.created_at,
    updated_at: suite.updated_at,
    head_commit: {
      id: commit.oid,
      tree_id: commit.tree,
      message: commit.message,
      timestamp: commit.committer.date,
      author: person(commit.author),
      committer: person(commit.committer),
    },
    latest_check_runs_count: view.runs,
    check_runs_url: `${url}/check-runs`,
  };
}
