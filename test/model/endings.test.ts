import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { FORMATS, type Format } from './formats.ts';
import { type LoopbackProvider, startProvider, stream } from './provider.ts';

const question = { name: 'probe', system: 's', user: 'u', schema: z.object({ ok: z.boolean() }) };
const [anthropic, openai, compatible] = FORMATS as [Format, Format, Format];

let provider: LoopbackProvider;
beforeEach(async () => {
  provider = await startProvider();
});
afterEach(() => provider.close());

function ask(format: Format, ...events: string[]) {
  provider.answers.push(stream(...events));
  return format.connect({ origin: provider.origin }).ask(question);
}

/** A whole answer with something in it that reads otherwise. */
function altered(format: Format, from: string | RegExp, to: string): string[] {
  const events = format.answer('{"ok":true}').map((event) => event.replaceAll(from, to));
  expect(events).not.toEqual(format.answer('{"ok":true}'));
  return events;
}

describe('anthropic', () => {
  test.each([
    ['stop_sequence', undefined],
    ['refusal', 'refused'],
    ['model_context_window_exceeded', 'truncated'],
    ['pause_turn', 'invalid'],
    ['tool_use', 'invalid'],
    ['something_new', 'invalid'],
  ])('stop reason %s ends as %s', async (reason, kind) => {
    const answer = ask(anthropic, ...altered(anthropic, 'end_turn', reason));
    if (kind) await expect(answer).rejects.toMatchObject({ kind });
    else expect((await answer).value).toEqual({ ok: true });
  });

  test('is cut without a stop reason', async () => {
    await expect(ask(anthropic, ...altered(anthropic, '"end_turn"', 'null'))).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });

  test.each([
    ['rate_limit_error', 'limited'],
    ['invalid_request_error', 'rejected'],
    ['authentication_error', 'rejected'],
    ['api_error', 'unavailable'],
  ])('an error of type %s within the stream ends as %s', async (type, kind) => {
    const event = `event: error\ndata: ${JSON.stringify({ type: 'error', error: { type, message: 'why' } })}\n\n`;
    await expect(ask(anthropic, event)).rejects.toMatchObject({ kind, message: expect.stringContaining('why') });
  });
});

describe('openai', () => {
  test('takes the answer and leaves what the model says to itself before', async () => {
    const at = { item_id: 'msg_0', output_index: 0, content_index: 0 };
    const item = { id: 'msg_0', type: 'message', role: 'assistant', phase: 'commentary', content: [] };
    const events = [
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.output_text.delta', ...at, delta: 'Let me see. {"ok":false}' },
    ].map((data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
    expect((await ask(openai, ...events, ...openai.answer('{"ok":true}'))).value).toEqual({ ok: true });
  });

  test('is refused by a content filter', async () => {
    const events = openai
      .truncated('{"ok":true}')
      .map((event) => event.replaceAll('max_output_tokens', 'content_filter'));
    await expect(ask(openai, ...events)).rejects.toMatchObject({ kind: 'refused' });
  });

  test.each([
    ['rate_limit_exceeded', 'limited'],
    ['invalid_prompt', 'rejected'],
    ['server_error', 'unavailable'],
  ])('a response that failed with %s ends as %s', async (code, kind) => {
    const response = { id: 'r', status: 'failed', error: { code, message: 'why' } };
    const event = `event: response.failed\ndata: ${JSON.stringify({ type: 'response.failed', response })}\n\n`;
    await expect(ask(openai, event)).rejects.toMatchObject({ kind, message: expect.stringContaining('why') });
  });
});

describe('compatible', () => {
  test('takes JSON in a fence, as servers without grammars give it', async () => {
    const answer = await ask(compatible, ...compatible.answer('Sure!\n```json\n{"ok": true}\n```'));
    expect(answer.value).toEqual({ ok: true });
  });

  test.each([
    ['content_filter', 'refused'],
    ['tool_calls', 'invalid'],
  ])('finish reason %s ends as %s', async (reason, kind) => {
    await expect(ask(compatible, ...altered(compatible, '"stop"', `"${reason}"`))).rejects.toMatchObject({ kind });
  });

  test('answers with a server that counts no tokens and names no model', async () => {
    const events = altered(compatible, /"model":"local-dated",?|"usage":{[^}]*}/g, '"x":1,').map((event) =>
      event.replaceAll(',}', '}'),
    );
    const answer = await ask(compatible, ...events);
    expect(answer).toMatchObject({ value: { ok: true }, usage: { input: 0, output: 0 }, model: 'local-x' });
  });

  test('believes no count that is none', async () => {
    const answer = await ask(compatible, ...altered(compatible, /"prompt_tokens":11/g, '"prompt_tokens":"many"'));
    expect(answer.usage).toEqual({ input: 0, output: 7 });
  });

  test('leaves the length of the answer to the server unless it is asked for', async () => {
    await ask(compatible, ...compatible.answer('{"ok":true}'));
    expect(provider.requests[0]?.body).not.toHaveProperty('max_tokens');
  });
});

test('the others ask for room and for the bare answer only', async () => {
  for (const format of [anthropic, openai]) {
    await expect(ask(format, ...format.answer('Sure!\n{"ok": true}'))).rejects.toMatchObject({ kind: 'invalid' });
    await provider.close();
    expect(JSON.stringify(provider.requests[0]?.body)).toMatch(/"max_(output_)?tokens":32000/);
    provider = await startProvider();
  }
});
