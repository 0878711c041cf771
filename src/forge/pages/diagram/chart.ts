import { html } from 'hono/html';
import type { Html } from '../layout.ts';

interface Chart {
  title: string;
  categories: string[];
  xTitle: string;
  yTitle: string;
  range: [number, number] | undefined;
  series: { kind: 'bar' | 'line'; values: number[] }[];
}

const width = 640;
const height = 300;
const left = 60;
const bottom = 46;
const top = 44;
const mostPoints = 100;

/** `xychart-beta` with `title`, `x-axis [a, b]`, `y-axis "n" 0 --> 10`, `bar [..]` and `line [..]`. */
export function chart(lines: readonly string[]): Html | undefined {
  if (!/^xychart(-beta)?$/.test(lines[0] ?? '')) return undefined;
  const data = read(lines.slice(1));
  const count = Math.max(0, ...(data?.series.map(({ values }) => values.length) ?? []));
  if (!data || count === 0 || count > mostPoints) return undefined;

  const all = data.series.flatMap(({ values }) => values);
  const [low, high] = data.range ?? [Math.min(0, ...all), Math.max(...all, 1)];
  if (high <= low) return undefined;
  const step = (width - left - 20) / count;
  const x = (i: number) => left + step * (i + 0.5);
  const y = (value: number) => top + (height - top - bottom) * (1 - (value - low) / (high - low));
  const bars = data.series.filter(({ kind }) => kind === 'bar').length;
  let bar = 0;
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${describe(data)}">
<text class="heading" x="${left}" y="22">${data.title}</text>
${ticks(low, high).map((value) => html`<path class="grid" d="M${left} ${y(value).toFixed(1)}H${width - 20}"/><text class="small" text-anchor="end" x="${left - 8}" y="${(y(value) + 4).toFixed(1)}">${short(value)}</text>`)}
${data.series.map(({ kind, values }, i) => {
  if (kind === 'line')
    return html`<path class="stroke-${i % 8}" d="${values.map((value, at) => `${at ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join('')}"/>${values.map((value, at) => html`<circle class="fill-${i % 8}" cx="${x(at).toFixed(1)}" cy="${y(value).toFixed(1)}" r="3.5"/>`)}`;
  const thick = (step * 0.7) / bars;
  const shift = thick * bar++ - step * 0.35;
  return values.map((value, at) => {
    const [from, to] = [y(Math.max(value, 0)), y(Math.max(low, Math.min(value, 0)))];
    return html`<rect class="fill-${i % 8}" x="${(x(at) + shift).toFixed(1)}" y="${from.toFixed(1)}" width="${thick.toFixed(1)}" height="${Math.max(0, to - from).toFixed(1)}"/>`;
  });
})}
${data.categories.slice(0, count).map((name, i) => i % Math.ceil(count / 12) === 0 && html`<text class="small" text-anchor="middle" x="${x(i).toFixed(1)}" y="${height - bottom + 18}">${name.slice(0, 16)}</text>`)}
<text class="small" text-anchor="middle" x="${(width + left) / 2}" y="${height - 6}">${data.xTitle}</text>
<text class="small" text-anchor="middle" transform="translate(14 ${(height - bottom + top) / 2}) rotate(-90)">${data.yTitle}</text>
</svg>`;
}

function read(lines: readonly string[]): Chart | undefined {
  const data: Chart = { title: '', categories: [], xTitle: '', yTitle: '', range: undefined, series: [] };
  for (const line of lines) {
    const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    if (word === 'title') data.title = bare(rest);
    else if (word === 'x-axis') {
      const axis = /^(?<title>"[^"]*"|[^[\]]*?)\s*(?:\[(?<list>.*)\])?$/.exec(rest)?.groups;
      if (!axis || rest.includes('-->')) return undefined;
      data.xTitle = bare(axis.title ?? '');
      data.categories = items(axis.list ?? '').map(bare);
    } else if (word === 'y-axis') {
      const axis = /^(?<title>"[^"]*"|.*?)(?:\s*(?<low>-?[\d.]+)\s*-->\s*(?<high>-?[\d.]+))?$/.exec(rest)?.groups;
      data.yTitle = bare(axis?.title ?? '');
      if (axis?.low !== undefined) data.range = [Number(axis.low), Number(axis.high)];
    } else if (word === 'bar' || word === 'line') {
      const list = /^(?:"[^"]*"\s*)?\[(.*)\]$/.exec(rest)?.[1];
      const values = items(list ?? '').map(Number);
      if (list === undefined || !values.every(Number.isFinite)) return undefined;
      data.series.push({ kind: word, values });
    } else return undefined;
  }
  return data;
}

function items(list: string): string[] {
  return [...list.matchAll(/\s*("[^"]*"|[^,]+)\s*(?:,|$)/g)].map(([, item = '']) => item.trim());
}

function bare(text: string): string {
  return text.trim().replace(/^"(.*)"$/, '$1');
}

/** About five round numbers between the ends. */
function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const found: number[] = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step / 1000; value += step) found.push(value);
  return found;
}

function short(value: number): string {
  return new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 }).format(value);
}

function describe({ title, categories, series }: Chart): string {
  const values = series.map((one) => one.values.map((value, i) => `${categories[i] ?? i + 1} ${value}`).join(', '));
  return `Chart ${title}: ${values.join('; ')}`;
}
