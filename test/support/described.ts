import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Description, Operation, Schema } from '../../src/http/openapi.ts';

/** One operation of an OpenAPI description, and where it stands. */
export interface Described {
  method: string;
  path: string;
  operation: Operation;
  /** What a key needs; undefined where none is asked for. */
  scope: string | undefined;
}

export function operationsOf(description: Description): Described[] {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
      scope: operation.security[0]?.key?.[0],
    })),
  );
}

/** Says what of an answer is not as described: its status, its type, its body, down to fields that nobody mentioned. */
export function checkerOf(description: Description): (one: Described, reply: Response) => Promise<string[]> {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(closed(structuredClone(description)) as object, 'api');
  return async ({ method, path, operation }, reply) => {
    const described = operation.responses[reply.status];
    if (!described) return [`status ${reply.status} is not described: ${await reply.text()}`];
    const text = await reply.text();
    const content = Object.keys(described.content ?? {});
    if (reply.status === 304 || content.length === 0) return [];
    const type = (reply.headers.get('content-type') ?? '').split(';')[0] ?? '';
    if (!content.includes(type)) return [`type ${type} is not described, but ${content}`];
    if (type !== 'application/json') return [];
    const pointer = ['paths', path, method.toLowerCase(), 'responses', String(reply.status), 'content', type, 'schema'];
    const ref = `api#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
    const validate = ajv.getSchema(ref) ?? ajv.compile({ $ref: ref });
    return validate(JSON.parse(text)) ? [] : [`${ajv.errorsText(validate.errors)}: ${text.slice(0, 300)}`];
  };
}

/** A field that is not described is a mistake of ours, although clients have to live with new ones. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) schema.forEach(closed);
  else if (schema && typeof schema === 'object') {
    const own = schema as Schema;
    if (own.type === 'object' && own.properties && own.additionalProperties === undefined)
      own.additionalProperties = false;
    for (const value of Object.values(own)) closed(value);
  }
  return schema;
}
