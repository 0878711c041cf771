import { notFound } from '../answers.ts';
import { accountById } from '../domain/accounts.ts';
import { type IssueEvent, issueById } from '../domain/issue-events.ts';
import { getIssue } from '../domain/issues.ts';
import { commitsOf, getPull } from '../domain/pulls.ts';
import { freshGit } from '../domain/refs.ts';
import { listReviews } from '../domain/reviews.ts';
import { appView, viewComments, viewIssue, viewReview } from '../domain/views.ts';
import { nodeId } from '../nodes.ts';
import { userJson } from '../present/account.ts';
import { appJson } from '../present/app.ts';
import { gitCommitJson } from '../present/commit.ts';
import { commentJson, issueJson } from '../present/issue.ts';
import { repoApi } from '../present/repository.ts';
import { reviewedJson } from '../present/review.ts';
import type { Comment, Issue, Repo, World } from '../world.ts';
import { ok, pageOf, sliced } from './answer.ts';
import type { Surface } from './surface.ts';

const NUMBER = ':number{[0-9]+}';
const READ = 'issues:read|pull_requests:read';

/** `timeline` events say why an issue was closed, the events of an issue say who assigned; neither says both. */
function eventJson(world: World, repo: Repo, row: IssueEvent, list: 'timeline' | 'events') {
  const {
    assignee_id: assignee,
    commit_id: commit,
    state_reason: reason,
    requested_reviewer_id: reviewer,
    ...data
  } = JSON.parse(row.data_json) as Record<string, unknown>;
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
    ...(typeof reviewer === 'number'
      ? { review_requester: actor, requested_reviewer: userJson(world.links, accountById(world, reviewer)) }
      : {}),
    ...(reason !== undefined && list === 'timeline' ? { state_reason: reason } : {}),
    ...(typeof assignee === 'number' ? { assignee: userJson(world.links, accountById(world, assignee)) } : {}),
    ...(typeof assignee === 'number' && list === 'events' ? { assigner: actor } : {}),
    performed_via_github_app: app && appJson(world.links, app),
  };
}

/** An issue that names this one is only in its timeline. */
const REFERENCE = 'cross-referenced';

const eventsOf = (world: World, issue: Issue) =>
  world.store.all<IssueEvent>('SELECT * FROM issue_events WHERE issue_id = ? ORDER BY id', issue.id);

const issueOf = (world: World, repo: Repo, id: number) =>
  issueJson(world.links, viewIssue(world, repo, issueById(world, id)));

function timelineEventJson(world: World, repo: Repo, row: IssueEvent) {
  if (row.event !== REFERENCE) return eventJson(world, repo, row, 'timeline');
  const { source_id: source } = JSON.parse(row.data_json) as { source_id: number };
  return {
    event: REFERENCE,
    actor: userJson(world.links, accountById(world, row.actor_id)),
    created_at: row.created_at,
    updated_at: row.created_at,
    source: { type: 'issue', issue: issueOf(world, repo, source) },
  };
}

interface Entry {
  at: string;
  json: () => unknown;
}

/** Events, comments, reviews and the commits of a pull request, in the order of their moments. */
async function timelineOf(world: World, repo: Repo, issue: Issue): Promise<Entry[]> {
  const comments = world.store.all<Comment>('SELECT * FROM comments WHERE issue_id = ? ORDER BY id', issue.id);
  const pull = issue.is_pull ? getPull(world, repo, issue.number) : null;
  const reviews = pull ? listReviews(world, pull, null) : [];
  const entries: Entry[] = [
    ...(pull ? await commitsOf(world, repo, pull) : []).map((commit) => ({
      at: commit.committer.date,
      json: () => ({ event: 'committed', ...gitCommitJson(world.links, repo, commit) }),
    })),
    ...eventsOf(world, issue).map((row) => ({
      at: row.created_at,
      json: () => timelineEventJson(world, repo, row),
    })),
    ...reviews.map((review) => ({
      at: review.submitted_at ?? review.created_at,
      json: () => reviewedJson(world.links, viewReview(world, repo, review)),
    })),
    ...viewComments(world, repo, comments).map((view) => ({
      at: view.comment.created_at,
      json: () => {
        const json = commentJson(world.links, view);
        return { ...json, event: 'commented', actor: json.user };
      },
    })),
  ];
  return entries.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

export function timelineRoutes({ read }: Surface): void {
  read(READ, `/issues/${NUMBER}/events`, ({ world, repo, params, query, url }) => {
    const rows = eventsOf(world, getIssue(world, repo, Number(params.number)));
    const events = rows.filter((row) => row.event !== REFERENCE);
    return sliced(world.links, url, pageOf(query), events, (row) => eventJson(world, repo, row, 'events'));
  });

  read(READ, `/issues/${NUMBER}/timeline`, async ({ world, repo, params, query, url }) => {
    await freshGit(world, repo);
    const entries = await timelineOf(world, repo, getIssue(world, repo, Number(params.number)));
    return sliced(world.links, url, pageOf(query), entries, (entry) => entry.json());
  });

  const withIssue = (world: World, repo: Repo, row: IssueEvent) => ({
    ...eventJson(world, repo, row, 'events'),
    issue: issueOf(world, repo, row.issue_id),
  });

  read(READ, '/issues/events', ({ world, repo, query, url }) => {
    const rows = world.store.all<IssueEvent>(
      'SELECT * FROM issue_events WHERE repository_id = ? AND event <> ? ORDER BY id DESC',
      repo.id,
      REFERENCE,
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
