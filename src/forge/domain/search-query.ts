/** One part of a search: `label:bug`, `-label:"help wanted"`, or a word or quoted text without a qualifier. */
export interface Term {
  qualifier: string | null;
  value: string;
  negated: boolean;
}

const QUALIFIERS = new Set([
  ...['repo', 'user', 'org', 'is', 'type', 'state', 'label', 'author', 'assignee', 'commenter', 'mentions', 'in'],
  ...[
    'no',
    'reason',
    'created',
    'updated',
    'closed',
    'merged',
    'milestone',
    'comments',
    'draft',
    'head',
    'base',
    'sort',
  ],
  ...['linked', 'involves', 'archived', 'review', 'project'],
]);

/** Splits a search as GitHub does: quotes keep text together, an unknown qualifier is plain text. */
export function parseSearch(query: string): Term[] {
  const parts = query.match(/-?(?:[\w-]+:)?"[^"]*"(?:,"[^"]*")*|\S+/g) ?? [];
  return parts.map((part): Term => {
    const [, minus = '', name, rest = ''] = /^(-?)(?:([\w-]+):)?([\s\S]*)$/.exec(part) ?? [];
    const known = name !== undefined && QUALIFIERS.has(name.toLowerCase());
    const text = known || name === undefined ? rest : `${name}:${rest}`;
    return {
      qualifier: known ? name.toLowerCase() : null,
      value: known ? text : text.replaceAll('"', ''),
      negated: minus === '-',
    };
  });
}

/** The alternatives of a value: `a,b` and `"a b","c"`. */
export function alternatives(value: string): string[] {
  const parts = value.match(/"[^"]*"|[^,]+/g) ?? [];
  return parts.map((part) => part.replaceAll('"', '')).filter(Boolean);
}

/** A comparison with a moment or a number: `>=2026-01-01`, `10..20`, `*..5`, `3`. `of` gives the value's start and end. */
export function parseRange(
  value: string,
): { from: string | null; to: string | null; open: 'from' | 'to' | null } | null {
  const range = /^(.+)\.\.(.+)$/.exec(value);
  if (range) {
    const [, from = '*', to = '*'] = range;
    return { from: from === '*' ? null : from, to: to === '*' ? null : to, open: null };
  }
  const [, sign = '', rest = ''] = /^(>=|<=|>|<)?(.+)$/.exec(value) ?? [];
  if (rest === '') return null;
  if (sign === '>=' || sign === '>') return { from: rest, to: null, open: sign === '>' ? 'from' : null };
  if (sign === '<=' || sign === '<') return { from: null, to: rest, open: sign === '<' ? 'to' : null };
  return { from: rest, to: rest, open: null };
}
