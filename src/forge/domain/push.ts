import { GitHubError, unprocessable } from '../answers.ts';
import type { Command } from '../git/receive.ts';
import type { GitRepository } from '../git/repository.ts';
import { isBranchName, isSafeRef } from '../names.ts';
import type { Actor, Repo, World } from '../world.ts';
import { changeRefs } from './refs.ts';

export interface Pushed {
  name: string;
  /** Null when the ref moved. */
  refusal: string | null;
}

/** Moves the refs of a push whose objects are here, by the rules of the API; each on its own, as git does. */
export function pushRefs(world: World, actor: Actor, repo: Repo, commands: readonly Command[]): Promise<Pushed[]> {
  return changeRefs(world, actor, repo, async (repository, move) => {
    const results: Pushed[] = [];
    for (const { name, before, after } of commands) {
      let refusal: string | null = null;
      try {
        await demandPushable(repository, repo, { name, before, after });
        await move(name, after, before);
      } catch (error) {
        if (!(error instanceof GitHubError)) throw error;
        refusal = error.message;
      }
      results.push({ name, refusal });
    }
    return results;
  });
}

async function demandPushable({ objects }: GitRepository, repo: Repo, { name, after }: Command): Promise<void> {
  if (name.startsWith('refs/pull/')) throw unprocessable('deny updating a hidden ref');
  const [, kind, short = ''] = /^refs\/(heads|tags)\/(.+)$/.exec(name) ?? [];
  if (!isSafeRef(name) || kind === undefined || (kind === 'heads' && !isBranchName(short))) {
    throw unprocessable('only branches and tags with valid names can be pushed');
  }
  if (after === null) {
    if (short === repo.default_branch && kind === 'heads') {
      throw unprocessable(`refusing to delete the current branch: ${name}`);
    }
    return;
  }
  const object = await objects.look(after);
  if (!object) throw unprocessable('missing necessary objects');
  if (kind === 'heads' && object.type !== 'commit') throw unprocessable('cannot update to a non-commit object');
}
