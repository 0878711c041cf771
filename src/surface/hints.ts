import type { Surface, SurfaceTool } from './surface.ts';

/** What a client has to put into a model's context for the tools, in tokens of four characters. */
export function tokensOf(surface: Surface): number {
  return Math.round(JSON.stringify(surface.tools).length / 4);
}

/**
 * The other tool that an agent would most easily take for this one: likeness from 0 to 1 by the words of name (twice) and
 * description. Nothing when no tool shares a word with it.
 */
export function nearestTool(surface: Surface, name: string): { tool: string; likeness: number } | undefined {
  const tool = surface.tools.find((each) => each.name === name);
  if (!tool) return undefined;
  const own = wordsOf(tool);
  let nearest: { tool: string; likeness: number } | undefined;
  for (const other of surface.tools) {
    if (other.name === name) continue;
    const likeness = cosine(own, wordsOf(other));
    if (likeness > (nearest?.likeness ?? 0)) nearest = { tool: other.name, likeness: Math.round(likeness * 100) / 100 };
  }
  return nearest;
}

const EMPTY = new Set([
  'a',
  'an',
  'the',
  'of',
  'for',
  'to',
  'in',
  'and',
  'or',
  'by',
  'with',
  'is',
  'are',
  'this',
  'that',
  'it',
  'one',
  'all',
]);

function wordsOf({ name, description = '' }: SurfaceTool): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (text: string, weight: number) => {
    const spaced = text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
    for (const word of spaced.match(/[\p{L}\p{N}]+/gu) ?? []) {
      if (!EMPTY.has(word))
        counts.set(word.replace(/(?<=..)s$/, ''), (counts.get(word.replace(/(?<=..)s$/, '')) ?? 0) + weight);
    }
  };
  add(name, 2);
  add(description, 1);
  return counts;
}

function cosine(a: Map<string, number>, b: Map<string, number>): number {
  let dot = 0;
  for (const [word, weight] of a) dot += weight * (b.get(word) ?? 0);
  const length = (of: Map<string, number>) => Math.hypot(...of.values());
  return dot === 0 ? 0 : dot / (length(a) * length(b));
}
