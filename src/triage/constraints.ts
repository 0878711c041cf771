/**
 * A person's word on what belongs together, about words rather than issues, so that it holds for repeats and after a rebuild:
 * `a` and `b` are gap keys. `/patchwork split <report>` keeps that report's words apart from those of the gap it was in;
 * `/patchwork merge #n` keeps the words of two gaps together.
 */
export interface Constraint {
  kind: 'apart' | 'together';
  a: string;
  b: string;
}

export interface Constraints {
  /** Whether these words must not join a gap that holds reports with these keys. */
  forbids(key: string, held: Iterable<string>): boolean;
  /** The keys next to which these words belong. */
  companions(key: string): string[];
}

/** Reads a list of constraints, oldest first: about the same two, the latest word counts. */
export function readConstraints(list: Constraint[]): Constraints {
  const verdicts = new Map<string, Map<string, Constraint['kind']>>();
  const note = (key: string, other: string, kind: Constraint['kind']) => {
    const own = verdicts.get(key) ?? new Map<string, Constraint['kind']>();
    verdicts.set(key, own);
    own.set(other, kind);
  };
  for (const { kind, a, b } of list) {
    if (a === b) continue;
    note(a, b, kind);
    note(b, a, kind);
  }
  return {
    forbids(key, held) {
      const own = verdicts.get(key);
      if (!own) return false;
      for (const other of held) if (own.get(other) === 'apart') return true;
      return false;
    },
    companions: (key) =>
      [...(verdicts.get(key) ?? [])].flatMap(([other, kind]) => (kind === 'together' ? [other] : [])),
  };
}
