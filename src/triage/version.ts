/**
 * Orders two versions as servers give them: −1, 0 or 1, or undefined where there is no telling. Semantic versions (with or
 * without a leading v, any number of parts, pre-releases before their release, build metadata ignored; semver.org 2.0.0,
 * section 11), what `git describe` makes of them, and dates (2025-06-01, 20250601, 2025.6.1, with a time or not). A date and a
 * number that is none have no order.
 */
export function compareVersions(a: string, b: string): -1 | 0 | 1 | undefined {
  const [x, y] = [parse(a), parse(b)];
  if (!x || !y || isYear(x) !== isYear(y)) return undefined;
  for (let i = 0; i < Math.max(x.parts.length, y.parts.length); i += 1) {
    const difference = order(x.parts[i] ?? 0n, y.parts[i] ?? 0n);
    if (difference) return difference;
  }
  if (!x.pre.length || !y.pre.length) return order(y.pre.length, x.pre.length);
  for (let i = 0; i < Math.max(x.pre.length, y.pre.length); i += 1) {
    const difference = preOrder(x.pre[i], y.pre[i]);
    if (difference) return difference;
  }
  return 0;
}

interface Version {
  parts: bigint[];
  pre: string[];
}

const NUMBER = /^(\d{1,18}(?:\.\d{1,18}){0,5})/;
const DATE = /^((?:19|20)\d\d)-?(\d\d)-?(\d\d)(?:[T ._-]?(\d\d):?(\d\d)(?::?(\d\d))?(?:\.\d{1,9})?Z?)?$/;
const DESCRIBED = /^-(\d{1,9})-g[0-9a-f]{4,40}$/;
/** After a hyphen as in semantic versions, or joined on as in Python's: 1.4.0-rc.1, 1.4.0rc1, 1.4.0.dev3. */
const PRE =
  /^(?:-(?=[0-9a-z])|[.-]?(?=(?:alpha|beta|a|b|c|rc|dev|pre|preview)[.-]?\d|(?:alpha|beta|rc|dev|pre|preview)$))([0-9a-z-]+(?:\.[0-9a-z-]+)*)$/;

function parse(text: string): Version | undefined {
  const version = text
    .trim()
    .toLowerCase()
    .replace(/^(?:version |release[ -])?v?\.?(?=\d)/, '')
    .replace(/\+[0-9a-z.-]+$/, '')
    .replace(/-dirty$/, '');
  const date = DATE.exec(version.toUpperCase());
  if (date) return { parts: date.slice(1).map((part) => BigInt(part ?? 0)), pre: [] };
  const number = NUMBER.exec(version)?.[1];
  if (!number) return undefined;
  const parts = number.split('.').map(BigInt);
  const rest = version.slice(number.length);
  if (rest === '') return { parts, pre: [] };
  const described = DESCRIBED.exec(rest)?.[1];
  if (described) return { parts: [...parts, BigInt(described)], pre: [] };
  const pre = PRE.exec(rest)?.[1];
  // rc1 and rc.1 are the same: letters and digits are identifiers of their own.
  return pre
    ? {
        parts,
        pre: pre
          .replace(/([a-z])-?(?=\d)/g, '$1.')
          .split('.')
          .filter(Boolean),
      }
    : undefined;
}

function isYear({ parts }: Version): boolean {
  const first = parts[0] ?? 0n;
  return first >= 1990n && first < 2100n;
}

/** Numbers before words, numbers by value, words by letter; a longer list comes after its beginning. */
function preOrder(a: string | undefined, b: string | undefined): -1 | 0 | 1 {
  if (a === undefined || b === undefined) return order(a === undefined ? 0 : 1, b === undefined ? 0 : 1);
  const [x, y] = [/^\d{1,18}$/.test(a), /^\d{1,18}$/.test(b)];
  if (x && y) return order(BigInt(a), BigInt(b));
  if (x !== y) return x ? -1 : 1;
  return order(a, b);
}

function order<T extends bigint | number | string>(a: T, b: T): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0;
}
