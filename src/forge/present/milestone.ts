import { nodeId } from '../nodes.ts';
import type { Account, Links, Repo } from '../world.ts';
import { userJson } from './account.ts';
import { repoApi, repoHtml } from './repository.ts';

export interface Milestone {
  id: number;
  repository_id: number;
  number: number;
  title: string;
  description: string | null;
  state: 'open' | 'closed';
  creator_id: number;
  due_on: string | null;
  created_at: string;
  updated_at: string;
  closed_at: string | null;
}

export interface MilestoneView {
  milestone: Milestone;
  creator: Account;
  open: number;
  closed: number;
}

export function milestoneJson(links: Links, repo: Repo, { milestone, creator, open, closed }: MilestoneView) {
  const url = `${repoApi(links, repo)}/milestones/${milestone.number}`;
  return {
    url,
    html_url: `${repoHtml(links, repo)}/milestone/${milestone.number}`,
    labels_url: `${url}/labels`,
    id: milestone.id,
    node_id: nodeId('Milestone', milestone.id),
    number: milestone.number,
    title: milestone.title,
    description: milestone.description,
    creator: userJson(links, creator),
    open_issues: open,
    closed_issues: closed,
    state: milestone.state,
    created_at: milestone.created_at,
    updated_at: milestone.updated_at,
    due_on: milestone.due_on,
    closed_at: milestone.closed_at,
  };
}
