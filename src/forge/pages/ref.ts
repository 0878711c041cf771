import { deep } from './github.ts';
import { api } from './repository.ts';
import type { RepositoryVisit } from './visit.ts';

/**
 * Splits `feature/x/src/a.ts` into the ref `feature/x` and the path `src/a.ts`. Both may hold slashes, so the existing
 * branches and tags decide; anything else is a commit hash of one segment.
 */
export async function splitRef(visit: RepositoryVisit, rest: string): Promise<{ ref: string; path: string }> {
  const [first = ''] = rest.split('/');
  const list = async (kind: 'heads' | 'tags') => {
    const refs = await visit.github.find<{ ref: string }[]>(`${api(visit)}/git/matching-refs/${kind}/${deep(first)}`);
    return (refs ?? []).map(({ ref }) => ref.slice(`refs/${kind}/`.length));
  };
  const names = [...(await list('heads')), ...(await list('tags'))];
  const ref = names
    .filter((name) => rest === name || rest.startsWith(`${name}/`))
    .reduce((longest, name) => (name.length > longest.length ? name : longest), '');
  const found = ref || first;
  return { ref: found, path: rest.slice(found.length + 1) };
}
