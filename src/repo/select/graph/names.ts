import type { Source } from '../source.ts';

/** A name that tells where it comes from. */
export interface Name {
  owners: { file: number; line: number }[];
  /** How many files use it. */
  users: number;
}

export type NameIndex = ReadonlyMap<string, Name>;

/** A name that more files define says nothing about which one is meant. */
const mostOwners = 2;
/** A name that more files use (or, in large repositories, this share of them) is everyday vocabulary. */
const mostUsers = 6;
const mostUsersShare = 1 / 8;

/** The names that connect files: defined in one or two places, used in a few. */
export function nameIndex(sources: readonly Source[]): NameIndex {
  const names = new Map<string, Name>();
  sources.forEach(({ outline }, file) => {
    for (const [name, line] of outline.defines) {
      const known = names.get(name);
      if (known) known.owners.push({ file, line });
      else names.set(name, { owners: [{ file, line }], users: 0 });
    }
  });
  for (const { outline } of sources) {
    for (const name of outline.uses) {
      const known = names.get(name);
      if (known) known.users++;
    }
  }
  const most = Math.max(mostUsers, sources.length * mostUsersShare);
  for (const [name, { owners, users }] of names) if (owners.length > mostOwners || users > most) names.delete(name);
  return names;
}
