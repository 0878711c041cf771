import { allocate } from './allocate.ts';
import { queryOf } from './query.ts';
import { rankByWords } from './rank.ts';
import { isSource } from './source-file.ts';
import type { CodeFile, GapText, Selection } from './types.ts';

export type { CodeFile, GapText, LineRange, SelectedFile, Selection, ToolSite } from './types.ts';

export function selectContext(files: CodeFile[], gap: GapText, options: { budgetTokens: number }): Selection {
  const sources = files.filter((file) => isSource(file.path));
  const ranked = rankByWords(sources, queryOf(gap));
  return { files: allocate(ranked, options.budgetTokens), tools: [], paths: sources.map(({ path }) => path).sort() };
}
