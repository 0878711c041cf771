import { notFound } from '../answers.ts';
import { accountById } from '../domain/accounts.ts';
import type { IssueEvent } from '../domain/issue-events.ts';
import { getIssue } from '../domain/issues.ts';
import { appView, viewComments, viewIssue } from '../domain/views.ts';
import { nodeId } from '../nodes.ts';
import { userJson } from '../present/account.ts';
import { appJson } from '../present/app.ts';
import { commentJson, issueJson } from '../present/issue.ts';
import { repoApi } from '../present/repository.ts';
import type { Comment, Issue, Repo, World } from '../world.ts';
import { ok, pageOf, sliced } from './answer.ts';
import type { Surface } from './surface.ts';

const NUMBER = ':number{[0-9]+}';
const READ = 'issues:read|pull_requests:read';

function eventJson(world: World, repo: Repo, row: IssueEvent) {
  const { assignee_id: assignee, commit_id: commit, ...data } = JSON.parse(row.data_json) as Record<string, unknown>;
  const app = appView(world, row.app_id);
  const actor = userJson(world.links, accountById(world, row.actor_id));
  const api = repoApi(world.links, repo);
  return {
    id: row.id,
    node_id: nodeId('IssueEvent', row.id),
    url: `${api}/issues/events/${row.id}`,
    actor,
    event: row.event,
    commit_id: typeof commit === 'string' ? commit : null,
    commit_url: typeof commit === 'string' ? `${api}/commits/${commit}` : null,
    created_at: row.created_at,
    ...data,
    ...(typeof assignee === 'number'
      ? { assignee: userJson(world.links, accountById(world, assignee)), assigner: actor }
      : {}),
    performed_via_github_app: app && appJson(world.links, app),
  };
}

const eventsOf = (world: World, issue: Issue) =>
  world.store.all<IssueEvent>('SELECT * FROM issue_events WHERE issue_id = ? ORDER BY id', issue.id);

export function timelineRoutes({ read }: Surface): void {
  read(READ, `/issues/${NUMBER}/events`, ({ world, repo, params, query, url }) => {
    const rows = eventsOf(world, getIssue(world, repo, Number(params.number)));
    return sliced(world.links, url, pageOf(query), rows, (row) => eventJson(world, repo, row));
  });

  read(READ, `/issues/${NUMBER}/timeline`, ({ world, repo, params, query, url }) => {
    const issue = getIssue(world, repo, Number(params.number));
    const comments = world.store.all<Comment>('SELECT * FROM comments WHERE issue_id = ? ORDER BY id', issue.id);
    const entries = [
      ...eventsOf(world, issue).map((row) => ({ at: row.created_at, json: () => eventJson(world, repo, row) })),
      ...viewComments(world, repo, comments).map((view) => ({
        at: view.comment.created_at,
        json: () => {
          const json = commentJson(world.links, view);
          return { ...json, event: 'commented', actor: json.user };
        },
      })),
    ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    return sliced(world.links, url, pageOf(query), entries, (entry) => entry.json());
  });

  const withIssue = (world: World, repo: Repo, row: IssueEvent) => {
    const issue = world.store.get<Issue>('SELECT * FROM issues WHERE id = ?', row.issue_id) as Issue;
    return { ...eventJson(world, repo, row), issue: issueJson(world.links, viewIssue(world, repo, issue)) };
  };

  read(READ, '/issues/events', ({ world, repo, query, url }) => {
    const rows = world.store.all<IssueEvent>(
      'SELECT * FROM issue_events WHERE repository_id = ? ORDER BY id DESC',
      repo.id,
    );
    return sliced(world.links, url, pageOf(query), rows, (row) => withIssue(world, repo, row));
  });

  read(READ, '/issues/events/:id{[0-9]+}', ({ world, repo, params }) => {
    const row = world.store.get<IssueEvent>(
      'SELECT * FROM issue_events WHERE repository_id = ? AND id = ?',
      repo.id,
      Number(params.id),
    );
    if (!row) throw notFound();
    return ok(withIssue(world, repo, row));
  });
}
