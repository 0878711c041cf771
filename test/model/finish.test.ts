import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { finish } from '../../src/model/finish.ts';
import type { Ending } from '../../src/model/model.ts';

const question = { name: 'draft', system: '', user: '', schema: z.object({ title: z.string(), body: z.string() }) };
const value = { title: 'Add x', body: 'See ```json\n{"a": 1}\n``` and } or {' };
const json = JSON.stringify(value, null, 2);
const complete: Ending = { stop: 'complete', usage: { input: 1, output: 2 }, model: 'm' };
const bare = (text: string) => finish(question, text, complete, true).value;
const found = (text: string) => finish(question, text, complete, false).value;

test('takes bare JSON, with white space around it', () => {
  expect(bare(`\n ${json}\n`)).toEqual(value);
  expect(finish(question, json, complete, false)).toEqual({ value, usage: complete.usage, model: 'm' });
});

describe('JSON in other text, where the provider promises nothing', () => {
  test.each([
    ['a fence', `\`\`\`json\n${json}\n\`\`\``],
    ['a fence without a language', `\`\`\`\n${json}\n\`\`\`\n`],
    ['prose before', `Here is what you asked for:\n${json}`],
    ['prose after', `${json}\n\nLet me know if "that" is fine.`],
    ['prose with quotation marks and braces', `For 5" screens I'd fill {name}: ${json} {ok}`],
    ['thinking aloud', `<think>The tool "x" {sic} is missing</think>\n${json}`],
  ])('is found with %s, and refused where bare JSON is promised', (_, text) => {
    expect(found(text)).toEqual(value);
    expect(() => bare(text)).toThrow(/not a JSON object/);
  });

  test.each([
    ['two objects', `${json}\nor\n${json}`, /holds 2 JSON objects/],
    ['an example before the answer', `Like {"title":"t","body":"b"}: ${json}`, /holds 2 JSON objects/],
    ['a whole object within a broken one', `{"draft": ${json}, }`, /not a JSON object/],
    ['a whole object after a broken one', `{"title": no} ${json}`, /not a JSON object/],
    ['a whole object before an unfinished one', `${json} {"title": "Ad`, /not a JSON object/],
    ['an answer that never closes', json.slice(0, -1), /not a JSON object/],
    ['no object', 'I would rather not.', /not a JSON object/],
    ['only white space', ' \n', /it is empty/],
  ])('is refused when ambiguous or broken: %s', (_, text, reason) => {
    expect(() => found(text)).toThrow(reason);
  });

  test('is looked for in one pass', () => {
    for (const text of ['{', '}', '{"', '"\\', '{}', '{"a":{', '\\"{'].map((piece) => piece.repeat(300_000))) {
      const started = performance.now();
      expect(() => found(text)).toThrow(/not a JSON object/);
      expect(performance.now() - started).toBeLessThan(2000);
    }
  });
});

test('looks at why the model stopped before it looks at the text', () => {
  const ended = (stop: Ending['stop'], text = json) => {
    try {
      return finish(question, text, { ...complete, stop, explanation: 'so it is' }, true);
    } catch (error) {
      return error;
    }
  };
  expect(ended('refused')).toMatchObject({ kind: 'refused', message: expect.stringContaining('so it is') });
  expect(ended('truncated')).toMatchObject({ kind: 'truncated' });
  expect(ended('cut')).toMatchObject({ kind: 'unavailable' });
  expect(ended('other')).toMatchObject({ kind: 'invalid' });
});

test('takes no value from a prototype, and none that was not asked for', () => {
  const answer = bare('{"__proto__": {"admin": true}, "title": "t", "body": "b", "extra": 1}');
  expect(answer).toEqual({ title: 't', body: 'b' });
  expect('admin' in answer).toBe(false);
});

test('says what does not fit in words for a repair, cleaned', () => {
  const strict = { ...question, schema: z.strictObject({ title: z.string() }) };
  const text = '{"title": 1, "hidden\\u202e\\u0000key": 2}';
  expect(() => finish(strict, text, complete, true)).toThrow(
    expect.objectContaining({
      kind: 'invalid',
      message: expect.stringMatching(/at title[\s\S]*"hiddenkey"|"hiddenkey"[\s\S]*at title/),
    }),
  );
});
