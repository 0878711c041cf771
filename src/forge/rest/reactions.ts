import { accountById } from '../domain/accounts.ts';
import { getComment } from '../domain/comments.ts';
import { getIssue } from '../domain/issues.ts';
import { listReactions, type Reaction, react, type Subject, unreact } from '../domain/reactions.ts';
import { nodeId } from '../nodes.ts';
import { userJson } from '../present/account.ts';
import type { World } from '../world.ts';
import { created, noContent, ok, pageOf, sliced } from './answer.ts';
import type { RepoCall, Surface } from './surface.ts';

const READ = 'issues:read|pull_requests:read';

const reactionJson = (world: World, reaction: Reaction) => ({
  id: reaction.id,
  node_id: nodeId('Reaction', reaction.id),
  user: userJson(world.links, accountById(world, reaction.user_id)),
  content: reaction.content,
  created_at: reaction.created_at,
});

export function reactionRoutes({ read, write }: Surface): void {
  const places: [string, (call: RepoCall) => Subject][] = [
    [
      '/issues/:number{[0-9]+}/reactions',
      ({ world, repo, params }) => ({ kind: 'issue', id: getIssue(world, repo, Number(params.number)).id }),
    ],
    [
      '/issues/comments/:id{[0-9]+}/reactions',
      ({ world, repo, params }) => ({ kind: 'comment', id: getComment(world, repo, Number(params.id)).id }),
    ],
  ];
  for (const [path, subjectOf] of places) {
    read(READ, path, (call) => {
      const { world, query, url } = call;
      const rows = listReactions(world, subjectOf(call), query.content);
      return sliced(world.links, url, pageOf(query), rows, (row) => reactionJson(world, row));
    });
    write('POST', path, (call) => {
      const { world, viewer, repo, input } = call;
      const { reaction, created: isNew } = react(world, viewer, repo, subjectOf(call), input);
      return (isNew ? created : ok)(reactionJson(world, reaction));
    });
    write('DELETE', `${path}/:reaction{[0-9]+}`, (call) => {
      unreact(call.world, call.viewer, call.repo, subjectOf(call), Number(call.params.reaction));
      return noContent();
    });
  }
}
