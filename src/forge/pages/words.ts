import { html } from 'hono/html';
import type { Html } from './layout.ts';

const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const absolute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

/** "3 hours ago", as seen at `now`. */
export function ago(then: Date, now: Date): string {
  const seconds = (then.getTime() - now.getTime()) / 1000;
  const step = steps.find(([, size]) => Math.abs(seconds) >= size);
  return step ? relative.format(Math.trunc(seconds / step[1]), step[0]) : 'just now';
}

/** A `<time>` whose machine form is the ISO time and whose title is the full date. */
export function time(iso: string | null | undefined, now: Date): Html {
  const then = new Date(iso ?? '');
  if (Number.isNaN(then.getTime())) return html`at an unknown time`;
  return html`<time datetime="${then.toISOString()}" title="${absolute.format(then)} UTC">${ago(then, now)}</time>`;
}

/** "1 comment", "2 comments". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** "820 bytes", "1.2 kB". */
export function sized(bytes: number): string {
  if (bytes < 1000) return counted(bytes, 'byte');
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
