import { keyAt, type Registration, stringAt, type ToolScan } from './scan.ts';

/** Tool definitions kept as data: `{"name": "x", "description": …}`, and operations of an OpenAPI document. */
export const jsonTools: ToolScan = (tokens) => {
  const { kind, text } = tokens;
  const found: (Registration | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    if (kind[at] !== 'string' || text[at + 1] !== ':') continue;
    if (text[at] === 'operationId') found.push(stringAt(tokens, at + 2));
    else if (text[at] === 'name' && keyAt(tokens, at, 1, isToolKey) !== undefined) found.push(stringAt(tokens, at + 2));
  }
  return found.filter((each) => each !== undefined);
};

function isToolKey(key: string): boolean {
  return key === 'description' || key === 'inputSchema' || key === 'input_schema';
}
