import type { Tool } from '../../../dropins/typescript/feedback-tool.ts';
import { type Json, objectOf } from './message.ts';

/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * The headers of a `tools/call` for parameters that the tool's schema marks with `x-mcp-header` (protocol revision 2026-07-28,
 * Streamable HTTP): `Mcp-Param-<name>` with the value as text. A client on stdio knows nothing of them.
 */
export function parameterHeaders(tool: Tool, args: Json): Record<string, string> {
  const headers: Record<string, string> = {};
  const visit = (schema: Json, value: unknown): void => {
    const name = schema['x-mcp-header'];
    const text = ['string', 'boolean', 'number'].includes(typeof value) ? String(value) : undefined;
    if (typeof name === 'string' && TOKEN.test(name) && text !== undefined)
      headers[`Mcp-Param-${name}`] = encoded(text);
    for (const [key, property] of Object.entries(objectOf(schema.properties))) {
      visit(objectOf(property), Object.hasOwn(objectOf(value), key) ? objectOf(value)[key] : undefined);
    }
  };
  visit(objectOf(tool.inputSchema), args);
  return headers;
}

/** Printable ASCII as it is, anything else in the specification's Base64 form. */
function encoded(text: string): string {
  const plain = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text);
  return plain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}
