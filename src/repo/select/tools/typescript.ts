import type { Tokens } from '../code/lex.ts';
import { argument, keyAt, keyed, type Registration, type ToolScan, valueAt } from './scan.ts';

/**
 * The idioms of TypeScript's and JavaScript's SDKs: `server.tool("x", …)`, `registerTool("x", …)`, `addTool({name})`
 * and wrappers around them, tool objects in lists, classes with a `name`, and maps of `x: tool({…})`.
 */
export const typescriptTools: ToolScan = (tokens) => {
  const { kind, text } = tokens;
  const found: (Registration | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    if (kind[at] === 'mark') continue;
    const name = text[at] as string;
    const next = text[at + 1];
    if (next === '(' && registrar.test(name) && text[at - 1] !== 'function') found.push(called(tokens, at));
    else if (next === ':' && name === 'name') found.push(inObject(tokens, at));
    else if ((name === 'name' || name === 'toolName') && isMember(text, at)) found.push(field(tokens, at));
  }
  return found.filter((each) => each !== undefined);
};

const registrar = /^(?:tool|(?:register|add|define|create|make|server)\w*Tool)$/i;

/** The name is the first argument, or the second behind the server, or a key of either. */
function called(tokens: Tokens, at: number): Registration | undefined {
  const { kind, text, line } = tokens;
  const open = at + 1;
  const here = line[at] as number;
  if (text[at] === 'tool' && text[at - 1] === ':' && kind[at - 2] === 'name')
    return { name: text[at - 2] as string, line: here };
  for (const index of [0, 1]) {
    const start = argument(tokens, open, index);
    if (start === undefined) break;
    const value =
      text[start] === '{'
        ? keyed(tokens, start, 'name')
        : kind[start] === 'string' || index === 0
          ? valueAt(tokens, start)
          : undefined;
    if (value?.name !== undefined) return { ...value, line: here };
    if (value?.constant !== undefined && /tool|name/i.test(text.slice(start, start + 3).join('')))
      return { ...value, line: here };
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

/** `{name: "x", description: …, inputSchema: …}`. A plain word with a description could be anything: it needs a schema. */
function inObject(tokens: Tokens, at: number): Registration | undefined {
  const before = tokens.text[at - 1];
  const value = tokens.kind[at + 2] === 'string' ? valueAt(tokens, at + 2) : undefined;
  if (!value?.name || (before !== '{' && before !== ',')) return undefined;
  const compound = /[_-]/.test(value.name);
  const isToolKey = (key: string) => schemaKeys.has(key) || (compound && (key === 'description' || key === 'title'));
  return keyAt(tokens, at, 1, isToolKey) === undefined ? undefined : value;
}

const modifiers = new Set(['static', 'public', 'readonly', 'override', 'protected', 'private']);

/** `static readonly toolName = "x"`, `public name: string = "x"`, and `name = "x"` in the body of a class. */
function isMember(text: readonly string[], at: number): boolean {
  return modifiers.has(text[at - 1] ?? '') || (text[at] === 'toolName' && text[at - 1] !== '.' && text[at + 1] === '=');
}

function field(tokens: Tokens, at: number): Registration | undefined {
  for (let equals = at + 1; equals < at + 12; equals++) {
    const token = tokens.text[equals];
    if (token === '=') return tokens.kind[equals + 1] === 'string' ? valueAt(tokens, equals + 1) : undefined;
    if (token === ';' || token === '(' || token === '{') return undefined;
  }
  return undefined;
}
