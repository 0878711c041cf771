/** One term of GitHub's search language: a word or phrase (no key), or a qualifier such as `label:"good first issue"`. */
export interface Term {
  key?: string;
  value: string;
  not?: boolean;
}

const pattern = /(?<not>-)?(?:(?<key>[a-z][a-z-]*):)?(?:"(?<quoted>(?:\\.|[^"\\])*)"?|(?<plain>[^\s"]+))/gi;

/** Reads a query as typed. An unclosed quote ends with the text. */
export function parse(text: string): Term[] {
  return [...text.matchAll(pattern)].map(({ groups }) => ({
    ...(groups?.key ? { key: groups.key.toLowerCase() } : {}),
    value: groups?.quoted?.replace(/\\(.)/gs, '$1') ?? groups?.plain ?? '',
    ...(groups?.not ? { not: true } : {}),
  }));
}

/** The inverse of `parse`, quoting only where needed. */
export function render(terms: readonly Term[]): string {
  return terms.map((term) => `${term.not ? '-' : ''}${term.key ? `${term.key}:` : ''}${quote(term)}`).join(' ');
}

function quote({ key, value }: Term): string {
  const plain = key === undefined ? /^[^\s":-][^\s":]*$/ : /^[^\s"]+$/;
  return plain.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** The state a query asks for; undefined means both. */
export function state(terms: readonly Term[]): 'open' | 'closed' | undefined {
  const term = terms.findLast(isState);
  return term?.value === 'open' || term?.value === 'closed' ? term.value : undefined;
}

export function withState(terms: readonly Term[], value: 'open' | 'closed'): Term[] {
  return [{ key: 'is', value }, ...anyState(terms)];
}

function anyState(terms: readonly Term[]): Term[] {
  return terms.filter((term) => !isState(term));
}

/** Values of one qualifier, as in `label:a label:b`. */
export function values(terms: readonly Term[], key: string): string[] {
  return terms.filter((term) => term.key === key && !term.not).map((term) => term.value);
}

/** Adds the qualifier, or takes it away where it is there already. */
export function toggled(terms: readonly Term[], key: string, value: string): Term[] {
  const same = (term: Term) => term.key === key && !term.not && term.value.toLowerCase() === value.toLowerCase();
  return terms.some(same) ? terms.filter((term) => !same(term)) : [...terms, { key, value }];
}

/** At most one of this qualifier: replaces, or removes when `value` is undefined. */
export function only(terms: readonly Term[], key: string, value: string | undefined): Term[] {
  const rest = terms.filter((term) => term.key !== key);
  return value === undefined ? rest : [...rest, { key, value }];
}

function isState(term: Term): boolean {
  if (term.not) return false;
  return term.key === 'state' || (term.key === 'is' && (term.value === 'open' || term.value === 'closed'));
}
