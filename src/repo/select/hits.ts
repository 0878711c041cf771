import type { Block } from './source.ts';
import { eachIdentifier, identifierTerms } from './words.ts';

/** How often each term of a query (by number) stands in a text, and how many words the text has. */
export interface TermCounts {
  counts: Map<number, number>;
  length: number;
}

interface Word {
  length: number;
  terms: number[];
}

/** Counts the terms of a query in the blocks of files. It keeps what it learns about each identifier for the next file. */
export function termCounter(terms: readonly string[]) {
  const numbers = new Map(terms.map((term, number) => [term, number]));
  const known = new Map<string, Word>();

  function wordOf(identifier: string): Word {
    const found = known.get(identifier);
    if (found) return found;
    const parts = identifierTerms(identifier);
    const word = {
      length: parts.length,
      terms: parts.map((part) => numbers.get(part)).filter((each) => each !== undefined),
    };
    known.set(identifier, word);
    return word;
  }

  /** Counts for each block; the blocks are in order and cover the text. */
  return (text: string, blocks: readonly Block[]): TermCounts[] => {
    const counted = blocks.map((): TermCounts => ({ counts: new Map(), length: 0 }));
    let block = 0;
    eachIdentifier(text, (identifier, line) => {
      while ((blocks[block] as Block).range[1] < line) block++;
      addWord(counted[block] as TermCounts, wordOf(identifier));
    });
    return counted;
  };
}

function addWord(to: TermCounts, word: Word): void {
  to.length += word.length;
  for (const term of word.terms) to.counts.set(term, (to.counts.get(term) ?? 0) + 1);
}

export function sumOf(parts: readonly TermCounts[]): TermCounts {
  const total: TermCounts = { counts: new Map(), length: 0 };
  for (const { counts, length } of parts) {
    total.length += length;
    for (const [term, count] of counts) total.counts.set(term, (total.counts.get(term) ?? 0) + count);
  }
  return total;
}
