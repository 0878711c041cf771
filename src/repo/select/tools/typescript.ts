import type { Tokens } from '../code/lex.ts';
import { argument, argumentValue, closing, keyAt, keyed, type Registration, stringAt, type ToolScan } from './scan.ts';

/**
 * The idioms of TypeScript's and JavaScript's SDKs: `server.tool("x", …)`, `registerTool("x", …)`, `addTool({name})`
 * and wrappers around them, tool objects in lists, classes with a `name`, and maps of `x: tool({…})`.
 */
export const typescriptTools: ToolScan = (tokens) => {
  const { kind, text } = tokens;
  const found: (Registration | undefined)[] = [];
  const declared = nameOf(tokens);
  for (let at = 0; at < text.length; at++) {
    if (kind[at] === 'mark') continue;
    const name = text[at] as string;
    const next = text[at + 1];
    if (next === '(' && registrar.test(name) && text[at - 1] !== 'function') found.push(called(tokens, at));
    else if (next === ':' && name === 'name' && !modifiers.has(text[at - 1] ?? '')) found.push(inObject(tokens, at));
    else if (name === 'name' && (next === ',' || next === '}')) found.push(shorthand(tokens, at, declared));
    else if (name === 'name' || name === 'toolName') found.push(field(tokens, at));
  }
  return found.filter((each) => each !== undefined);
};

const registrar = /^(?:tool|(?:register|add|define|create|make|server)\w*Tool)$/i;

/** The name is the first argument, or the second behind the server, or a key of either. */
function called(tokens: Tokens, at: number): Registration | undefined {
  const { kind, text, line } = tokens;
  const open = at + 1;
  const here = line[at] as number;
  const isValueOfKey = text[at] === 'tool' && text[at - 1] === ':' && kind[at - 2] === 'name';
  if (isValueOfKey) return { name: text[at - 2] as string, line: here };
  for (const index of [0, 1]) {
    const start = argument(tokens, open, index);
    if (start === undefined) break;
    const value = text[start] === '{' ? keyed(tokens, start, 'name') : argumentValue(tokens, start);
    if (value) return { ...value, line: here };
  }
  return undefined;
}

const schemaKeys = new Set([
  'inputSchema',
  'input_schema',
  'outputSchema',
  'parameters',
  'annotations',
  'argsShape',
  'handler',
  'execute',
]);

/** `const name = "x"` and then `{name, description, inputSchema, …}`: a file for each tool. */
function shorthand(tokens: Tokens, at: number, declared: Registration | undefined): Registration | undefined {
  const { text } = tokens;
  if (!declared || (text[at - 1] !== '{' && text[at - 2] !== '{' && text[at - 3] !== '{')) return undefined;
  const open = text.lastIndexOf('{', at);
  const close = closing(tokens, open);
  const isTool = text.slice(at, close).some((key) => schemaKeys.has(key));
  return isTool && text[close + 1] !== '=' ? declared : undefined;
}

/** What a file's `const name = "x"` says. */
function nameOf(tokens: Tokens): Registration | undefined {
  const { text } = tokens;
  const at = text.findIndex((word, i) => word === 'name' && text[i - 1] === 'const' && text[i + 1] === '=');
  return at < 0 ? undefined : stringAt(tokens, at + 2);
}

const modifiers = new Set(['static', 'public', 'readonly', 'override', 'protected', 'private']);

/** `{name: "x", description: …, inputSchema: …}`. A plain word with a description could be anything: it needs a schema. */
function inObject(tokens: Tokens, at: number): Registration | undefined {
  const before = tokens.text[at - 1];
  const value = stringAt(tokens, at + 2);
  if (!value?.name || (before !== '{' && before !== ',')) return undefined;
  const compound = /[_-]/.test(value.name);
  const isToolKey = (key: string) => schemaKeys.has(key) || (compound && (key === 'description' || key === 'title'));
  // What has a version is the server's own introduction.
  if (keyAt(tokens, at, 1, (key) => key === 'version') !== undefined) return undefined;
  return keyAt(tokens, at, 1, isToolKey) === undefined ? undefined : value;
}

/**
 * `static readonly toolName = "x"`, `public name: string = "x"`, and `name = "x"` above a `description` in the body of a
 * class. The name of an error class is a field too, but begins with a capital.
 */
function field(tokens: Tokens, at: number): Registration | undefined {
  const { text } = tokens;
  const equals = text.slice(at + 1, at + 6).indexOf('=') + at + 1;
  if (equals === at || text[at - 1] === '.') return undefined;
  const described = text.slice(equals + 2, equals + 8).includes('description');
  const declared = modifiers.has(text[at - 1] ?? '') || (text[at] === 'toolName' && equals === at + 1);
  const value = declared || described ? stringAt(tokens, equals + 1) : undefined;
  return value && /^[a-z]/.test(value.name as string) ? value : undefined;
}
