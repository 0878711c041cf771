import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { assertPortable } from '../../src/model/schema.ts';

const Portable = z.object({
  title: z.string().describe('One line'),
  words: z.string().refine((text) => text.length < 80, 'too long'),
  size: z.int().min(0).max(100),
  share: z.number(),
  sure: z.boolean(),
  nothing: z.null(),
  version: z.literal(1),
  order: z.literal(['asc', 'desc']),
  change: z.enum(['add', 'modify', 'remove']),
  note: z.string().nullable(),
  maybe: z.enum(['yes', 'no']).nullable(),
  either: z.union([z.string(), z.number()]),
  probes: z
    .array(z.object({ tool: z.string() }))
    .min(1)
    .max(3),
  pairs: z.array(z.strictObject({ key: z.string(), value: z.string() })).nullable(),
  edits: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('replace'), path: z.string(), search: z.string(), replace: z.string() }),
      z.object({ kind: z.literal('delete'), path: z.string() }),
    ]),
  ),
  later: z.lazy(() => z.object({ when: z.string() })),
});

type Schema = {
  type?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: unknown;
};

function objectsIn(node: unknown, found: Schema[] = []): Schema[] {
  if (typeof node !== 'object' || node === null) return found;
  if ((node as Schema).properties) found.push(node as Schema);
  for (const child of Object.values(node)) objectsIn(child, found);
  return found;
}

test('lets through what all three formats take, and all three describe it alike', () => {
  assertPortable('draft', Portable);
  const schemas = [
    zodOutputFormat(Portable).schema,
    zodTextFormat(Portable, 'draft').schema,
    zodResponseFormat(Portable, 'draft').json_schema.schema,
  ];
  const shapes = schemas.map((schema) => {
    const objects = objectsIn(schema);
    for (const object of objects) {
      expect(object.additionalProperties).toBe(false);
      expect(object.required).toEqual(Object.keys(object.properties ?? {}));
    }
    return objects.map((object) => Object.keys(object.properties ?? {}).join()).sort();
  });
  expect(shapes[0]).toHaveLength(6);
  expect(shapes[1]).toEqual(shapes[0]);
  expect(shapes[2]).toEqual(shapes[0]);
});

interface Tree {
  children: Tree[];
}
const Tree: z.ZodType<Tree> = z.object({ children: z.array(z.lazy(() => Tree)) });

test.each<[string, z.ZodType, RegExp]>([
  ['an optional property', z.object({ note: z.string().optional() }), /optional at \/properties\/note/],
  ['a nullish property', z.object({ note: z.string().nullish() }), /optional/],
  ['a default', z.object({ note: z.string().default('') }), /default/],
  ['a record', z.object({ env: z.record(z.string(), z.string()) }), /record/],
  ['a map', z.object({ env: z.map(z.string(), z.string()) }), /map/],
  ['a tuple', z.object({ range: z.tuple([z.number(), z.number()]) }), /tuple/],
  ['anything', z.object({ value: z.unknown() }), /unknown/],
  ['any', z.object({ value: z.any() }), /any/],
  ['a transform', z.object({ value: z.string().transform(Number) }), /pipe|transform/],
  [
    'an intersection',
    z.object({ both: z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() })) }),
    /intersection/,
  ],
  [
    'a loose object',
    z.object({ value: z.looseObject({ a: z.string() }) }),
    /unknown at .properties.value.additionalProperties/,
  ],
  ['an object with a catch-all', z.object({ a: z.string() }).catchall(z.string()), /an open object/],
  ['a date', z.object({ when: z.date() }), /date/],
  ['a bound on length', z.object({ title: z.string().max(80) }), /maxLength at \/properties\/title/],
  ['a pattern', z.object({ title: z.string().regex(/^a/) }), /pattern/],
  ['a format', z.object({ link: z.url() }), /format/],
  ['a multiple', z.object({ size: z.number().multipleOf(5) }), /multipleOf/],
  ['recursion', Tree, /cycle/i],
  ['a list at the root', z.array(z.string()), /no object/],
  ['a union at the root', z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]), /no object/],
  ['a text at the root', z.string(), /no object/],
])('refuses %s', (_, schema, reason) => {
  for (let twice = 0; twice < 2; twice += 1) expect(() => assertPortable('draft', schema)).toThrow(reason);
});

test('refuses a name that cannot name a schema', () => {
  for (const name of ['', 'draft 1', 'draft/1', 'x'.repeat(65)])
    expect(() => assertPortable(name, Portable)).toThrow(TypeError);
});
