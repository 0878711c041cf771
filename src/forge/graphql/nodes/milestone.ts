import { type MilestoneView, milestoneJson } from '../../present/milestone.ts';
import type { Repo } from '../../world.ts';
import type { Asking } from '../index.ts';
import { accountNode } from './account.ts';
import { repositoryNode } from './repository.ts';

export function milestoneNode(asking: Asking, repo: Repo, view: MilestoneView) {
  const { world } = asking;
  const json = milestoneJson(world.links, repo, view);
  const { open, closed } = view;
  return {
    __typename: 'Milestone',
    id: json.node_id,
    number: json.number,
    title: json.title,
    description: json.description,
    state: json.state.toUpperCase(),
    closed: json.state === 'closed',
    closedAt: json.closed_at,
    createdAt: json.created_at,
    updatedAt: json.updated_at,
    dueOn: json.due_on,
    creator: accountNode(world, view.creator),
    progressPercentage: open + closed === 0 ? 0 : (closed * 100) / (open + closed),
    url: json.html_url,
    resourcePath: new URL(json.html_url).pathname,
    repository: () => repositoryNode(asking, repo),
  };
}
