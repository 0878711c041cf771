import type { Html } from '../layout.ts';
import { chart } from './chart.ts';
import { flowchart } from './flowchart.ts';
import { pie } from './pie.ts';

/** Longer sources stay text. */
const longest = 20_000;

/**
 * Draws the Mermaid diagrams that issues and dashboards mostly hold: `pie`, `xychart-beta` and `flowchart` (without
 * subgraphs). Everything else, and every line not understood, gives undefined: the source is then shown as text, never
 * a drawing that says less than it. Mermaid itself would need scripts and inline styles, which these pages forbid.
 */
export function diagram(source: string): Html | undefined {
  if (source.length > longest) return undefined;
  const lines = source
    .replace(/^---\n.*?\n---\n/s, '')
    .split('\n')
    .map((line) => line.replace(/^\s*%%.*$/, '').trim())
    .filter(Boolean);
  const [kind] = /^[\w-]+/.exec(lines[0] ?? '') ?? [];
  if (kind === 'pie') return pie(lines);
  if (kind === 'xychart-beta' || kind === 'xychart') return chart(lines);
  if (kind === 'flowchart' || kind === 'graph') return flowchart(lines);
  return undefined;
}
