import type { LineRange } from './types.ts';
import { eachIdentifier, identifierTerms } from './words.ts';

/** Where the terms of a query stand in a file: the one index that files and blocks are both ranked from. */
export interface Hits {
  /** Number of the term in the query, and the line it stands on; sorted by line. */
  terms: number[];
  lines: number[];
  /** `wordsUpTo[n]` counts the words of the first n lines. */
  wordsUpTo: Uint32Array;
}

interface Word {
  length: number;
  terms: number[];
}

/** Finds the terms of a query in texts. Keeps what it learns about each identifier for the next text. */
export function hitFinder(query: ReadonlyMap<string, number>): (text: string, lineCount: number) => Hits {
  const numbers = new Map([...query.keys()].map((term, index) => [term, index]));
  const known = new Map<string, Word>();
  const look = (identifier: string): Word => {
    const parts = identifierTerms(identifier);
    const terms = parts.map((part) => numbers.get(part)).filter((number) => number !== undefined);
    const word = { length: parts.length, terms };
    known.set(identifier, word);
    return word;
  };
  return (text, lineCount) => {
    const hits: Hits = { terms: [], lines: [], wordsUpTo: new Uint32Array(lineCount + 1) };
    let words = 0;
    let lastLine = 0;
    eachIdentifier(text, (identifier, line) => {
      while (lastLine < line) hits.wordsUpTo[lastLine++] = words;
      const word = known.get(identifier) ?? look(identifier);
      words += word.length;
      for (const term of word.terms) {
        hits.terms.push(term);
        hits.lines.push(line);
      }
    });
    while (lastLine <= lineCount) hits.wordsUpTo[lastLine++] = words;
    return hits;
  };
}

/** How often each term of a query stands in something, and how many words that has. */
export interface TermCounts {
  counts: Map<number, number>;
  length: number;
}

/** Counts per block; the blocks are sorted and cover the file. */
export function countsOf(hits: Hits, blocks: readonly LineRange[]): TermCounts[] {
  let at = 0;
  return blocks.map(([first, last]) => {
    const counts = new Map<number, number>();
    for (; at < hits.lines.length && (hits.lines[at] as number) <= last; at++) {
      const term = hits.terms[at] as number;
      counts.set(term, (counts.get(term) ?? 0) + 1);
    }
    return { counts, length: (hits.wordsUpTo[last] as number) - (hits.wordsUpTo[first - 1] as number) };
  });
}
