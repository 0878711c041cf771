import { isDeepStrictEqual } from 'node:util';
import type { Expectation } from './probe.ts';

/** The answer of a call, as probes look at it. */
export interface Answer {
  /** The structured result, else the text parsed as JSON; undefined when it is neither. */
  data?: unknown;
  text: string;
  content: unknown[];
}

interface CallResult {
  content?: unknown;
  structuredContent?: unknown;
}

export function answerOf(result: CallResult): Answer {
  const content = Array.isArray(result.content) ? (result.content as { type?: string; text?: string }[]) : [];
  const text = content
    .filter((part) => part.type === 'text')
    .map((part) => part.text ?? '')
    .join('\n');
  const data = result.structuredContent ?? parsed(text);
  return { ...(data === undefined ? {} : { data }), text, content };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const DEPTH = 20;

/** The steps of a JSON pointer (RFC 6901) below one of an answer's parts; undefined when it is none. `*` stands for every entry. */
export function readPath(path: string): string[] | undefined {
  if (path.length > 500 || !/^\/(?:data|text|content)(?:\/|$)/.test(path)) return undefined;
  const steps = path
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return steps.length <= DEPTH ? steps : undefined;
}

/** Everything a path leads to; nothing where it is none. */
export function valuesAt(answer: Answer, path: string): unknown[] {
  return select(answer, readPath(path) ?? ['']);
}

function select(answer: Answer, steps: string[]): unknown[] {
  return steps.reduce<unknown[]>((values, step) => values.flatMap((value) => children(value, step)), [answer]);
}

function children(value: unknown, step: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (step === '*') return Object.values(value);
  return Object.hasOwn(value, step) ? [(value as Record<string, unknown>)[step]] : [];
}

/** Why an answer is not as expected, in a sentence; undefined when it is. */
export function mismatch(answer: Answer, { path, is, value: text }: Expectation): string | undefined {
  const steps = readPath(path);
  if (!steps) return `${path} is no path`;
  const found = select(answer, steps);
  const there = found.filter((each) => each !== null && each !== undefined);
  const value: unknown = JSON.parse(text);
  switch (is) {
    case 'present':
      return there.length > 0 ? undefined : `nothing is at ${path}`;
    case 'absent':
      return there.length === 0 ? undefined : `something is at ${path}`;
    case 'equal':
      if (found.length === 0) return `nothing is at ${path}`;
      return found.every((each) => isDeepStrictEqual(each, value))
        ? undefined
        : `what is at ${path} is ${shownValue(found)}, not ${short(text)}`;
    case 'containing':
      if (found.length === 0) return `nothing is at ${path}`;
      return found.some((each) => contains(each, value))
        ? undefined
        : `what is at ${path} is ${shownValue(found)} and does not contain ${short(text)}`;
    case 'at_least': {
      if (typeof value !== 'number') return `at_least needs a number, not ${short(text)}`;
      const count = steps.includes('*') ? there.length : sizeOf(found[0]);
      return count >= value ? undefined : `${path} has ${count} entries, fewer than ${value}`;
    }
  }
}

function contains(found: unknown, value: unknown): boolean {
  if (typeof found === 'string') return found.includes(typeof value === 'string' ? value : JSON.stringify(value));
  if (Array.isArray(found)) return found.some((each) => isDeepStrictEqual(each, value));
  return isDeepStrictEqual(found, value);
}

function sizeOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

function shownValue(found: unknown[]): string {
  return short(JSON.stringify(found.length === 1 ? found[0] : found));
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
