import { type Candidate, give, type Leader } from './candidates.ts';
import type { NameIndex } from './graph/names.ts';
import { blockAt, type Source } from './source.ts';

const filePoints = 0.2;
const blockShare = 0.6;
/** The best blocks of a leader, as long as they are at least half as good as its best. */
const blocksPerLeader = 3;
const leastScore = 0.5;
/** A caller of a good block is needed less often than what the block calls. */
const callerShare = 0.5;
const hopsWithin = 2;

/**
 * Follows names from the best blocks of the best files: to the blocks that define what they use, and to the blocks
 * that use what they define. An import says which file; this says which part of it.
 */
export function followNames(candidates: readonly Candidate[], leaders: readonly Leader[], names: NameIndex): void {
  const links = candidates.map(({ blocks }) => blocks.map(() => 0));
  const lead = candidates.map(() => ({ strength: 0, path: '' }));
  const add = (file: number, block: number, strength: number, path: string) => {
    const row = links[file] as number[];
    row[block] = (row[block] ?? 0) + strength;
    if (strength > (lead[file] as { strength: number }).strength) lead[file] = { strength, path };
  };
  const defined = new Map<string, { strength: number; path: string }>();
  const followed = new Set<string>();
  for (const { index, weight } of leaders) {
    const { source, blocks } = candidates[index] as Candidate;
    for (const block of bestBlocks(blocks)) {
      followed.add(`${index}:${block}`);
      for (const name of namesIn(source, block)) {
        const known = names.get(name);
        if (!known) continue;
        const strength = (weight * (blocks[block] as number)) / Math.log(1.7 + known.users);
        for (const { file, line } of known.owners) {
          const target = blockAt((candidates[file] as Candidate).source.blocks, line);
          if (file !== index || target !== block) add(file, target, strength, source.path);
          else if (strength > (defined.get(name)?.strength ?? 0)) defined.set(name, { strength, path: source.path });
        }
      }
    }
  }
  candidates.forEach(({ source }, file) => {
    for (const { name, block } of usesOf(source, defined)) {
      const { strength, path } = defined.get(name) as { strength: number; path: string };
      if (!followed.has(`${file}:${block}`)) add(file, block, callerShare * strength, path);
    }
  });
  const strongest = links.map((row) =>
    Math.min(
      1,
      row.reduce((a, b) => Math.max(a, b), 0),
    ),
  );
  const top = strongest.reduce((a, b) => Math.max(a, b), 0) || 1;
  candidates.forEach((candidate, file) => {
    (links[file] as number[]).forEach((link, block) => {
      candidate.blocks[block] = Math.max(candidate.blocks[block] as number, blockShare * Math.min(1, link));
    });
    give(candidate, (filePoints * (strongest[file] as number)) / top, `shares names with ${lead[file]?.path}`);
  });
}

function bestBlocks(blocks: readonly number[]): number[] {
  return blocks
    .map((score, block) => ({ score, block }))
    .filter(({ score }) => score >= leastScore)
    .sort((a, b) => b.score - a.score || a.block - b.block)
    .slice(0, blocksPerLeader)
    .map(({ block }) => block);
}

/**
 * Follows names inside the best files: from their best blocks to those that define what they use (the helper behind a
 * handler), and on from there. A name means what its own file says, however many other files define it, too.
 */
export function followWithin(candidates: readonly Candidate[], leaders: readonly Leader[]): void {
  for (const { index } of leaders) {
    const { source, blocks } = candidates[index] as Candidate;
    let from = bestBlocks(blocks);
    const reached = new Set(from);
    for (let hop = 0; hop < hopsWithin; hop++) {
      const next: number[] = [];
      for (const block of from) {
        for (const name of namesIn(source, block)) {
          const line = source.outline.defines.get(name);
          const target = line === undefined ? block : blockAt(source.blocks, line);
          if (reached.has(target)) continue;
          reached.add(target);
          next.push(target);
          blocks[target] = Math.max(blocks[target] as number, blockShare * (blocks[block] as number));
        }
      }
      from = next;
    }
  }
}

/** The names in one block. Tokens are in the order of their lines. */
function namesIn({ tokens: { kind, text, line }, blocks }: Source, block: number): Set<string> {
  const [first, last] = blocks[block]?.range ?? [1, 0];
  let at = 0;
  for (let high = line.length; at < high; ) {
    const middle = (at + high) >> 1;
    if ((line[middle] as number) < first) at = middle + 1;
    else high = middle;
  }
  const found = new Set<string>();
  for (; at < line.length && (line[at] as number) <= last; at++) if (kind[at] === 'name') found.add(text[at] as string);
  return found;
}

/** Each wanted name once for each block that uses it. */
function* usesOf({ outline, tokens: { kind, text, line }, blocks }: Source, wanted: ReadonlyMap<string, unknown>) {
  if (![...wanted.keys()].some((name) => outline.uses.has(name))) return;
  const seen = new Set<string>();
  for (let at = 0; at < text.length; at++) {
    const name = text[at] as string;
    if (kind[at] !== 'name' || !wanted.has(name)) continue;
    const block = blockAt(blocks, line[at] as number);
    if (seen.has(`${block}:${name}`)) continue;
    seen.add(`${block}:${name}`);
    yield { name, block };
  }
}
