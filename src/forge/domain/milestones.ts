import { invalid, notFound } from '../answers.ts';
import { emit } from '../hooks/emit.ts';
import { isoSeconds } from '../moments.ts';
import { type Milestone, milestoneJson } from '../present/milestone.ts';
import type { Actor, Repo, World } from '../world.ts';
import { demand } from './access.ts';
import { type Input, oneOf, optionalText, requiredText } from './fields.ts';
import { changesOf } from './issue-events.ts';
import { milestoneView } from './views.ts';

const TITLE = { resource: 'Milestone', max: 255 };

export function listMilestones(world: World, repo: Repo, query: Record<string, string>): Milestone[] {
  const state = oneOf(query, 'state', ['open', 'closed', 'all'], 'Milestone') ?? 'open';
  const direction = oneOf(query, 'direction', ['asc', 'desc'], 'Milestone') ?? 'asc';
  return world.store.all<Milestone>(
    `SELECT * FROM milestones WHERE repository_id = ? AND (? = 'all' OR state = ?)
     ORDER BY due_on IS NULL, due_on ${direction}, number ${direction}`,
    repo.id,
    state,
    state,
  );
}

export function getMilestone(world: World, repo: Repo, number: number): Milestone {
  const found = world.store.get<Milestone>(
    'SELECT * FROM milestones WHERE repository_id = ? AND number = ?',
    repo.id,
    number,
  );
  if (!found) throw notFound();
  return found;
}

function valuesOf(world: World, repo: Repo, input: Input, before: Milestone | null) {
  const title = before && input.title === undefined ? before.title : requiredText(input, 'title', TITLE);
  const description = optionalText(input, 'description', { resource: 'Milestone' });
  const due = optionalText(input, 'due_on', { resource: 'Milestone' });
  if (due && Number.isNaN(Date.parse(due))) throw invalid({ resource: 'Milestone', field: 'due_on', code: 'invalid' });
  const twin = world.store.get<{ id: number }>(
    'SELECT id FROM milestones WHERE repository_id = ? AND title = ?',
    repo.id,
    title,
  );
  if (twin && twin.id !== before?.id) throw invalid({ resource: 'Milestone', code: 'already_exists', field: 'title' });
  return {
    title,
    description: description === undefined ? (before?.description ?? null) : description,
    due: due === undefined ? (before?.due_on ?? null) : due && isoSeconds(new Date(due)),
    state: oneOf(input, 'state', ['open', 'closed'], 'Milestone') ?? before?.state ?? 'open',
  };
}

export function createMilestone(world: World, actor: Actor, repo: Repo, input: Input): Milestone {
  demand(world, actor, repo, 'write', 'issues:write|pull_requests:write');
  const { title, description, due, state } = valuesOf(world, repo, input, null);
  return world.store.transaction(() => {
    const last = world.store.get<{ number: number | null }>(
      'SELECT max(number) AS number FROM milestones WHERE repository_id = ?',
      repo.id,
    );
    const number = (last?.number ?? 0) + 1;
    const now = world.time();
    world.store.run(
      `INSERT INTO milestones (repository_id, number, title, description, state, creator_id, due_on, created_at,
       updated_at, closed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      repo.id,
      number,
      title,
      description,
      state,
      actor.account.id,
      due,
      now,
      now,
      state === 'closed' ? now : null,
    );
    const milestone = getMilestone(world, repo, number);
    announceMilestone(world, actor, repo, milestone, 'created');
    return milestone;
  });
}

export function updateMilestone(world: World, actor: Actor, repo: Repo, milestone: Milestone, input: Input): Milestone {
  demand(world, actor, repo, 'write', 'issues:write|pull_requests:write');
  const { title, description, due, state } = valuesOf(world, repo, input, milestone);
  const now = world.time();
  return world.store.transaction(() => {
    world.store.run(
      `UPDATE milestones SET title = ?, description = ?, state = ?, due_on = ?, updated_at = ?, closed_at = ? WHERE id = ?`,
      title,
      description,
      state,
      due,
      now,
      state === 'closed' ? (milestone.closed_at ?? now) : null,
      milestone.id,
    );
    const updated = getMilestone(world, repo, milestone.number);
    const changes = changesOf({ ...milestone }, { ...updated }, ['title', 'description', 'due_on']);
    if (Object.keys(changes).length > 0) announceMilestone(world, actor, repo, updated, 'edited', { changes });
    if (updated.state !== milestone.state) {
      announceMilestone(world, actor, repo, updated, updated.state === 'open' ? 'opened' : 'closed');
    }
    return updated;
  });
}

function announceMilestone(
  world: World,
  actor: Actor,
  repo: Repo,
  milestone: Milestone,
  action: 'created' | 'edited' | 'opened' | 'closed' | 'deleted',
  extra: Record<string, unknown> = {},
): void {
  emit(world, repo, actor.account, 'milestone', action, () => ({
    ...extra,
    milestone: milestoneJson(world.links, repo, milestoneView(world, milestone)),
  }));
}

export function deleteMilestone(world: World, actor: Actor, repo: Repo, milestone: Milestone): void {
  demand(world, actor, repo, 'write', 'issues:write|pull_requests:write');
  world.store.transaction(() => {
    world.store.run('UPDATE issues SET milestone_id = NULL WHERE milestone_id = ?', milestone.id);
    world.store.run('DELETE FROM milestones WHERE id = ?', milestone.id);
    announceMilestone(world, actor, repo, milestone, 'deleted');
  });
}
