import { accountById } from '../../domain/accounts.ts';
import { type CheckRun, listCheckRuns, viewCheckRun } from '../../domain/checks.ts';
import { combinedStatus, type Status } from '../../domain/statuses.ts';
import { nodeId } from '../../nodes.ts';
import { checkRunJson } from '../../present/check.ts';
import type { Repo } from '../../world.ts';
import { type ConnectionArguments, connection, listSource } from '../connection.ts';
import type { Asking } from '../index.ts';
import { accountNode } from './account.ts';
import { repositoryNode } from './repository.ts';

const ALL = { page: 1, perPage: 1000 };

export function checkRunNode(asking: Asking, repo: Repo, run: CheckRun) {
  const { world } = asking;
  const view = viewCheckRun(world, repo, run);
  const json = checkRunJson(world.links, view);
  return {
    __typename: 'CheckRun',
    id: json.node_id,
    databaseId: run.id,
    name: run.name,
    status: run.status.toUpperCase(),
    conclusion: run.conclusion?.toUpperCase() ?? null,
    startedAt: run.started_at,
    completedAt: run.completed_at,
    detailsUrl: json.details_url,
    externalId: run.external_id,
    permalink: json.html_url,
    url: json.html_url,
    resourcePath: new URL(json.html_url).pathname,
    title: run.title,
    summary: run.summary,
    text: run.text,
    isRequired: false,
    repository: () => repositoryNode(asking, repo),
    checkSuite: {
      __typename: 'CheckSuite',
      id: nodeId('CheckSuite', run.suite_id),
      databaseId: run.suite_id,
      app: {
        id: nodeId('App', view.app.app.id),
        databaseId: view.app.app.id,
        slug: view.app.app.slug,
        name: view.app.app.name,
      },
      status: run.status.toUpperCase(),
      conclusion: run.conclusion?.toUpperCase() ?? null,
      workflowRun: null,
    },
  };
}

function statusNode({ world }: Asking, status: Status) {
  const creator = accountById(world, status.creator_id);
  return {
    __typename: 'StatusContext',
    id: nodeId('Status', status.id),
    context: status.context,
    state: status.state.toUpperCase(),
    description: status.description,
    targetUrl: status.target_url,
    createdAt: status.created_at,
    creator: accountNode(world, creator),
    isRequired: false,
  };
}

const BAD = ['failure', 'timed_out', 'cancelled', 'action_required', 'stale', 'startup_failure'];

/** All checks and statuses of a commit together; null when there are none. */
export function rollupNode(asking: Asking, repo: Repo, sha: string) {
  const { world } = asking;
  const runs = listCheckRuns(world, repo, sha, {}, ALL).rows;
  const { state, statuses } = combinedStatus(world, repo, sha);
  if (runs.length + statuses.length === 0) return null;
  const failed = runs.some((run) => BAD.includes(run.conclusion ?? '')) || (statuses.length > 0 && state === 'failure');
  const waits = runs.some((run) => run.status !== 'completed') || (statuses.length > 0 && state === 'pending');
  const contexts = [
    ...runs.map((run) => checkRunNode(asking, repo, run)),
    ...statuses.map((status) => statusNode(asking, status)),
  ];
  return {
    __typename: 'StatusCheckRollup',
    id: nodeId('CheckSuite', `rollup:${repo.id}:${sha}`),
    state: failed ? 'FAILURE' : waits ? 'PENDING' : 'SUCCESS',
    contexts: (args: ConnectionArguments) => ({
      ...connection('contexts', args, listSource(contexts), (context) => context),
      checkRunCount: runs.length,
      statusContextCount: statuses.length,
    }),
  };
}
