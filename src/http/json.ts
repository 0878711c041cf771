import { PatchworkError } from '../report/index.ts';

/** Reads a body as JSON. Throws `invalid_json`; a name given twice is refused too, because readers differ on which one counts. */
export async function readJson(request: { text(): Promise<string> }): Promise<unknown> {
  const text = await request.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PatchworkError('invalid_json', 'The body is not valid JSON.');
  }
  if (namesTwice(text)) throw new PatchworkError('invalid_json', 'The body gives a field twice.');
  return value;
}

/** Whether the outermost object of a valid JSON text has a name twice. */
function namesTwice(text: string): boolean {
  const names = new Set<string>();
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/gs;
  let depth = 0;
  for (const [token, colon] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (colon && depth === 1) {
      const name = JSON.parse(token.slice(0, token.length - colon.length)) as string;
      if (names.has(name)) return true;
      names.add(name);
    }
  }
  return false;
}
