import { allocate } from './allocate.ts';
import { isSource } from './code/language.ts';
import { graphOf, nameIndex } from './graph/index.ts';
import { rank } from './rank.ts';
import { readSource, type Source } from './source.ts';
import { testsOf } from './tests-of.ts';
import { toolSites } from './tools/index.ts';
import type { CodeFile, GapText, Selection, ToolSite } from './types.ts';

export type { CodeFile, GapText, LineRange, SelectedFile, Selection, ToolSite } from './types.ts';

/**
 * Picks what a model must see to close a gap: the files a report leads to, whole or as excerpts cut at definitions,
 * within a budget of tokens (characters / 4). Pure: the same files and report give the same selection.
 */
export function selectContext(files: CodeFile[], gap: GapText, options: { budgetTokens: number }): Selection {
  const all = readSources(files);
  const tools = toolSites(all);
  const sources = withoutPlainData(all, tools);
  const names = nameIndex(sources);
  const ranked = rank({ sources, tools, names, graph: graphOf(sources, files, names) }, gap);
  const { files: chosen, leftTokens } = allocate(ranked, options.budgetTokens);
  return {
    files: [...chosen, ...testsOf(chosen, files, leftTokens)],
    tools,
    paths: sources.map(({ path }) => path),
  };
}

/** Where the MCP tools of a repository are registered, read from its source without running it. */
export function toolMap(files: CodeFile[]): ToolSite[] {
  return toolSites(readSources(files));
}

function readSources(files: readonly CodeFile[]): Source[] {
  return files
    .filter(({ path }) => isSource(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(readSource);
}

/** JSON is source only where it defines tools. */
function withoutPlainData(sources: readonly Source[], tools: readonly ToolSite[]): Source[] {
  const defining = new Set(tools.map(({ path }) => path));
  return sources.filter(({ language, path }) => language !== 'json' || defining.has(path));
}
