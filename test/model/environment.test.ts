import { execFileSync } from 'node:child_process';
import path from 'node:path';
import nock from 'nock';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { modelFromEnvironment } from '../../src/model/index.ts';
import { PatchworkError } from '../../src/report/index.ts';
import { FORMATS, type Format, KEY } from './formats.ts';

const [anthropic, openai, compatible] = FORMATS as [Format, Format, Format];
const question = { name: 'draft', system: 's', user: 'u', schema: z.object({ ok: z.boolean() }) };

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
  vi.unstubAllEnvs();
});

function refusal(env: Record<string, string>, overrides?: { provider?: string; model?: string }): PatchworkError {
  try {
    modelFromEnvironment(env, overrides);
  } catch (error) {
    expect(error).toBeInstanceOf(PatchworkError);
    return error as PatchworkError;
  }
  throw new Error('nothing was refused');
}

test('is no model where nothing is configured', () => {
  expect(modelFromEnvironment({})).toBeUndefined();
  expect(modelFromEnvironment({ ANTHROPIC_API_KEY: ' ', OPENAI_API_KEY: '', PATCHWORK_PROVIDER: '' })).toBeUndefined();
  expect(modelFromEnvironment({ PATCHWORK_MODEL: 'gpt-5.5' }, { model: 'gpt-5.5' })).toBeUndefined();
});

test.each([
  [{ ANTHROPIC_API_KEY: 'a' }, {}, 'anthropic', 'claude-opus-5-5'],
  [{ OPENAI_API_KEY: 'o' }, {}, 'openai', 'gpt-5.5'],
  [{ ANTHROPIC_API_KEY: 'a', OPENAI_API_KEY: 'o' }, {}, 'anthropic', 'claude-opus-5-5'],
  [{ ANTHROPIC_API_KEY: 'a', OPENAI_API_KEY: 'o', PATCHWORK_PROVIDER: 'openai' }, {}, 'openai', 'gpt-5.5'],
  [{ ANTHROPIC_API_KEY: 'a', PATCHWORK_MODEL: 'claude-sonnet-5-5' }, {}, 'anthropic', 'claude-sonnet-5-5'],
  [{ ANTHROPIC_API_KEY: 'a', PATCHWORK_MODEL: 'm' }, { model: 'claude-haiku-5-5' }, 'anthropic', 'claude-haiku-5-5'],
  [
    { ANTHROPIC_API_KEY: 'a', OPENAI_API_KEY: 'o', PATCHWORK_MODEL: 'claude-x' },
    { provider: 'openai' },
    'openai',
    'gpt-5.5',
  ],
  [{ OPENAI_API_KEY: 'o', PATCHWORK_MODEL: 'gpt-x' }, { provider: 'openai', model: '' }, 'openai', 'gpt-x'],
  [
    { PATCHWORK_PROVIDER: 'compatible', PATCHWORK_MODEL: 'qwen3:8b', OPENAI_BASE_URL: 'http://localhost:11434/v1' },
    {},
    'compatible',
    'qwen3:8b',
  ],
])('reads %o with %o as %s, %s', (env, overrides, provider, name) => {
  expect(modelFromEnvironment(env, overrides)).toMatchObject({ provider, name });
});

test.each([
  ['model_provider_unknown', { PATCHWORK_PROVIDER: 'gemini' }],
  ['model_provider_unknown', { PATCHWORK_PROVIDER: 'toString' }],
  ['model_key_missing', { PATCHWORK_PROVIDER: 'anthropic', OPENAI_API_KEY: KEY }],
  ['model_key_missing', { PATCHWORK_PROVIDER: 'openai', OPENAI_BASE_URL: 'http://localhost:1/v1' }],
  ['model_key_malformed', { ANTHROPIC_API_KEY: `${KEY}\nX-Evil: 1` }],
  ['model_key_malformed', { OPENAI_API_KEY: `${KEY}é` }],
  ['model_name_malformed', { OPENAI_API_KEY: KEY, PATCHWORK_MODEL: 'gpt 5' }],
  ['model_base_url_missing', { PATCHWORK_PROVIDER: 'compatible', PATCHWORK_MODEL: 'm' }],
  ['model_name_missing', { PATCHWORK_PROVIDER: 'compatible', OPENAI_BASE_URL: 'http://localhost:1/v1' }],
  ['model_base_url_invalid', { ANTHROPIC_API_KEY: 'a', ANTHROPIC_BASE_URL: 'localhost:8080' }],
  ['model_base_url_invalid', { OPENAI_API_KEY: 'o', OPENAI_BASE_URL: 'file:///etc/passwd' }],
  ['model_base_url_invalid', { OPENAI_API_KEY: 'o', OPENAI_BASE_URL: 'ftp://localhost/v1' }],
  ['model_base_url_invalid', { OPENAI_API_KEY: 'o', OPENAI_BASE_URL: 'data:text/plain,x' }],
  ['model_base_url_invalid', { OPENAI_API_KEY: 'o', OPENAI_BASE_URL: `http://me:${KEY}@localhost/v1` }],
  ['model_base_url_invalid', { OPENAI_API_KEY: 'o', OPENAI_BASE_URL: `http://localhost/v1?key=${KEY}` }],
])('refuses with %s, a next step and no secret: %o', (code, env) => {
  const error = refusal(env as Record<string, string>);
  expect(error.code).toBe(code);
  expect(error.next).toBeTruthy();
  expect(JSON.stringify(error) + error.stack).not.toContain(KEY);
});

test.each([
  ['https://api.anthropic.com', anthropic, { ANTHROPIC_API_KEY: KEY }],
  ['https://api.openai.com', openai, { OPENAI_API_KEY: KEY }],
])('asks %s and nobody else, whatever the process itself is told', async (host, format, env) => {
  vi.stubEnv('ANTHROPIC_BASE_URL', 'http://127.0.0.1:1');
  vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:1/v1');
  vi.stubEnv('ANTHROPIC_API_KEY', 'of the process');
  vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'of the process');
  vi.stubEnv('OPENAI_API_KEY', 'of the process');
  const strangers: string[] = [];
  nock.emitter.on('no match', (request) => void strangers.push(request.url));
  const provider = nock(host)
    .matchHeader('authorization', `Bearer ${KEY}`)
    .post(format.path)
    .reply(200, format.answer('{"ok":true}').join(''), { 'content-type': 'text/event-stream' });
  const answer = await modelFromEnvironment(env as Record<string, string>)?.ask(question);
  expect(answer?.value).toEqual({ ok: true });
  expect(provider.isDone()).toBe(true);
  await expect(fetch('http://stranger.example')).rejects.toThrow();
  nock.emitter.removeAllListeners('no match');
  expect(strangers).toEqual(['http://stranger.example/']);
});

test('asks a compatible server at its base URL, without a key and without the names of an account elsewhere', async () => {
  vi.stubEnv('OPENAI_ORG_ID', 'org-private');
  vi.stubEnv('OPENAI_PROJECT_ID', 'proj-private');
  nock('http://models.example:8000', { badheaders: ['openai-organization', 'openai-project'] })
    .post('/serving/v1/chat/completions', (body) => body.model === 'qwen3:8b' && body.stream === true)
    .matchHeader('authorization', 'Bearer none')
    .reply(200, compatible.answer('{"ok":true}').join(''), { 'content-type': 'text/event-stream' });
  const model = modelFromEnvironment({
    PATCHWORK_PROVIDER: 'compatible',
    PATCHWORK_MODEL: 'qwen3:8b',
    OPENAI_BASE_URL: 'http://models.example:8000/serving/v1/',
  });
  expect((await model?.ask(question))?.value).toEqual({ ok: true });
});

test('loads no SDK before the first question', () => {
  const script = `
    import { registerHooks } from 'node:module';
    const seen = [];
    registerHooks({ resolve(name, context, next) { seen.push(name); return next(name, context); } });
    const { modelFromEnvironment } = await import('./src/model/index.ts');
    for (const name of ['anthropic', 'openai'])
      modelFromEnvironment({ PATCHWORK_PROVIDER: name, ANTHROPIC_API_KEY: 'a', OPENAI_API_KEY: 'o' });
    console.log(JSON.stringify({ zod: seen.includes('zod'), sdks: seen.filter((name) => /openai\\b(?!\\.ts)|@anthropic/.test(name)) }));`;
  const cwd = path.resolve(import.meta.dirname, '../..');
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd, encoding: 'utf8' });
  expect(JSON.parse(output)).toEqual({ zod: true, sdks: [] });
});
