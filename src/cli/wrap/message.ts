export type Json = Record<string, unknown>;
export type Id = string | number;

/** A JSON-RPC message as far as a proxy looks at it; anything may be missing or of another type. */
export interface Message {
  id?: Id;
  method?: string;
  params?: Json;
  result?: Json;
  error?: { code?: number; message?: string };
}

const META = 'io.modelcontextprotocol/';
/** Keys of `_meta` in protocol revision 2026-07-28. */
export const PROTOCOL_VERSION = `${META}protocolVersion`;
export const CLIENT_INFO = `${META}clientInfo`;
export const SERVER_INFO = `${META}serverInfo`;

/** JSON-RPC: the server does not have this method. */
export const METHOD_NOT_FOUND = -32601;

/** What the line says, a batch (protocol revision 2025-03-26) as a list; an empty list if it is no JSON-RPC. */
export function readMessages(line: Buffer): { messages: Message[]; batch: boolean } {
  const value = parsed(line.toString());
  const list = Array.isArray(value) ? value : [value];
  return { messages: list.every(isObject) ? list : [], batch: Array.isArray(value) };
}

/** The same, every number kept as it is written (a schema may hold `18446744073709551615`); `undefined` if that cannot be had. */
export function readExactly(line: Buffer): unknown {
  return parsed(line.toString(), (_key, value, { source }) =>
    typeof value === 'number' ? exact.rawJSON(source) : value,
  );
}

export const objectOf = (value: unknown): Json => (isObject(value) ? value : {});
export const metaOf = ({ params }: Message): Json => objectOf(objectOf(params)._meta);
export const isModern = (meta: Json): boolean => typeof meta[PROTOCOL_VERSION] === 'string';

/** What of a request's `_meta` says who is asking, for a request of our own in the same conversation. */
export function identityOf(meta: Json): Json {
  return Object.fromEntries(Object.entries(meta).filter(([key]) => key.startsWith(META)));
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Reviver = (key: string, value: unknown, context: { source: string }) => unknown;
/** Of ECMAScript 2026, in Node since 22. */
const exact = JSON as unknown as {
  parse(text: string, reviver?: Reviver): unknown;
  rawJSON(text: string): unknown;
};

function parsed(text: string, reviver?: Reviver): unknown {
  try {
    return exact.parse(text, reviver);
  } catch {
    return undefined;
  }
}
