import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { type Model, modelFromEnvironment } from '../../src/model/index.ts';
import { PatchworkError } from '../../src/report/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'recorded-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function recorded(content: unknown): Model {
  const file = path.join(folder, 'answers.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  const model = modelFromEnvironment({ PATCHWORK_PROVIDER: 'recorded', PATCHWORK_RECORDED: file });
  if (!model) throw new Error('no model');
  return model;
}

const ask = (model: Model, name = 'draft', more: { signal?: AbortSignal; onProgress?: (n: number) => void } = {}) =>
  model.ask({ name, system: '', user: '', schema: z.object({ n: z.number() }), ...more });

test('answers each question in order, and the last answer again and again', async () => {
  const model = recorded({ draft: [{ json: { n: 1 } }, { text: '{"n": 2}' }], probe: [{ json: { n: 9 } }] });
  const answers = [];
  for (const name of ['draft', 'probe', 'draft', 'draft', 'probe']) answers.push((await ask(model, name)).value.n);
  expect(answers).toEqual([1, 9, 2, 2, 9]);
  expect(model).toMatchObject({ provider: 'recorded', name: 'recorded' });
});

test('judges recorded answers as it judges any other', async () => {
  const model = recorded({
    draft: [
      { text: 'no JSON' },
      { json: { n: 'one' } },
      { stop: 'refused', text: 'I will not' },
      { stop: 'refused' },
      { stop: 'truncated', text: '{"n":' },
      { json: { n: 1 } },
    ],
  });
  const kinds = [];
  for (let n = 0; n < 6; n += 1)
    kinds.push(
      await ask(model).then(
        ({ value }) => value.n,
        (error: { kind: string }) => error.kind,
      ),
    );
  expect(kinds).toEqual(['invalid', 'invalid', 'refused', 'refused', 'truncated', 1]);
});

test('reports progress and heeds the signal', async () => {
  const model = recorded({ draft: [{ json: { n: 1 } }] });
  const seen: number[] = [];
  await ask(model, 'draft', { onProgress: (characters) => seen.push(characters) });
  expect(seen).toEqual([7]);
  await expect(ask(model, 'draft', { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: 'cancelled' });
});

test('has no answer to a question that was not recorded, not even to one that every object knows', async () => {
  const model = recorded({ draft: [{ json: { n: 1 } }] });
  for (const name of ['probe', 'constructor', '__proto__', 'toString'])
    await expect(ask(model, name)).rejects.toMatchObject({ kind: 'rejected', message: expect.stringContaining(name) });
});

test.each([
  ['not JSON', '{"draft": [', 'model_recorded_unreadable'],
  ['an empty list', { draft: [] }, 'model_recorded_invalid'],
  ['an answer without a list', { draft: { json: 1 } }, 'model_recorded_invalid'],
  ['an unknown way to stop', { draft: [{ stop: 'tired' }] }, 'model_recorded_invalid'],
  ['an unknown field', { draft: [{ text: 'x', delay: 5 }] }, 'model_recorded_invalid'],
])('refuses a file with %s', (_, content, code) => {
  expect(() => recorded(content)).toThrow(expect.objectContaining({ code }));
});

test('refuses to start without a file', () => {
  for (const file of [undefined, '', path.join(folder, 'nowhere.json')])
    expect(() => modelFromEnvironment({ PATCHWORK_PROVIDER: 'recorded', PATCHWORK_RECORDED: file })).toThrow(
      PatchworkError,
    );
});
