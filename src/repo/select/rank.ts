import { lendBeside } from './beside.ts';
import { type Candidate, give, leadersOf } from './candidates.ts';
import type { Graph, NameIndex } from './graph/index.ts';
import { lexicalScores } from './lexical.ts';
import { followNames, followWithin } from './links.ts';
import { mentionScores } from './mentions.ts';
import { queryOf } from './query.ts';
import type { Source } from './source.ts';
import { spreadAlongImports } from './spread.ts';
import type { GapText, ToolSite } from './types.ts';

/**
 * What each sign is worth. The surface is flat: half or double of any one moves the share of cases with every needed
 * file by less than two points, so these are round numbers and not worth tuning.
 */
const points = {
  bestBlock: 0.9,
  wholeFile: 0.4,
  registersMentioned: 1,
  quotesMentioned: 0.35,
  registersAny: 0.15,
  generated: -0.4,
};

const matches = 'its words match the report';

const leaders = { count: 5, fall: 0.8 };

/** Everything about a repository that does not depend on the report. */
export interface Repository {
  sources: Source[];
  tools: ToolSite[];
  graph: Graph;
  names: NameIndex;
}

/**
 * Source files by how likely a change that closes the gap touches them, best first: by the words of the report and the
 * tools it names, then by what the best of these lend to the files around them.
 */
export function rank({ sources, tools, graph, names }: Repository, gap: GapText): Candidate[] {
  const candidates = byReport(sources, tools, gap);
  const lending = leadersOf(candidates, leaders.count, leaders.fall);
  const best = candidates[lending[0]?.index ?? 0]?.score || 1;
  for (const candidate of candidates) {
    candidate.score /= best;
    candidate.reason.points /= best;
  }
  spreadAlongImports(candidates, lending, graph);
  lendBeside(candidates, lending);
  followNames(candidates, lending, names);
  followWithin(candidates, leadersOf(candidates, leaders.count, leaders.fall));
  return candidates.sort((a, b) => b.score - a.score || (a.source.path < b.source.path ? -1 : 1));
}

function byReport(sources: readonly Source[], tools: readonly ToolSite[], gap: GapText): Candidate[] {
  const words = lexicalScores(sources, queryOf(gap));
  const mentions = mentionScores(gap, tools, sources);
  const mostRegistered = mentions.registers.reduce((a, b) => Math.max(a, b), 1);
  const mostQuoted = mentions.quotes.reduce((a, b) => Math.max(a, b), 0) || 1;
  const registered = new Map<string, number>();
  for (const { path } of tools) registered.set(path, (registered.get(path) ?? 0) + 1);
  return sources.map((source, index) => {
    const blocks = (words.blocks[index] as number[]).map(
      (score, block) => score + (mentions.blocks[index]?.get(block) ?? 0),
    );
    const top = blocks.reduce((a, b) => Math.max(a, b), 0) || 1;
    const candidate: Candidate = {
      source,
      score: 0,
      blocks: blocks.map((score) => score / top),
      reason: { points: 0, why: 'is at hand' },
    };
    give(candidate, points.bestBlock * (words.bestBlocks[index] as number), matches);
    give(candidate, points.wholeFile * (words.files[index] as number), matches);
    give(
      candidate,
      (points.registersMentioned * (mentions.registers[index] as number)) / mostRegistered,
      'registers a tool the report names',
    );
    give(
      candidate,
      (points.quotesMentioned * (mentions.quotes[index] as number)) / mostQuoted,
      'names a tool the report names',
    );
    const count = registered.get(source.path) ?? 0;
    give(candidate, count > 0 ? points.registersAny * Math.min(1, 0.5 + count / 10) : 0, 'registers tools');
    if (source.generated) candidate.score += points.generated;
    return candidate;
  });
}
