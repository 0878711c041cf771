import { html } from 'hono/html';
import type { Html } from '../layout.ts';
import { type Edge, layout, type Node, type Shape } from './layered.ts';

const mostNodes = 120;

/** The longest form of an opening bracket comes first. */
const brackets: readonly [string, string, Shape][] = [
  ['([', '])', 'round'],
  ['[(', ')]', 'round'],
  ['((', '))', 'round'],
  ['{{', '}}', 'diamond'],
  ['[[', ']]', 'box'],
  ['[', ']', 'box'],
  ['(', ')', 'round'],
  ['{', '}', 'diamond'],
];

/** `-- words -->`, or a bare link with `|words|` after it; two dashes alone only open the first form. */
const link = new RegExp(
  '^(?:(?<opening>--|-\\.|==)\\s+(?<words>[^-=.|>]+?)\\s+(?:-{2,}|\\.+-|={2,})(?<arrow>[>ox])?' +
    '|<?(?<line>(?:-{2,}|-\\.+-|={2,})(?<head>[>ox])|-{3,}|-\\.+-|={3,})(?:\\|(?<label>[^|]*)\\|)?)\\s*',
);

/** `flowchart LR` with nodes, links, labels, chains and `&`; styling lines are skipped, subgraphs are not understood. */
export function flowchart(lines: readonly string[]): Html | undefined {
  const head = /^(?:flowchart|graph)(?:\s+(TB|TD|BT|LR|RL))?\s*;?\s*(.*)$/.exec(lines[0] ?? '');
  if (!head) return undefined;
  const nodes = new Map<string, Node>();
  const edges: Edge[] = [];
  const statements = [head[2] ?? '', ...lines.slice(1)].flatMap((line) => line.split(/;(?=(?:[^"]*"[^"]*")*[^"]*$)/));
  for (const statement of statements.map((one) => one.trim()).filter(Boolean)) {
    if (/^(style|classDef|class|linkStyle|click)\s/.test(statement)) continue;
    if (!read(statement, nodes, edges)) return undefined;
  }
  if (nodes.size === 0 || nodes.size > mostNodes || edges.length > mostNodes * 2) return undefined;
  return draw(nodes, edges, head[1] ?? 'TB');
}

/** Reads `A[one] & B -->|why| C`; false when any of it is not understood. */
function read(statement: string, nodes: Map<string, Node>, edges: Edge[]): boolean {
  let rest = statement;
  let before: string[] | undefined;
  let join: { label: string; dashed: boolean; arrow: boolean } | undefined;
  while (true) {
    const group: string[] = [];
    do {
      if (group.length > 0) rest = rest.replace(/^&\s*/, '');
      const node = takeNode(rest, nodes);
      if (!node) return false;
      group.push(node.id);
      rest = node.rest;
    } while (rest.startsWith('&'));
    for (const from of before ?? []) for (const to of group) if (join) edges.push({ from, to, ...join });
    if (rest === '') return true;
    const found = link.exec(rest);
    if (!found?.groups) return false;
    const { line, opening, label, words, head, arrow } = found.groups;
    join = {
      label: unquote(label ?? words ?? ''),
      dashed: (line ?? opening ?? '').startsWith('-.'),
      arrow: (head ?? arrow) !== undefined,
    };
    before = group;
    rest = rest.slice(found[0].length);
  }
}

function takeNode(text: string, nodes: Map<string, Node>): { id: string; rest: string } | undefined {
  const id = /^[\p{L}\p{N}_]+(?:-[\p{L}\p{N}_]+)*/u.exec(text)?.[0];
  if (!id || id === 'subgraph' || id === 'end' || id === 'direction') return undefined;
  let rest = text.slice(id.length);
  const bracket = brackets.find(([open]) => rest.startsWith(open));
  const known = nodes.get(id);
  if (!bracket) {
    if (!known) nodes.set(id, { id, shape: 'box', lines: [id] });
  } else {
    const [open, close, shape] = bracket;
    const quoted = rest.startsWith('"', open.length);
    const end = quoted ? rest.indexOf(`"${close}`, open.length + 1) + 1 : rest.indexOf(close, open.length);
    if (end < open.length) return undefined;
    const label = unquote(rest.slice(open.length, end));
    nodes.set(id, { id, shape, lines: label.split(/<br\s*\/?>|\\n/).flatMap((line) => wrap(line.trim())) });
    rest = rest.slice(end + close.length);
  }
  rest = rest.replace(/^:::[\w-]+/, '').trimStart();
  return { id, rest };
}

function unquote(text: string): string {
  return text
    .trim()
    .replace(/^"(.*)"$/s, '$1')
    .replaceAll('#quot;', '"');
}

function wrap(line: string): string[] {
  const lines = [''];
  for (const word of line.split(/\s+/)) {
    const last = lines.length - 1;
    if (lines[last] && `${lines[last]} ${word}`.length > 26) lines.push(word);
    else lines[last] = lines[last] ? `${lines[last]} ${word}` : word;
  }
  return lines;
}

function draw(nodes: Map<string, Node>, edges: Edge[], direction: string): Html {
  const { placed, routes, width, height } = layout([...nodes.values()], edges, direction);
  const name = (id: string) => nodes.get(id)?.lines.join(' ') ?? id;
  const words = edges.map(({ from, to, label }) => `${name(from)} to ${name(to)}${label && ` (${label})`}`);
  return html`<svg class="flowchart" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="Flowchart: ${words.join('; ') || [...nodes.keys()].map(name).join(', ')}">
${routes.map(({ edge, path, tip }) => html`<path class="flow${edge.dashed ? ' dashed' : ''}" d="${path}"/>${edge.arrow && html`<path class="tip" d="${tip}"/>`}`)}
${placed.map(({ node, x, y, w, h }) => html`${shape(node.shape, x, y, w, h)}${node.lines.map((line, i) => html`<text text-anchor="middle" x="${x}" y="${y + 5 + (i - (node.lines.length - 1) / 2) * 18}">${line}</text>`)}`)}
${routes.map(({ edge, middle }) => edge.label && html`<rect class="label" x="${middle.x - edge.label.length * 3.6 - 4}" y="${middle.y - 10}" width="${edge.label.length * 7.2 + 8}" height="20" rx="4"/><text class="small" text-anchor="middle" x="${middle.x}" y="${middle.y + 4}">${edge.label}</text>`)}
</svg>`;
}

function shape(kind: Shape, x: number, y: number, w: number, h: number): Html {
  if (kind === 'diamond')
    return html`<path class="node" d="M${x} ${y - h / 2}L${x + w / 2} ${y}L${x} ${y + h / 2}L${x - w / 2} ${y}Z"/>`;
  return html`<rect class="node" x="${x - w / 2}" y="${y - h / 2}" width="${w}" height="${h}" rx="${kind === 'round' ? h / 2 : 6}"/>`;
}
