import { html } from 'hono/html';
import type { Html } from '../layout.ts';

const radius = 90;
const rowHeight = 24;
const mostSlices = 24;

/** `pie showData title Pets`, then `"Dogs" : 386` lines. */
export function pie(lines: readonly string[]): Html | undefined {
  const head = /^pie(?<data>\s+showData)?(?:\s+title\s+(?<title>.*))?$/.exec(lines[0] ?? '')?.groups;
  if (!head) return undefined;
  let title = head.title ?? '';
  const slices: { name: string; value: number }[] = [];
  for (const line of lines.slice(1)) {
    const slice = /^"(?<name>[^"]*)"\s*:\s*(?<value>\d+(?:\.\d+)?)$/.exec(line)?.groups;
    if (slice) slices.push({ name: slice.name ?? '', value: Number(slice.value) });
    else if (line.startsWith('title ')) title = line.slice(6);
    else if (line !== 'showData') return undefined;
  }
  const total = slices.reduce((sum, { value }) => sum + value, 0);
  if (total <= 0 || slices.length > mostSlices) return undefined;

  const share = (value: number) => `${Math.round((value / total) * 100)}%`;
  const text = slices.map(({ name, value }) => `${name} ${value} (${share(value)})`);
  const height = Math.max(radius * 2, slices.length * rowHeight) + 50;
  const longest = Math.max(...text.map((line) => line.length), title.length - 20);
  let from = 0;
  return html`<svg viewBox="0 0 ${radius * 2 + 80 + longest * 8} ${height}" width="${radius * 2 + 80 + longest * 8}" role="img" aria-label="Pie chart ${title}: ${text.join(', ')}">
<text class="heading" x="20" y="22">${title}</text>
<g transform="translate(${radius + 20} ${radius + 40})">${slices.map(({ value }, i) => {
    const start = from;
    from += value / total;
    return value === total
      ? html`<circle class="fill-${i % 8}" r="${radius}"/>`
      : html`<path class="fill-${i % 8}" d="${sector(start, from)}"/>`;
  })}</g>
<g transform="translate(${radius * 2 + 44} 52)">${text.map(
    (line, i) =>
      html`<rect class="fill-${i % 8}" y="${i * rowHeight - 1}" width="14" height="14" rx="3"/><text x="22" y="${i * rowHeight + 11}">${line}</text>`,
  )}</g></svg>`;
}

function sector(from: number, to: number): string {
  const at = (turn: number) => {
    const angle = (turn - 0.25) * 2 * Math.PI;
    return `${(Math.cos(angle) * radius).toFixed(2)} ${(Math.sin(angle) * radius).toFixed(2)}`;
  };
  return `M0 0L${at(from)}A${radius} ${radius} 0 ${to - from > 0.5 ? 1 : 0} 1 ${at(to)}Z`;
}
