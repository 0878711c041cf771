import { invalid, notFound } from '../answers.ts';
import { emit } from '../hooks/emit.ts';
import { isSafeRef } from '../names.ts';
import { type Release, releaseJson } from '../present/release.ts';
import type { Actor, Repo, Viewer, World } from '../world.ts';
import { demand, may } from './access.ts';
import { accountById } from './accounts.ts';
import { type Input, optionalFlag, optionalText, requiredText } from './fields.ts';
import { createRef, findCommit, findRef } from './refs.ts';

const FIELD = { resource: 'Release' };

export const viewRelease = (world: World, repo: Repo, release: Release) =>
  releaseJson(world.links, repo, release, accountById(world, release.author_id));

/** Newest first; those not published only for people who may push. */
export function listReleases(world: World, repo: Repo, viewer: Viewer): Release[] {
  const drafts = viewer.kind !== 'anonymous' && may(world, viewer, repo, 'write', 'contents:write');
  return world.store.all<Release>(
    'SELECT * FROM releases WHERE repository_id = ? AND draft <= ? ORDER BY created_at DESC, id DESC',
    repo.id,
    Number(drafts),
  );
}

export function getRelease(releases: Release[], wanted: (release: Release) => boolean): Release {
  const found = releases.find(wanted);
  if (!found) throw notFound();
  return found;
}

/** A published release makes its tag where that is missing. */
export async function createRelease(world: World, actor: Actor, repo: Repo, input: Input): Promise<Release> {
  demand(world, actor, repo, 'write', 'contents:write');
  const tag = requiredText(input, 'tag_name', FIELD);
  const target = optionalText(input, 'target_commitish', FIELD) ?? repo.default_branch;
  const draft = optionalFlag(input, 'draft') ?? false;
  const values = [optionalText(input, 'name', FIELD) ?? tag, optionalText(input, 'body', FIELD) ?? null] as const;
  const prerelease = optionalFlag(input, 'prerelease') ?? false;
  if (!isSafeRef(`refs/tags/${tag}`)) throw invalid({ resource: 'Release', field: 'tag_name', code: 'custom' });
  if (listReleases(world, repo, actor).some((release) => release.draft === 0 && release.tag === tag)) {
    throw invalid({ resource: 'Release', field: 'tag_name', code: 'already_exists' });
  }
  const sha = await findCommit(world, repo, target);
  if (sha === null) throw invalid({ resource: 'Release', field: 'target_commitish', code: 'invalid' });
  if (!draft && !findRef(world, repo, `refs/tags/${tag}`)) {
    await createRef(world, actor, repo, { ref: `refs/tags/${tag}`, sha });
  }
  return world.store.transaction(() => {
    const now = world.time();
    const { id } = world.store.run(
      `INSERT INTO releases (repository_id, author_id, tag, target, name, body, draft, prerelease, created_at, published_at,
       updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      repo.id,
      actor.account.id,
      tag,
      target,
      ...values,
      Number(draft),
      Number(prerelease),
      now,
      draft ? null : now,
      now,
    );
    const release = world.store.get<Release>('SELECT * FROM releases WHERE id = ?', id) as Release;
    for (const action of draft ? ['created'] : ['created', 'published', prerelease ? 'prereleased' : 'released']) {
      emit(world, repo, actor.account, 'release', action, () => ({ release: viewRelease(world, repo, release) }));
    }
    return release;
  });
}
