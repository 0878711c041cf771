import type { Tokens } from '../code/lex.ts';
import { argumentValue, closing, keyAt, keyed, type Registration, stringAt, type ToolScan, valueAt } from './scan.ts';

/**
 * The idioms of Go's SDKs: `mcp.NewTool("x", …)` and wrappers with such a name (generic ones included), `mcp.Tool{Name:
 * "x"}` and lists of them.
 */
export const goTools: ToolScan = (tokens) => {
  const { kind, text } = tokens;
  const found: (Registration | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    if (kind[at] !== 'name') continue;
    const name = text[at] as string;
    if (maker.test(name) && text[at - 1] !== 'func') found.push(called(tokens, at));
    else if (name === 'Tool' && text[at + 1] === '{') found.push(keyed(tokens, at + 1, 'Name'));
    else if (name === 'Name' && text[at + 1] === ':' && text[at - 1] === '{') found.push(inList(tokens, at));
  }
  return found.filter((each) => each !== undefined);
};

const maker = /^(?:new|must|add|register|define|convert|create|make|build)\w*tool(?:with\w+)?$/i;

function called(tokens: Tokens, at: number): Registration | undefined {
  let open = at + 1;
  if (tokens.text[open] === '[') open = closing(tokens, open) + 1;
  if (tokens.text[open] !== '(') return undefined;
  // Of the SDK's own it is always the name; others may be given the server first.
  const isSdk = tokens.text[at] === 'NewTool' && tokens.text[at - 1] === '.' && tokens.text[at - 2] === 'mcp';
  return isSdk ? valueAt(tokens, open + 1) : argumentValue(tokens, open + 1);
}

/** `{Name: "x", Description: …}` in a list whose type stands elsewhere. */
function inList(tokens: Tokens, at: number): Registration | undefined {
  const before = tokens.text[at - 2];
  if (before !== '{' && before !== ',') return undefined;
  const value = stringAt(tokens, at + 2);
  const isToolKey = (key: string) => key === 'InputSchema' || key === 'Annotations' || key === 'Description';
  return value?.name && /[_-]/.test(value.name) && keyAt(tokens, at, 1, isToolKey) !== undefined ? value : undefined;
}
