/** What a log says of one undelivered report: its body, or why that cannot be read. */
export type Unsent = { body: Record<string, unknown> } | { broken: 'cut off' | 'not readable' | 'empty' };

/**
 * The undelivered reports in one line of a log. Drop-ins of all generations and languages write
 * `PATCHWORKMCP_UNSENT_FEEDBACK reason=… payload={…}` (a middleware of the hosted service: `UNSENT_FEEDBACK: {…}`); what wraps
 * lines may have put anything around it, colours into it, and may have escaped it, more than once: a string in JSON, or CSV.
 */
export function unsentIn(line: string): Unsent[] {
  const plain = line.replace(COLOUR, '');
  const found: Unsent[] = [];
  let from = 0;
  for (let mark = MARK.exec(plain); mark; mark = MARK.exec(plain.slice(from))) {
    const start = from + mark.index + mark[0].length;
    const next = plain.slice(start).search(MARK);
    const payload = /payload(?:=|\\+u003[dD])/.exec(plain.slice(start))?.index ?? 0;
    const brace = plain.indexOf('{', start + payload);
    const beyond = brace < 0 || (next >= 0 && brace > start + next);
    if (beyond) {
      if (/^\s+reason/.test(plain.slice(start))) found.push({ broken: 'cut off' });
      from = start;
      continue;
    }
    const { report, end } = payloadAt(plain, brace);
    found.push(report);
    from = end;
  }
  return found;
}

const MARK = /UNSENT_FEEDBACK(?=\s+reason|:|\\|")/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of terminals begin with one
const COLOUR = /\u001b\[[0-9;]*[A-Za-z]/g;
/** So many times may a line have been put into a string. */
const MOST_LAYERS = 5;

/** Text with the place in the line that each of its characters came from. */
interface Layer {
  text: string;
  at: number[];
}

function payloadAt(line: string, brace: number): { report: Unsent; end: number } {
  const text = line.slice(brace);
  let cut = /^\{(?:\\|"|u00)*$/.test(text);
  let layer: Layer = { text, at: Array.from({ length: text.length }, (_, index) => brace + index) };
  const tried: Layer[] = [];
  for (let depth = 0; depth < MOST_LAYERS && layer.text; depth++) {
    tried.push(layer);
    layer = /^\{\\*""/.test(layer.text) ? unquoted(layer) : unescaped(layer, true);
  }
  // A text shown with its backslashes doubled but its quotes as they are.
  for (const { text, at } of [...tried, ...tried.slice(0, 1).map((first) => unescaped(first, false))]) {
    const length = objectLength(text);
    if (length === undefined) continue;
    const body = length === 0 ? undefined : objectOf(text.slice(0, length));
    if (length === 0) cut = true;
    if (!body) continue;
    const said = typeof body.what_i_needed === 'string' && body.what_i_needed.trim() !== '';
    return { report: said ? { body } : { broken: 'empty' }, end: (at[length - 1] ?? brace) + 1 };
  }
  return { report: { broken: cut ? 'cut off' : 'not readable' }, end: brace + 1 };
}

/** How long the JSON object at the start of the text is: 0 if its end is missing, `undefined` if it is none. */
function objectLength(text: string): number | undefined {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (char === '"') index = endOfString(text, index);
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') {
      depth--;
      if (depth === 0) return index + 1;
    } else if (char === '\\') return undefined;
  }
  return /^\{\s*"/.test(text) ? 0 : undefined;
}

/** Where the string that begins at `start` has its closing quote; the length of the text if it has none. */
function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === '"') return index;
  }
  return text.length;
}

const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** One layer of backslashes taken off; `quoted`: the text ends where the string around it does. */
function unescaped({ text, at }: Layer, quoted: boolean): Layer {
  const inner: Layer = { text: '', at: [] };
  const chars: string[] = [];
  for (let index = 0; index < text.length; index++) {
    const char = text[index] ?? '';
    if (quoted && char === '"') break;
    inner.at.push(at[index] ?? 0);
    if (char !== '\\') {
      chars.push(char);
      continue;
    }
    const [, code] = /^(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))/.exec(text.slice(index + 1, index + 6)) ?? [];
    if (code) {
      chars.push(String.fromCharCode(Number.parseInt(code, 16)));
      index += code.length + 1;
    } else {
      const next = text[index + 1] ?? '';
      chars.push(ESCAPES[next] ?? next);
      index += 1;
    }
  }
  inner.text = chars.join('');
  return inner;
}

/** A field of a CSV file: quotes are doubled, a single one ends it. */
function unquoted({ text, at }: Layer): Layer {
  const chars: string[] = [];
  const places: number[] = [];
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '"') {
      if (text[index + 1] !== '"') break;
      index += 1;
    }
    chars.push(text[index] ?? '');
    places.push(at[index] ?? 0);
  }
  return { text: chars.join(''), at: places };
}

function objectOf(json: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
