import { createHash } from 'node:crypto';

/** The first 16 hexadecimal digits of the SHA-256: how drop-ins hash sessions and surfaces. */
export const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

const SHAPES: Record<string, string> = {
  ulid: '[0-7][0-9A-HJKMNP-TV-Z]{25}',
  session: '[0-9a-f]{16}',
  handle: 'fbk_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
};
const PLACEHOLDER = /<(ulid|session|handle) \w+>/g;

/**
 * Compares what happened with what a vector says: a list of differences, empty when all is well. `bound` remembers what each
 * placeholder stood for.
 */
export function differences(actual: unknown, expected: unknown, bound: Map<string, string>, where = ''): string[] {
  if (typeof expected === 'string') return text(actual, expected, bound, where);
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return [wrong(where, actual, expected)];
    return expected.flatMap((entry, index) => differences(actual[index], entry, bound, `${where}[${index}]`));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null) return [wrong(where, actual, expected)];
    const [left, right] = [actual as Record<string, unknown>, expected as Record<string, unknown>];
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].flatMap((key) => differences(left[key], right[key], bound, `${where}.${key}`));
  }
  return actual === expected ? [] : [wrong(where, actual, expected)];
}

function text(actual: unknown, expected: string, bound: Map<string, string>, where: string): string[] {
  const hashed = /^<hash of ([\s\S]*)>$/.exec(expected);
  const inner = (hashed?.[1] ?? expected).replace(PLACEHOLDER, (name) => bound.get(name) ?? name);
  const wanted = hashed ? shortHash(inner) : inner;
  if (typeof actual !== 'string') return [wrong(where, actual, wanted)];
  const free: string[] = [];
  const pattern = wanted
    .split(/(<(?:ulid|session|handle) \w+>)/)
    .map((part, index) => {
      if (index % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      free.push(part);
      return `(${SHAPES[part.slice(1, part.indexOf(' '))]})`;
    })
    .join('');
  const match = new RegExp(`^${pattern}$`).exec(actual);
  if (!match) return [wrong(where, actual, wanted)];
  free.forEach((name, index) => {
    bound.set(name, match[index + 1] ?? '');
  });
  return [];
}

const wrong = (where: string, actual: unknown, expected: unknown) =>
  `${where || 'value'} is ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`;
