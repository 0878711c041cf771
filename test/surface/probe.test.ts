import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { assertPortable } from '../../src/model/schema.ts';
import { type Probe, parseProbeFile, probePath, probesAnswer, renderProbeFile } from '../../src/surface/index.ts';
import { answerOf, mismatch } from '../../src/surface/matcher.ts';
import { issueOfProbePath, probeSchema, withoutHeldOut } from '../../src/surface/probe.ts';
import { validate } from '../../src/surface/validate.ts';

const matching: Probe = {
  kind: 'result_matches',
  tool: 'get_costs',
  setup: { tool: 'list_runs', arguments: '{}', take: [{ from: '/data/runs/0/id', parameter: 'run_id' }] },
  arguments: '{"month":"may"}',
  expect: [{ path: '/data/rows/*/run_id', is: 'equal', value: '"r-1"' }],
  held_out: { setup: null, arguments: '{"run_id":"r-2"}', expect: [{ path: '/data/total', is: 'equal', value: '7' }] },
  control: { arguments: '{"month":"r-3"}', expect: [{ path: '/data/total', is: 'present', value: 'null' }] },
};
const probes: Probe[] = [
  { kind: 'tool_present', tool: 'get_costs' },
  { kind: 'param_present', tool: 'get_costs', parameter: 'run_id' },
  { kind: 'accepts', tool: 'get_costs', arguments: '{"limit":500}', held_out: { arguments: '{"limit":499}' } },
  matching,
  { kind: 'refuses', tool: 'get_costs', arguments: '{"limit":-1}' },
];

const taking = (from: string) => ({ tool: 'list_runs', arguments: '{}', take: [{ from, parameter: 'run_id' }] });

describe('a probe', () => {
  it('can be asked of every model provider', () => {
    expect(() => assertPortable('probes', probesAnswer)).not.toThrow();
  });

  it('comes back from its file as it went in', () => {
    expect(parseProbeFile(renderProbeFile({ issue: 12, probes }))).toEqual({ issue: 12, probes });
    expect(issueOfProbePath(probePath(12))).toBe(12);
    expect(issueOfProbePath('.patchwork/probes/../12.json')).toBeUndefined();
  });

  it.each([
    'not json',
    '{"version":2,"issue":1,"probes":[{"kind":"tool_present","tool":"t"}]}',
    '{"version":1,"issue":1,"probes":[]}',
    '{"version":1,"issue":1,"probes":[{"kind":"run_code","tool":"t"}]}',
    '{"version":1,"issue":1,"probes":[{"kind":"tool_present","tool":"t"}],"then":"more"}',
  ])('is not taken from a file that is none: %s', (text) => {
    expect(() => parseProbeFile(text)).toThrow(expect.objectContaining({ code: 'probe_file' }));
  });

  it.each<[string, object]>([
    ['arguments that are no JSON', { ...matching, arguments: '{run_id: 1}' }],
    ['arguments that are no object', { ...matching, arguments: '[1]' }],
    ['a path outside of the answer', { ...matching, expect: [{ path: '/isError', is: 'present', value: 'null' }] }],
    ['a value that is no JSON', { ...matching, expect: [{ path: '/data', is: 'equal', value: 'x' }] }],
    ['no expectation', { ...matching, expect: [] }],
    ['many values for one parameter', { ...matching, setup: taking('/data/runs/*/id') }],
    ['a value from outside of the answer', { ...matching, setup: taking('/isError') }],
  ])('cannot have %s', (_, probe) => {
    expect(probeSchema.safeParse(probe).success).toBe(false);
  });

  it('can be shown without what is held out', () => {
    expect(JSON.stringify(probes.map(withoutHeldOut))).not.toMatch(/r-2|r-3|499/);
  });
});

describe('an answer', () => {
  const answer = answerOf({
    content: [
      {
        type: 'text',
        text: '{"rows":[{"id":"a","n":1},{"id":"b","n":null}],"total":2,"next":null,"note":"page 1 of 3"}',
      },
    ],
  });

  it.each<[string, 'present' | 'absent' | 'equal' | 'containing' | 'at_least', string, boolean]>([
    ['/data/total', 'present', 'null', true],
    ['/data/next', 'present', 'null', false],
    ['/data/next', 'absent', 'null', true],
    ['/data/rows', 'absent', 'null', false],
    ['/data/rows/0/id', 'equal', '"a"', true],
    ['/data/rows/*/id', 'equal', '"a"', false],
    ['/data/rows/*/id', 'containing', '"b"', true],
    ['/data/missing', 'equal', 'null', false],
    ['/data/next', 'equal', 'null', true],
    ['/data/note', 'containing', '"of 3"', true],
    ['/data/note', 'containing', '"of 4"', false],
    ['/text', 'containing', '"total"', true],
    ['/data/rows', 'containing', '{"n":1,"id":"a"}', true],
    ['/data/rows', 'at_least', '2', true],
    ['/data/rows', 'at_least', '3', false],
    ['/data/rows/*/n', 'at_least', '2', false],
    ['/data/rows', 'at_least', '"many"', false],
    ['/content/0/type', 'equal', '"text"', true],
    ['/data/constructor', 'present', 'null', false],
    ['/data/rows/length', 'equal', '2', true],
  ])('%s %s %s: %s', (path, is, value, holds) => {
    expect(mismatch(answer, { path, is, value }) === undefined).toBe(holds);
  });

  it('is its structured part, else its text as JSON, else text alone', () => {
    expect(answerOf({ content: [{ type: 'text', text: '1' }], structuredContent: { a: 1 } }).data).toEqual({ a: 1 });
    expect(answerOf({ content: [{ type: 'text', text: 'plain' }] })).toEqual({
      text: 'plain',
      content: [expect.anything()],
    });
    expect(answerOf({})).toEqual({ text: '', content: [] });
  });

  it('may have keys with slashes, tildes and stars', () => {
    const odd = answerOf({ structuredContent: { 'a/b': { '~': { x: 1 } } } });
    expect(mismatch(odd, { path: '/data/a~1b/~0/x', is: 'equal', value: '1' })).toBeUndefined();
  });
});

describe('a schema of a stranger', () => {
  it('is held against a value in its own dialect', () => {
    const draft7 = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', required: ['a'] };
    expect(validate(draft7, { a: 1 })).toEqual({ valid: true });
    expect(validate(z.toJSONSchema(z.object({ n: z.number().max(5) })), { n: 9 })).toMatchObject({ valid: false });
  });

  it('that thinks for ever, or is none, is not waited for', () => {
    const slow = { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } };
    expect(validate(slow, { a: `${'a'.repeat(60)}!` })).toMatchObject({ valid: undefined });
    expect(validate({ $schema: 'https://example.com/mine' }, {})).toMatchObject({ valid: undefined });
    expect(validate({ type: 'string', pattern: '(' }, 'x')).toMatchObject({ valid: undefined });
    expect(validate({ $ref: '#/$defs/gone' }, {})).toMatchObject({ valid: undefined });
  });
});
