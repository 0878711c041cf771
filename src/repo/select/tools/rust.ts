import type { Tokens } from '../code/lex.ts';
import { closing, keyAt, keyed, type Registration, stringAt, type ToolScan } from './scan.ts';

/**
 * The idioms of Rust's SDKs: `#[tool(name = "x")]` above a function (rmcp; without a name it is the function's),
 * `#[mcp_tool(name = "x")]` above a struct (rust-mcp-sdk), `Tool::new("x", …)`, `Tool { name: "x".into() }`,
 * registries, traits with `fn name(&self) -> &str { "x" }`, and definitions inside `json!`.
 */
export const rustTools: ToolScan = (tokens) => {
  const { kind, text } = tokens;
  const found: (Registration | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const next = text[at + 1];
    const before = text[at - 1];
    if (kind[at] === 'mark') {
      if (text[at] === '#' && next === '[') found.push(attributed(tokens, at));
    } else if (kind[at] === 'string') {
      if (text[at] === 'name' && next === ':') found.push(inJson(tokens, at));
    } else if (text[at] === 'Tool' && next === '{') {
      found.push(toolLiteral(tokens, at + 1));
    } else if (text[at] === 'new' && next === '(' && text[at - 3] === 'Tool') {
      found.push(stringAt(tokens, at + 2));
    } else if (adders.has(text[at] as string) && next === '(' && before === '.' && registry.test(text[at - 2] ?? '')) {
      found.push(stringAt(tokens, at + 2));
    } else if (text[at] === 'fn' && (next === 'name' || next === 'tool_name')) {
      found.push(returned(tokens, at));
    } else if (before === 'const' && /(?:^|_)NAME$/.test(text[at] as string)) {
      found.push(constant(tokens, at));
    }
  }
  return found.filter((each) => each !== undefined);
};

const adders = new Set(['register', 'register_tool', 'add_tool']);
/** What `.register("x"` must be called on: many things can be registered. */
const registry = /tool|regist|router|server/i;

/** In tokens. */
const itemReach = 60;

/** The tool attribute may be followed by others, by comments and by visibility; then comes the item. */
function attributed(tokens: Tokens, at: number): Registration | undefined {
  const { text, line } = tokens;
  let name = at + 2;
  while (text[name + 1] === ':' && name < at + 8) name += 3;
  if (text[name] !== 'tool' && text[name] !== 'mcp_tool') return undefined;
  const here = line[at] as number;
  const close = closing(tokens, at + 1);
  const given = text[name + 1] === '(' ? keyed(tokens, name + 1, 'name') : undefined;
  if (given) return { ...given, line: here };
  for (let item = close + 1; item < Math.min(text.length, close + itemReach); item++) {
    if (text[item] === 'fn' || text[item] === 'struct') return { name: text[item + 1] as string, line: here };
    if (text[item] === '{') return undefined;
  }
  return undefined;
}

/** `Tool { name: "x".into() }`, `Tool { name: Cow::Borrowed("x") }`. */
function toolLiteral(tokens: Tokens, open: number): Registration | undefined {
  const key = keyAt(tokens, open, 0, (text) => text === 'name');
  if (key === undefined) return undefined;
  const { kind, text } = tokens;
  let at = key + 2;
  while (at < key + 12 && text[at] !== ',' && kind[at] !== 'string') at++;
  return stringAt(tokens, at);
}

function inJson(tokens: Tokens, at: number): Registration | undefined {
  const isToolKey = (key: string) => key === 'description' || key === 'inputSchema' || key === 'input_schema';
  return keyAt(tokens, at, 1, isToolKey) === undefined ? undefined : stringAt(tokens, at + 2);
}

/** `fn name(&self) -> &str { "x" }`. */
function returned(tokens: Tokens, at: number): Registration | undefined {
  const open = tokens.text.slice(at, at + 20).indexOf('{') + at;
  return open > at && tokens.text[open + 2] === '}' ? stringAt(tokens, open + 1) : undefined;
}

/** `const NAME: &str = "x"`. */
function constant(tokens: Tokens, at: number): Registration | undefined {
  const equals = tokens.text.slice(at, at + 10).indexOf('=') + at;
  return equals > at ? stringAt(tokens, equals + 1) : undefined;
}
