import { blockAt, type Source } from './source.ts';
import type { GapText, ToolSite } from './types.ts';

/** A tool's name as reports and clients may write it: `getItem`, `get-item` and `get_item` are one. */
function flatName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** A word that a sentence cannot contain by chance; a plain one (`query`) only counts when it is used like a tool. */
const compound = /[a-z0-9][_\-./A-Z]/;
const usedLikeATool = /^["'`]?\s*(?:\(|\w+=|with\b|on\b|returns\b|fails\b|->|:|["'`])/;

/**
 * The tools a report names, by flat name, and how surely. Clients show a tool under a longer name
 * (`mcp__server__get_item`, or `mount_get_item` behind a proxy), so the beginning may be left out.
 */
export function mentionedTools(gap: GapText, tools: readonly ToolSite[]): Map<string, number> {
  const known = new Set(tools.map(({ name }) => flatName(name)));
  const text = [gap.what_i_needed, gap.what_i_tried, gap.suggestion, ...(gap.notes ?? [])].join('\n');
  const mentioned = new Map<string, number>();
  for (const { 0: found, index } of text.matchAll(/[A-Za-z][\w.\-/]{1,99}/g)) {
    const word = found.replace(/[.\-/]+$/, '');
    const tool = endings(word).find((ending) => known.has(ending));
    if (tool === undefined) continue;
    const sure = compound.test(word)
      ? 1
      : usedLikeATool.test(text.slice(index + word.length, index + word.length + 12))
        ? 0.6
        : 0;
    if (sure > 0) mentioned.set(tool, Math.max(mentioned.get(tool) ?? 0, sure));
  }
  return mentioned;
}

/** The word, and the word without its first one or two parts. */
function endings(word: string): string[] {
  const parts = word.replace(/^mcp__.*?__/, '').split(/[_\-./]+/);
  const shorter = parts.length > 3 ? [parts.slice(1), parts.slice(2)] : [parts.slice(1)];
  return [parts, ...shorter].map((each) => flatName(each.join(''))).filter((name) => name.length > 2);
}

/** Where mentioned tools stand: how strongly in each file, and in which of its blocks. */
export interface MentionScores {
  registers: number[];
  quotes: number[];
  /** For each file the blocks to show, with their strength. */
  blocks: Map<number, number>[];
}

/** A name that stands in more files than this is a common word. */
const mostQuoting = 8;

/**
 * The file that registers a mentioned tool is where most gaps of that tool are closed; files that name it come next
 * (the handler, the mapping, the schema). In the registering file the block counts, and the one behind it, because the
 * idioms put the handler below the definition.
 */
export function mentionScores(gap: GapText, tools: readonly ToolSite[], sources: readonly Source[]): MentionScores {
  const mentioned = mentionedTools(gap, tools);
  const scores: MentionScores = {
    registers: sources.map(() => 0),
    quotes: sources.map(() => 0),
    blocks: sources.map(() => new Map()),
  };
  if (mentioned.size === 0) return scores;
  const indexes = new Map(sources.map(({ path }, index) => [path, index]));
  const sites = tools.filter(({ name }) => mentioned.has(flatName(name)));
  for (const [tool, sure] of mentioned) {
    const files = new Set(
      sites.filter(({ name }) => flatName(name) === tool).map(({ path }) => indexes.get(path) as number),
    );
    for (const file of files)
      scores.registers[file] = Math.min(2, (scores.registers[file] as number) + sure / Math.sqrt(files.size));
  }
  for (const { path, line } of sites) {
    const file = indexes.get(path) as number;
    const blocks = scores.blocks[file] as Map<number, number>;
    const block = blockAt((sources[file] as Source).blocks, line);
    blocks.set(block, 1.2);
    blocks.set(block + 1, Math.max(blocks.get(block + 1) ?? 0, 0.5));
  }
  for (const [tool, files] of filesUsing(mentioned, sources)) {
    if (files.length > mostQuoting || tool.length < 4) continue;
    for (const file of files) scores.quotes[file] = (scores.quotes[file] as number) + (mentioned.get(tool) as number);
  }
  return scores;
}

function filesUsing(wanted: ReadonlyMap<string, number>, sources: readonly Source[]): Map<string, number[]> {
  const using = new Map<string, number[]>([...wanted.keys()].map((name) => [name, []]));
  sources.forEach(({ outline }, index) => {
    for (const name of outline.uses) {
      const files = using.get(flatName(name));
      if (files && files.at(-1) !== index) files.push(index);
    }
  });
  return using;
}
