import { describe, expect, it } from 'vitest';
import { compareDeclared, diffSurfaces, type SurfaceTool } from '../../src/surface/index.ts';
import { normalise } from '../../src/surface/surface.ts';

type Json = Record<string, unknown>;

const surface = (tools: Json[], more: Partial<Parameters<typeof normalise>[0]> = {}) =>
  normalise({ tools, prompts: [], resources: [], templates: [], ...more });

/** A tool `t` with these properties; those in `required` have to be given. */
const tool = (properties: Json, required: string[] = [], more: Partial<SurfaceTool> = {}): Json => ({
  name: 't',
  description: 'd',
  inputSchema: { type: 'object', properties, required },
  ...more,
});

const between = (base: Json, head: Json) =>
  diffSurfaces(surface([base]), surface([head])).map(({ part, parameters, effect }) => [
    part,
    parameters.join(),
    effect,
  ]);

/** How a change of one parameter's schema is classed. */
const parameter = (before: Json, after: Json) => between(tool({ p: before }), tool({ p: after }))[0]?.[2] ?? 'none';

describe('a parameter', () => {
  it('that is new and optional is additive, required it breaks', () => {
    const base = tool({ a: { type: 'string' } });
    expect(between(base, tool({ a: { type: 'string' }, b: { type: 'string' } }))).toEqual([
      ['parameter', 'b', 'additive'],
    ]);
    expect(between(base, tool({ a: { type: 'string' }, b: { type: 'string' } }, ['b']))).toEqual([
      ['parameter', 'b', 'breaking'],
    ]);
    expect(between(base, tool({}))).toEqual([['parameter', 'a', 'breaking']]);
  });

  it('that has to be given now breaks, that may be left out now does not', () => {
    const [may, must] = [tool({ a: { type: 'string' } }), tool({ a: { type: 'string' } }, ['a'])];
    expect(between(may, must)).toEqual([['parameter', 'a', 'breaking']]);
    expect(between(must, may)).toEqual([['parameter', 'a', 'additive']]);
  });

  it('may hold itself, and refer to others beyond counting', () => {
    const list = { type: 'array', items: { $ref: '#/$defs/n' } };
    const filter = (more: Json) => ({
      ...tool({ p: { $ref: '#/$defs/n' } }),
      inputSchema: {
        type: 'object',
        properties: { p: { $ref: '#/$defs/n' } },
        $defs: { n: { type: 'object', properties: { and: list, or: list, not: { $ref: '#/$defs/n' }, ...more } } },
      },
    });
    expect(between(filter({}), filter({ xor: list }))[0]?.[2]).toBe('additive');
    expect(between(filter({ xor: list }), filter({}))[0]?.[2]).toBe('breaking');
    const doubling = (end: Json) => {
      const steps = Array.from({ length: 60 }, (_, i) => {
        const next = { $ref: `#/$defs/l${i + 1}` };
        return [`l${i}`, { type: 'object', properties: { a: next, b: next } }];
      });
      const $defs = { ...Object.fromEntries(steps), l60: end };
      return { ...tool({}), inputSchema: { type: 'object', properties: { p: { $ref: '#/$defs/l0' } }, $defs } };
    };
    expect(between(doubling({}), doubling({ type: 'string' }))[0]?.[2]).toBe('unknown');
  });

  it('may be called like something that every object has', () => {
    const names = ['constructor', 'toString', 'hasOwnProperty'];
    for (const name of names) {
      expect(between(tool({}), tool({ [name]: { type: 'string' } }))).toEqual([['parameter', name, 'additive']]);
    }
    const proto = JSON.parse('{"__proto__": {"type": "string"}}');
    expect(between(tool({}), tool(proto, ['__proto__']))).toEqual([['parameter', '__proto__', 'breaking']]);
  });

  it.each<[string, Json, Json, string]>([
    ['integer to number', { type: 'integer' }, { type: 'number' }, 'additive'],
    ['number to integer', { type: 'number' }, { type: 'integer' }, 'breaking'],
    ['string to string or null', { type: 'string' }, { type: ['string', 'null'] }, 'additive'],
    ['string or null to string', { anyOf: [{ type: 'string' }, { type: 'null' }] }, { type: 'string' }, 'breaking'],
    ['string to anyOf with it', { type: 'string' }, { anyOf: [{ type: 'string' }, { type: 'number' }] }, 'additive'],
    ['string to number', { type: 'string' }, { type: 'number' }, 'breaking'],
    ['any to string', {}, { type: 'string' }, 'breaking'],
    ['one more value', { enum: ['a'] }, { enum: ['b', 'a'] }, 'additive'],
    ['one value less', { enum: ['a', 'b'] }, { enum: ['a'] }, 'breaking'],
    ['another order of values', { enum: ['a', 'b'] }, { enum: ['b', 'a'] }, 'additive'],
    ['any string to values', { type: 'string' }, { type: 'string', enum: ['a'] }, 'breaking'],
    ['a higher maximum', { type: 'number', maximum: 10 }, { type: 'number', maximum: 100 }, 'additive'],
    ['a lower maximum', { type: 'number', maximum: 10 }, { type: 'number', maximum: 5 }, 'breaking'],
    ['a higher minimum', { type: 'number', minimum: 0 }, { type: 'number', minimum: 1 }, 'breaking'],
    ['a new maximum', { type: 'number' }, { type: 'number', maximum: 5 }, 'breaking'],
    ['no pattern any more', { type: 'string', pattern: 'a' }, { type: 'string' }, 'additive'],
    ['another pattern', { type: 'string', pattern: 'a' }, { type: 'string', pattern: 'b' }, 'unknown'],
    ['another format', { type: 'string', format: 'date' }, { type: 'string', format: 'date-time' }, 'unknown'],
    [
      'wider items',
      { type: 'array', items: { type: 'integer' } },
      { type: 'array', items: { type: 'number' } },
      'additive',
    ],
    ['items of a type now', { type: 'array' }, { type: 'array', items: { type: 'number' } }, 'breaking'],
    ['a keyword nobody knows', { type: 'string' }, { type: 'string', 'x-scope': 'all' }, 'unknown'],
    ['another default', { type: 'number', default: 1 }, { type: 'number', default: 2 }, 'unknown'],
    ['other words', { type: 'string', description: 'a' }, { type: 'string', description: 'b' }, 'additive'],
    ['a reference elsewhere', { $ref: 'https://example.com/a' }, { $ref: 'https://example.com/b' }, 'unknown'],
    [
      'a new field of an object',
      { type: 'object', properties: {} },
      { type: 'object', properties: { x: { type: 'string' } } },
      'additive',
    ],
    ['wider and narrower at once', { type: 'number', maximum: 5 }, { type: 'integer', maximum: 9 }, 'breaking'],
    ['the same', { type: 'string' }, { type: 'string' }, 'none'],
  ])('%s', (_, before, after, effect) => {
    expect(parameter(before, after)).toBe(effect);
  });

  it('is followed through references within the schema', () => {
    const of = (maximum: number): Json => ({
      name: 't',
      inputSchema: {
        type: 'object',
        properties: { p: { $ref: '#/$defs/n' } },
        $defs: { n: { type: 'number', maximum } },
      },
    });
    expect(between(of(5), of(9))).toEqual([['parameter', 'p', 'additive']]);
    expect(between(of(9), of(5))).toEqual([['parameter', 'p', 'breaking']]);
    const loop = {
      name: 't',
      inputSchema: { properties: { p: { $ref: '#/$defs/n' } }, $defs: { n: { $ref: '#/$defs/n' } } },
    };
    expect(between(loop, { ...loop, inputSchema: { ...loop.inputSchema, title: 'x' } })).toEqual([]);
  });
});

describe('a tool', () => {
  it('that closes its input to what it does not know breaks, that opens it does not', () => {
    const closed = { name: 't', inputSchema: { type: 'object', additionalProperties: false } };
    const open = { name: 't', inputSchema: { type: 'object' } };
    expect(between(open, closed)).toEqual([['input', '', 'breaking']]);
    expect(between(closed, open)).toEqual([['input', '', 'additive']]);
  });

  it('whose hints get weaker may do more than before', () => {
    const hinted = (annotations: Json) => tool({}, [], { annotations });
    const capable = (base: Json, head: Json) =>
      diffSurfaces(surface([hinted(base)]), surface([hinted(head)])).map(({ effect, capability }) => [
        effect,
        capability,
      ]);
    expect(capable({ readOnlyHint: true }, {})).toEqual([['unknown', true]]);
    expect(capable({ destructiveHint: false }, { destructiveHint: true })).toEqual([['unknown', true]]);
    expect(capable({ destructiveHint: false }, {})).toEqual([['unknown', true]]);
    expect(capable({ openWorldHint: false }, {})).toEqual([['unknown', true]]);
    expect(capable({}, { readOnlyHint: true })).toEqual([['additive', false]]);
    expect(capable({ readOnlyHint: true }, { readOnlyHint: true, title: 'x' })).toEqual([['additive', false]]);
  });

  it('whose result promises less breaks, more is additive', () => {
    const out = (properties: Json, required: string[] = []) =>
      tool({}, [], { outputSchema: { type: 'object', properties, required } });
    expect(between(tool({}), out({ a: {} }))).toEqual([['result', '', 'additive']]);
    expect(between(out({ a: {} }), tool({}))).toEqual([['result', '', 'breaking']]);
    expect(between(out({ a: {} }), out({ a: {}, b: {} }))).toEqual([['result', '', 'additive']]);
    expect(between(out({ a: {}, b: {} }), out({ a: {} }))).toEqual([['result', '', 'breaking']]);
    expect(between(out({ a: {} }, ['a']), out({ a: {} }))).toEqual([['result', '', 'breaking']]);
    expect(between(out({ a: { type: 'string' } }), out({ a: { type: 'number' } }))).toEqual([
      ['result', '', 'breaking'],
    ]);
    expect(between(out({ a: { type: 'integer' } }), out({ a: { type: 'number' } }))).toEqual([
      ['result', '', 'unknown'],
    ]);
  });

  it('with other words for itself is for a person to look at', () => {
    expect(between(tool({}), tool({}, [], { description: 'other' }))).toEqual([['description', '', 'unknown']]);
  });

  it('is named in a sentence that its name cannot break', () => {
    const evil = { name: 'x`\n# @all\u202e', inputSchema: {} };
    expect(diffSurfaces(surface([]), surface([evil]))[0]?.why).toBe("Tool `x' # @all` was added.");
  });
});

describe('prompts, resources and instructions', () => {
  it('are compared like tools', () => {
    const prompt = (required: boolean) => ({ name: 'p', arguments: [{ name: 'a', required }] });
    const kinds = (base: Json, head: Json) =>
      diffSurfaces(surface([], base), surface([], head)).map(({ of, change, effect }) => [of, change, effect]);
    expect(kinds({}, { prompts: [prompt(false)] })).toEqual([['prompt', 'added', 'additive']]);
    expect(kinds({ prompts: [prompt(false)] }, { prompts: [prompt(true)] })).toEqual([
      ['prompt', 'changed', 'breaking'],
    ]);
    expect(kinds({ resources: [{ uri: 'a:b' }] }, {})).toEqual([['resource', 'removed', 'breaking']]);
    expect(kinds({ templates: [{ uri: 'a:{b}', name: 'x' }] }, { templates: [{ uri: 'a:{b}', name: 'y' }] })).toEqual([
      ['template', 'changed', 'unknown'],
    ]);
    expect(kinds({ instructions: 'a' }, { instructions: 'b' })).toEqual([['instructions', 'changed', 'unknown']]);
  });
});

describe('a surface', () => {
  it('is the same in whatever order and with whatever volatile parts it is told', () => {
    const a = surface([
      { name: 'b', inputSchema: { type: 'object', properties: { y: {}, x: {} } }, _meta: { at: 1 } },
      { name: 'a', inputSchema: {}, icons: [] },
    ]);
    const b = surface([
      { name: 'a', inputSchema: {} },
      { inputSchema: { properties: { x: {}, y: {} }, type: 'object' }, name: 'b', _meta: { at: 2 } },
    ]);
    expect(JSON.stringify(a)).toBe(JSON.stringify(b));
  });
});

describe('what a draft declares', () => {
  const base = surface([tool({ a: {} }), { name: 'old', inputSchema: {} }]);
  const head = surface([tool({ a: {}, b: {} }), { name: 'new', inputSchema: { properties: { q: {} } } }]);
  const changes = diffSurfaces(base, head);
  const all = [
    { tool: 't', change: 'modify', parameters: ['b'] },
    { tool: 'new', change: 'add', parameters: ['q'] },
    { tool: 'old', change: 'remove', parameters: [] },
  ] as const;
  const compare = (
    declared: readonly { tool: string; change: 'add' | 'modify' | 'remove'; parameters: readonly string[] }[],
  ) =>
    compareDeclared(
      changes,
      declared.map((each) => ({ ...each, parameters: [...each.parameters] })),
      head,
    );

  it('equals what changed', () => {
    expect(compare(all)).toEqual([]);
  });

  it('differs by what it leaves out, adds, or calls by another name', () => {
    expect(compare(all.slice(1))).toEqual(['`t` was changed, which the draft does not declare.']);
    expect(compare([{ ...all[0], parameters: [] }, ...all.slice(1)])).toEqual(['`t`: undeclared change of `b`.']);
    expect(compare([{ ...all[0], parameters: ['b', 'c'] }, ...all.slice(1)])).toEqual([
      '`t`: `c` declared as changed, the server shows no change.',
    ]);
    expect(compare([...all, { tool: 'x', change: 'add', parameters: [] }])).toEqual([
      '`x` is declared as added, the server shows no change.',
    ]);
    expect(compare([all[0], { ...all[1], change: 'modify' }, all[2]])).toEqual([
      '`new` was added, the draft declares it as changed.',
    ]);
    expect(compare([...all, { tool: 't', change: 'remove', parameters: [] }])[0]).toContain('declared twice');
  });

  it('may say that a result changed without a schema that could show it', () => {
    const same = surface([tool({})]);
    expect(compareDeclared([], [{ tool: 't', change: 'modify', parameters: [] }], same)).toEqual([]);
    expect(compareDeclared([], [{ tool: 't', change: 'modify', parameters: ['a'] }], same)).toHaveLength(1);
    expect(compareDeclared([], [{ tool: 'gone', change: 'modify', parameters: [] }], same)).toHaveLength(1);
  });
});
