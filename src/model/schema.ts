import * as z from 'zod';

const TYPES = new Set([
  'object',
  'array',
  'string',
  'number',
  'boolean',
  'null',
  'literal',
  'enum',
  'nullable',
  'union',
  'lazy',
]);

const KEYWORDS = new Set([
  ...['$schema', 'type', 'properties', 'required', 'additionalProperties', 'items', 'anyOf', 'oneOf', 'enum', 'const'],
  ...['title', 'description', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minItems', 'maxItems'],
]);

const portable = new WeakSet<z.ZodType>();

/**
 * Holds a question's schema to what all providers take and mean alike, and throws a TypeError that names the place otherwise.
 *
 * Safe: an object at the root, and below it objects, arrays, strings, numbers, booleans, null, literals, enums, `nullable`,
 * unions (discriminated or not); ranges of numbers and of array lengths; `describe`; `refine`, which nobody sees but our own
 * check of the answer.
 *
 * Not safe, by provider:
 * - `optional`, `default`, records, tuples: OpenAI's strict mode wants every property required and every object closed, and
 *   `zodOutputFormat` of Anthropic's SDK makes an empty object of a record without a word. Use `nullable` and arrays of pairs.
 * - recursion: Anthropic's API does not take it.
 * - lengths, patterns and formats of strings: OpenAI's strict mode rejects lengths, grammars of compatible servers the others.
 *   Use `refine`.
 * - loose objects, transforms, intersections and everything else: no JSON Schema says what they mean.
 */
export function assertPortable(name: string, schema: z.ZodType): void {
  if (!/^[\w-]{1,64}$/.test(name))
    throw new TypeError(`The question name ${JSON.stringify(name)} cannot name a schema.`);
  if (portable.has(schema)) return;
  const refuse = (path: (string | number)[], what: string): never => {
    throw new TypeError(
      `The schema of the question ${name} has ${what} at /${path.join('/')}, which not every provider takes.`,
    );
  };
  const root = z.toJSONSchema(schema, {
    cycles: 'throw',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema, path }) => {
      const { def } = zodSchema._zod;
      if (!TYPES.has(def.type)) refuse(path, `a ${def.type}`);
      if (def.type === 'object' && jsonSchema.additionalProperties !== false) refuse(path, 'an open object');
      const keyword = Object.keys(jsonSchema).find((key) => !KEYWORDS.has(key));
      if (keyword !== undefined) refuse(path, keyword);
    },
  });
  if (root.type !== 'object') refuse([], 'no object');
  portable.add(schema);
}
