import { allocate } from './allocate.ts';
import { isSource, languageOf } from './code/language.ts';
import { lex } from './code/lex.ts';
import { queryOf } from './query.ts';
import { rankByWords } from './rank.ts';
import { toolSites } from './tools/index.ts';
import type { CodeFile, GapText, Selection, ToolSite } from './types.ts';

export type { CodeFile, GapText, LineRange, SelectedFile, Selection, ToolSite } from './types.ts';

/**
 * Picks what a model must see to close a gap: the files that a report leads to, whole or as excerpts cut at
 * definitions, within a budget of tokens (characters / 4). Pure: the same files and report give the same selection.
 */
export function selectContext(files: CodeFile[], gap: GapText, options: { budgetTokens: number }): Selection {
  const sources = files.filter((file) => isSource(file.path));
  const ranked = rankByWords(sources, queryOf(gap));
  return {
    files: allocate(ranked, options.budgetTokens),
    tools: toolMap(sources),
    paths: sources.map(({ path }) => path).sort(),
  };
}

/** Where the MCP tools of a repository are registered, read from its source without running it. */
export function toolMap(files: CodeFile[]): ToolSite[] {
  const sources = files.filter((file) => isSource(file.path));
  return toolSites(sources.map(({ path, text }) => ({ path, tokens: lex(text, languageOf(path) as 'go') })));
}
