import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { ModelError } from '../../src/model/index.ts';
import { LIMITS, type Limits, type Question } from '../../src/model/model.ts';
import { FORMATS, KEY } from './formats.ts';
import { begin, type LoopbackProvider, startProvider, status, stream } from './provider.ts';

const Weather = z.object({ title: z.string(), tools: z.array(z.string()), note: z.string().nullable() });
const value = { title: 'Add hourly forecast', tools: ['get_hourly'], note: null };
const text = JSON.stringify(value);
const question: Question<z.infer<typeof Weather>> = {
  name: 'draft',
  system: 'You write drafts.',
  user: 'The server has no hourly forecast.',
  schema: Weather,
};

let provider: LoopbackProvider;
beforeEach(async () => {
  provider = await startProvider();
});
afterEach(() => provider.close());

async function errorOf(answer: Promise<unknown>): Promise<ModelError> {
  const error = await answer.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ModelError);
  return error as ModelError;
}

describe.each(FORMATS)('$name', (format) => {
  const ask = (more: Partial<typeof question> = {}, limits?: Partial<Limits>, key?: string) =>
    format
      .connect({ origin: provider.origin, limits: { ...LIMITS, ...limits }, ...(key ? { key } : {}) })
      .ask({ ...question, ...more });

  test('streams an answer into a checked value, with usage, the model that answered and progress', async () => {
    provider.answers.push(stream(...format.answer(text)));
    const seen: number[] = [];
    const answer = await ask({ onProgress: (characters) => seen.push(characters), maxTokens: 1234 });
    expect(answer.value).toEqual(value);
    expect(answer.usage).toEqual({ input: 11, output: 7 });
    expect(answer.model).toMatch(/-dated$/);
    expect(seen.length).toBeGreaterThan(3);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(text.length);

    const [request] = provider.requests;
    expect(request?.path).toBe(format.path);
    expect(request?.headers.authorization).toBe(`Bearer ${KEY}`);
    const body = JSON.stringify(request?.body);
    for (const part of ['"stream":true', '1234', question.system, question.user, '"json_schema"'])
      expect(body).toContain(part);
    expect(body).toContain('"required":["title","tools","note"]');
    expect(body).toContain('"additionalProperties":false');
    expect(body).not.toMatch(/temperature|top_p/);
  });

  test('keeps text whole that arrives in the smallest pieces', async () => {
    const title = 'naïve 日本語 🛠️ \\ " ``` {';
    const bytes = Buffer.from(format.answer(JSON.stringify({ ...value, title })).join(''));
    provider.answers.push((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const byte of bytes) response.write(Buffer.from([byte]));
      response.end();
    });
    expect((await ask()).value.title).toBe(title);
  });

  test('reports a refusal with its reason, on one line and cleaned', async () => {
    provider.answers.push(stream(...format.refusal(`I will\nnot\u202e ${KEY}`)));
    const error = await errorOf(ask());
    expect(error.kind).toBe('refused');
    expect(error.message).toContain('I will not [redacted key]');
  });

  test('reports an answer cut off at the limit as truncated, even when it happens to be JSON', async () => {
    provider.answers.push(stream(...format.truncated(text)));
    expect((await errorOf(ask())).kind).toBe('truncated');
  });

  test('reports rubbish as invalid', async () => {
    provider.answers.push(stream(...format.answer('Sorry, here is a poem instead.')));
    const error = await errorOf(ask());
    expect(error.kind).toBe('invalid');
    expect(error.message).toContain('not a JSON object');
  });

  test('reports an empty answer as invalid', async () => {
    provider.answers.push(stream(...format.answer('')));
    expect(await errorOf(ask())).toMatchObject({ kind: 'invalid', message: expect.stringContaining('it is empty') });
  });

  test('says what is wrong with an answer of the wrong shape, within bounds', async () => {
    const tools = Array.from({ length: 5000 }, (_, n) => n);
    provider.answers.push(stream(...format.answer(JSON.stringify({ ...value, tools }))));
    const error = await errorOf(ask());
    expect(error.kind).toBe('invalid');
    expect(error.message).toContain('expected string, received number');
    expect(error.message).toContain('tools[0]');
    expect(error.message.length).toBeLessThan(2200);
  });

  test('rejects at once on a wrong key, and shows nothing of it', async () => {
    const hint = `Incorrect API key provided: ${KEY.slice(0, 12)}***${KEY.slice(-4)}`;
    provider.answers.push(status(401, format.error('authentication_error', hint)));
    const error = await errorOf(ask());
    expect(error).toMatchObject({ kind: 'rejected', code: 'model_rejected' });
    expect(error.message).not.toContain(KEY.slice(-4));
    expect(provider.requests).toHaveLength(1);
  });

  test('rejects at once on an unknown model, and names it', async () => {
    provider.answers.push(status(404, format.error('not_found_error', 'model: no such model')));
    const error = await errorOf(ask());
    expect(error.kind).toBe('rejected');
    expect(error.message).toMatch(/no model (claude|gpt|local)-x/);
    expect(provider.requests).toHaveLength(1);
  });

  test('rejects a request that the provider does not take, in its words', async () => {
    provider.answers.push(status(400, format.error('invalid_request_error', 'prompt is too long: 300000 tokens')));
    const error = await errorOf(ask());
    expect(error.kind).toBe('rejected');
    expect(error.message).toContain('prompt is too long: 300000 tokens');
  });

  test('waits as long as a 429 asks and goes on', async () => {
    provider.answers.push(
      status(429, format.error('rate_limit_error', 'slow down'), { 'retry-after': '1' }),
      stream(...format.answer(text)),
    );
    const started = performance.now();
    expect((await ask()).value).toEqual(value);
    expect(performance.now() - started).toBeGreaterThan(950);
    expect(provider.requests).toHaveLength(2);
  });

  test('is limited when the 429 stays', async () => {
    provider.answers.push(status(429, format.error('rate_limit_error', 'slow down'), { 'retry-after-ms': '5' }));
    const error = await errorOf(ask());
    expect(error.kind).toBe('limited');
    expect(error.message).toContain('slow down');
    expect(provider.requests).toHaveLength(3);
  });

  test('is limited at once when the wait asked for is longer than a minute or than the time left', async () => {
    provider.answers.push(status(429, format.error('rate_limit_error', 'slow down'), { 'retry-after': '3600' }));
    expect((await errorOf(ask())).kind).toBe('limited');
    expect(provider.requests).toHaveLength(1);
    provider.answers.push(
      status(429, format.error('rate_limit_error', 'slow down'), {
        'retry-after': new Date(Date.now() + 30_000).toUTCString(),
      }),
    );
    expect((await errorOf(ask({}, { deadline: 10_000 }))).kind).toBe('limited');
    expect(provider.requests).toHaveLength(2);
  });

  test('is limited when the deadline passes while it waits for a limit to lift', async () => {
    provider.answers.push(status(429, format.error('rate_limit_error', 'slow down')));
    const error = await errorOf(ask({}, { deadline: 300 }));
    expect(error.kind).toBe('limited');
    expect(error.message).toContain('0.3 s');
  });

  test('is unavailable after three times 500, and answers when the third try does', async () => {
    const failing = status(500, format.error('api_error', 'internal'), { 'retry-after-ms': '5' });
    provider.answers.push(failing);
    expect((await errorOf(ask())).kind).toBe('unavailable');
    expect(provider.requests).toHaveLength(3);
    provider.answers.push(failing, failing, failing, failing, stream(...format.answer(text)));
    expect((await ask()).value).toEqual(value);
    expect(provider.requests).toHaveLength(6);
  });

  test('is unavailable when nobody listens', async () => {
    const { origin } = provider;
    await provider.close();
    const error = await errorOf(format.connect({ origin }).ask(question));
    expect(error.kind).toBe('unavailable');
    expect(error.message).toContain('ECONNREFUSED');
    provider = await startProvider();
  });

  test('is unavailable when the connection is reset in mid-stream', async () => {
    const half = format.answer(text).slice(0, 4);
    provider.answers.push(begin(half, (response) => response.socket?.resetAndDestroy()));
    expect((await errorOf(ask())).kind).toBe('unavailable');
  });

  test('is unavailable when the stream ends in good order but too early', async () => {
    const half = format.answer(text).slice(0, 4);
    provider.answers.push(stream(...half));
    expect(await errorOf(ask())).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('broke off') });
  });

  test('is unavailable when the stream breaks off with an error', async () => {
    provider.answers.push(stream(...format.answer(text).slice(0, 4), ...format.broken(`try later ${KEY}`)));
    const error = await errorOf(ask());
    expect(error.kind).toBe('unavailable');
    expect(error.message).toContain('It says: try later [redacted key]');
  });

  test('is unavailable when the stream stalls, after headers or in mid-answer', async () => {
    for (const events of [[], format.answer(text).slice(0, 4)]) {
      provider.answers.push(begin(events, () => {}));
      const error = await errorOf(ask({}, { stall: 150 }));
      expect(error).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('nothing for 0.15 s') });
    }
    expect(provider.requests).toHaveLength(2);
  });

  test('is unavailable when no answer begins, after asking three times', async () => {
    provider.answers.push(() => {});
    expect((await errorOf(ask({}, { stall: 100 }))).kind).toBe('unavailable');
    expect(provider.requests).toHaveLength(3);
  });

  test('ends at the deadline although the stream shows life', async () => {
    let beat: NodeJS.Timeout | undefined;
    provider.answers.push(
      begin(format.answer(text).slice(0, 4), (response) => {
        beat = setInterval(() => response.write(': waiting\n\n'), 20);
      }),
    );
    const error = await errorOf(ask({}, { deadline: 400, stall: 200 }));
    clearInterval(beat);
    expect(error).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('within 0.4 s') });
  });

  test('stops reading an answer that does not end', async () => {
    const endless = (events: string[]) =>
      begin(events, (response) => {
        const more = () => {
          while (!response.destroyed && response.write(`: ${'x'.repeat(60_000)}\n\n`));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      });
    provider.answers.push(endless([]), (response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(60_000)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(await errorOf(ask({}, { bytes: 1_000_000 }))).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('more than 1000000 bytes'),
    });
    expect((await errorOf(ask())).kind).toBe('rejected');
  });

  test('does not take an answer longer than the bound', async () => {
    provider.answers.push(stream(...format.answer(JSON.stringify({ ...value, title: 'x'.repeat(2000) }))));
    expect(await errorOf(ask({}, { characters: 1000 }))).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('longer than 1000 characters'),
    });
  });

  test('is unavailable when the server speaks another protocol', async () => {
    provider.answers.push(
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
      stream('event: message_start\ndata: {not json\n\n'),
      stream('event: message_start\ndata: {"type":"message_start"}\n\n'),
      stream('event: x\ndata: null\n\n'),
      (response) => response.writeHead(204).end(),
    );
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    for (let n = 0; n < 5; n += 1) expect((await errorOf(ask())).kind).toBe('unavailable');
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
    expect(provider.requests).toHaveLength(5);
  });

  test('survives a server that keeps to no type', async () => {
    const events = format.answer(text);
    const spoil = (from: RegExp, to: string) => stream(...events.map((event) => event.replace(from, to)));
    provider.answers.push(
      spoil(/"(text|delta|content)":"[^"]*"/g, '"$1":{"toString":1}'),
      spoil(/"(text|delta|content)":"[^"]*"/g, '"$1":[]'),
      spoil(/"model":"[^"]*"/g, '"model":{"toString":1}'),
      spoil(/"usage":\{[^{}]*\}/g, '"usage":{"input_tokens":{},"prompt_tokens":-1}'),
      stream('event: error\ndata: {"error":{"type":"constructor","code":"toString","message":{"toString":1}}}\n\n'),
    );
    const ended: unknown[] = [];
    for (const _ of provider.answers)
      ended.push(
        await ask().then(
          (answer) => [answer.value.title, answer.usage.input, answer.model],
          (error: ModelError) => error.kind,
        ),
      );
    expect(ended).toEqual([
      'unavailable',
      'unavailable',
      [value.title, 11, expect.stringMatching(/^(claude|gpt|local)-x$/)],
      [value.title, 0, expect.stringMatching(/-dated$/)],
      'unavailable',
    ]);
  });

  test('follows no redirect, so that the key stays with the host it is meant for', async () => {
    const elsewhere = await startProvider();
    provider.answers.push((response) =>
      response.writeHead(307, { location: `${elsewhere.origin}${format.path}` }).end(),
    );
    const error = await errorOf(ask());
    expect(error).toMatchObject({ kind: 'rejected', message: expect.stringContaining('redirect (307)') });
    expect(elsewhere.requests).toHaveLength(0);
    await elsewhere.close();
  });

  test('is cancelled by its signal: before, while waiting for a retry, and in mid-answer', async () => {
    await expect(ask({ signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: 'cancelled' });
    expect(provider.requests).toHaveLength(0);

    const retrying = new AbortController();
    provider.answers.push((response) => {
      status(503, {}, { 'retry-after': '30' })(response);
      response.once('close', () => setTimeout(() => retrying.abort(), 50));
    });
    await expect(ask({ signal: retrying.signal })).rejects.toMatchObject({ kind: 'cancelled' });

    const answering = new AbortController();
    let closed: Promise<unknown> = Promise.resolve();
    provider.answers.push(
      begin(format.answer(text).slice(0, 5), (response) => {
        closed = new Promise((done) => response.once('close', done));
      }),
    );
    const onProgress = () => setImmediate(() => answering.abort());
    await expect(ask({ signal: answering.signal, onProgress })).rejects.toMatchObject({ kind: 'cancelled' });
    await closed;
  });

  test('passes on what the progress display throws, and hangs up', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    provider.answers.push(
      begin(format.answer(text).slice(0, 5), (response) => {
        closed = new Promise((done) => response.once('close', done));
      }),
    );
    const onProgress = () => {
      throw new RangeError('no such row');
    };
    await expect(ask({ onProgress })).rejects.toThrow(RangeError);
    await closed;
  });

  test('refuses a question whose schema not every provider takes, before anything is sent', async () => {
    const schema = z.object({ changes: z.record(z.string(), z.string()) });
    await expect(
      format.connect({ origin: provider.origin }).ask({ name: 'draft', system: '', user: '', schema }),
    ).rejects.toThrow(TypeError);
    expect(provider.requests).toHaveLength(0);
  });

  test('never shows the key, whatever the provider echoes', async () => {
    for (const name of ['ANTHROPIC_LOG', 'OPENAI_LOG']) vi.stubEnv(name, 'debug');
    const written: string[] = [];
    const spies = (['log', 'info', 'debug', 'warn', 'error'] as const).map((method) =>
      vi.spyOn(console, method).mockImplementation((...parts) => void written.push(inspect(parts, { depth: 9 }))),
    );
    const key = 'gateway+Key/without=known.prefix';
    const echo = format.error('api_error', `you sent x-api-key: ${key}, Authorization: Bearer ${key}`);
    provider.answers.push(
      ...[400, 401, 403, 404, 409, 422, 429, 500].map((code) => status(code, echo, { 'x-should-retry': 'false' })),
      stream(...format.refusal(`the key ${key} is bad`)),
      stream(...format.answer(key)),
      stream(...format.answer(JSON.stringify({ ...value, title: key }))),
      stream(...format.broken(`the key ${key} is bad`)),
      stream(...format.answer('{"title":1,').slice(0, 3), `data: {"key":"${key}"\n\n`),
    );
    const shown: string[] = [];
    for (let n = 0; n < provider.answers.length; n += 1) {
      const error = await errorOf(ask({}, {}, key));
      expect(error.cause).toBeUndefined();
      shown.push(
        error.message,
        String(error.stack),
        JSON.stringify(error),
        inspect(error, { depth: 20, showHidden: true }),
      );
    }
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
    expect(provider.requests).toHaveLength(13);
    expect(JSON.stringify(provider.requests.map((request) => request.headers))).toContain(key);
    expect(shown.join('\n')).not.toContain(key);
    expect(written.join('\n')).toBe('');
  });
});
