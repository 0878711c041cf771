import { type Gaps, isOurs } from '../issues/index.ts';
import type { Outbox } from '../outbox/index.ts';
import { type Command, parseCommands, renderCommand } from './command.ts';
import { commandKey, tell } from './console/lane.ts';
import { reconcile } from './reconcile.ts';

const HISTORY = `query ($id: ID!) {
  node(id: $id) {
    ... on IssueComment { userContentEdits(first: 30) { nodes { editedAt diff editor { __typename login } } } }
  }
}`;

interface History {
  node: {
    userContentEdits?: {
      nodes: { editedAt: string; diff: string | null; editor: { __typename: string; login: string } | null }[];
    };
  } | null;
}

/**
 * Finds on GitHub itself what people asked for and no webhook told: labels that ask for a draft, runs that broke off, and commands
 * in comments. Asking for something twice does no harm: it carries the same name, and the outbox remembers names for longer than we
 * look back. `seen` keeps the comments, as they were, that need no second look.
 */
export async function lookForMissed(gaps: Gaps, outbox: Outbox, seen: Set<string>): Promise<void> {
  await reconcile(gaps, outbox);
  await missedCommands(gaps, outbox, seen);
}

async function missedCommands({ repository, index }: Gaps, outbox: Outbox, seen: Set<string>): Promise<void> {
  const answered = new Set(index.all().flatMap((gap) => gap.answers?.answers.map(({ key }) => key) ?? []));
  for (const comment of index.recentComments().sort((a, b) => a.id - b.id)) {
    const version = `${comment.id} ${comment.updated_at}`;
    if (seen.has(version) || isOurs(repository, comment.user) || comment.user?.type === 'Bot') continue;
    const missed = parseCommands(comment.body ?? '').filter(
      (command) => !answered.has(commandKey(comment.id, command)),
    );
    const [, kind, number] = /\/(issues|pull)\/(\d+)#/.exec(comment.html_url) ?? [];
    if (!missed.length || !number) continue;
    const edited = comment.updated_at !== comment.created_at;
    for (const command of missed) {
      const actor = edited ? await writerOf(repository, comment, command) : comment.user?.login;
      if (!actor) continue;
      await tell(outbox, `${repository.owner}/${repository.name}`, 'command', commandKey(comment.id, command), {
        ...{ on: Number(number), pull: kind === 'pull', comment: comment.id, command, actor, at: comment.updated_at },
      });
    }
    seen.add(version);
  }
}

interface Comment {
  id: number;
  node_id: string;
  updated_at: string;
  user: { login: string } | null;
}

/** Who wrote a command into an edited comment; undefined where GitHub does not say, or it was a program. */
async function writerOf(
  repository: Gaps['repository'],
  comment: Comment,
  command: Command,
): Promise<string | undefined> {
  const { node } = await repository.octokit.graphql<History>(HISTORY, { id: comment.node_id });
  const versions = (node?.userContentEdits?.nodes ?? []).toReversed();
  const words = renderCommand(command);
  const first = versions.find(({ diff }) => parseCommands(diff ?? '').some((known) => renderCommand(known) === words));
  return first?.editor?.__typename === 'User' ? first.editor.login : undefined;
}
