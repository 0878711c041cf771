import { GitHubError } from '../answers.ts';
import { maySee } from '../domain/access.ts';
import { accountByLogin } from '../domain/accounts.ts';
import { findRepository, formerlyNamed } from '../domain/repositories.ts';
import { searchIssues } from '../domain/search.ts';
import { type ConnectionArguments, connection, listSource } from './connection.ts';
import type { Asking } from './index.ts';
import { nodeOf } from './lookup.ts';
import { accountNode } from './nodes/account.ts';
import { repositoryNode } from './nodes/repository.ts';
import { subjectNode } from './nodes/subject.ts';

function repository({ owner, name }: { owner: string; name: string }, asking: Asking) {
  const repo = findRepository(asking.world, owner, name) ?? formerlyNamed(asking.world, owner, name);
  if (!repo || !maySee(asking.world, asking.viewer, repo))
    throw new GitHubError(404, `Could not resolve to a Repository with the name '${owner}/${name}'.`);
  return repositoryNode(asking, repo);
}

function account({ login }: { login: string }, { world }: Asking, type: 'User' | 'Organization') {
  const found = accountByLogin(world, login);
  // gh reads these words
  const what = type === 'User' ? 'a User' : 'an Organization';
  if (found?.type !== type) throw new GitHubError(404, `Could not resolve to ${what} with the login of '${login}'.`);
  return accountNode(world, found);
}

/** The fields of `Query` that the forge answers. */
export const queries = {
  viewer: (_: unknown, { world, viewer }: Asking) => accountNode(world, viewer.account),
  repository,
  user: (args: { login: string }, asking: Asking) => account(args, asking, 'User'),
  organization: (args: { login: string }, asking: Asking) => account(args, asking, 'Organization'),
  repositoryOwner: ({ login }: { login: string }, { world }: Asking) => {
    const found = accountByLogin(world, login);
    return found ? accountNode(world, found) : null;
  },
  node: ({ id }: { id: string }, asking: Asking) => nodeOf(asking, id),
  nodes: ({ ids }: { ids: string[] }, asking: Asking) => ids.map((id) => nodeOf(asking, id)),
  rateLimit: (_: unknown, { world }: Asking) => ({
    cost: 1,
    limit: 5000,
    nodeCount: 0,
    remaining: 4999,
    used: 1,
    resetAt: new Date(Math.ceil(world.now().getTime() / 3_600_000) * 3_600_000).toISOString().replace('.000', ''),
  }),
  search: async (args: ConnectionArguments & { query: string; type: string }, asking: Asking) => {
    const { world, viewer } = asking;
    const found = args.type === 'ISSUE' ? await searchIssues(world, args.query, { viewer }) : [];
    const result = connection('search', args, listSource(found), ({ repo, issue }) => subjectNode(asking, repo, issue));
    const { totalCount, ...rest } = result;
    const counts = { codeCount: 0, discussionCount: 0, repositoryCount: 0, userCount: 0, wikiCount: 0 };
    return { ...rest, ...counts, issueCount: totalCount };
  },
};
