import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { cleanLine, PatchworkError } from '../report/index.ts';
import { anthropicModel } from './anthropic.ts';
import { compatibleModel } from './compatible.ts';
import { type Model, PROVIDERS, type Provider } from './model.ts';
import { openaiModel } from './openai.ts';
import { RecordedAnswers, recordedModel } from './recorded.ts';

type Environment = Record<string, string | undefined>;

/** What is asked where PATCHWORK_MODEL is silent. Providers retire models: this table is all there is to change. */
const DEFAULTS: Record<Exclude<Provider, 'compatible'>, string> = {
  anthropic: 'claude-opus-5-5',
  openai: 'gpt-5.5',
  recorded: 'recorded',
};

/**
 * The model that an environment names, or undefined where it names none.
 *
 * | variable | meaning |
 * |---|---|
 * | `PATCHWORK_PROVIDER` | `anthropic`, `openai`, `compatible` or `recorded`; unset: the one whose key is set, Anthropic first |
 * | `PATCHWORK_MODEL` | the model's name; required for `compatible` |
 * | `ANTHROPIC_API_KEY`, `ANTHROPIC_BASE_URL` | as Anthropic's SDK reads them; the base URL is without `/v1` |
 * | `OPENAI_API_KEY`, `OPENAI_BASE_URL` | as OpenAI's SDK reads them, and for `compatible`, whose key may be left out; with `/v1` |
 * | `PATCHWORK_RECORDED` | for `recorded`: a JSON file of answers by question name (`recorded.ts`) |
 *
 * `overrides` come before the environment: a repository's own configuration, for instance. A setting that cannot work throws a
 * PatchworkError; no message ever shows a setting's value, except the name of a provider.
 */
export function modelFromEnvironment(
  env: Environment,
  overrides: { provider?: string; model?: string } = {},
): Model | undefined {
  const usual = setting(env.PATCHWORK_PROVIDER) ?? providerByKey(env);
  const provider = setting(overrides.provider) ?? usual;
  if (provider === undefined) return undefined;
  if (!isProvider(provider))
    throw misconfigured(
      'provider_unknown',
      `There is no model provider called ${JSON.stringify(cleanLine(provider, 60))}.`,
      `Set PATCHWORK_PROVIDER to one of ${PROVIDERS.join(', ')}.`,
    );
  // PATCHWORK_MODEL belongs to the provider of the environment: a Claude is not to be looked for at OpenAI.
  const model = setting(overrides.model) ?? (provider === usual ? setting(env.PATCHWORK_MODEL) : undefined);
  if (model !== undefined && !/^[\x21-\x7e]{1,200}$/.test(model))
    throw misconfigured(
      'name_malformed',
      'The model name has spaces or characters that no model name has.',
      'Check PATCHWORK_MODEL.',
    );

  switch (provider) {
    case 'anthropic':
      return anthropicModel({
        name: model ?? DEFAULTS.anthropic,
        apiKey: requiredKey(env, 'ANTHROPIC_API_KEY'),
        baseURL: baseUrl(env, 'ANTHROPIC_BASE_URL'),
      });
    case 'openai':
      return openaiModel({
        name: model ?? DEFAULTS.openai,
        apiKey: requiredKey(env, 'OPENAI_API_KEY'),
        baseURL: baseUrl(env, 'OPENAI_BASE_URL'),
      });
    case 'compatible': {
      const baseURL = baseUrl(env, 'OPENAI_BASE_URL');
      if (baseURL === undefined)
        throw misconfigured(
          'base_url_missing',
          'An OpenAI-compatible server is configured, but not where it is.',
          'Set OPENAI_BASE_URL, for instance http://localhost:11434/v1.',
        );
      if (model === undefined)
        throw misconfigured(
          'name_missing',
          'An OpenAI-compatible server is configured, but not which of its models to ask.',
          'Set PATCHWORK_MODEL to the name that the server knows.',
        );
      // The SDK insists on a key; servers on one's own machine do not.
      return compatibleModel({ name: model, apiKey: key(env, 'OPENAI_API_KEY') ?? 'none', baseURL });
    }
    case 'recorded':
      return recordedModel({
        name: model ?? DEFAULTS.recorded,
        answers: recordedAnswers(setting(env.PATCHWORK_RECORDED)),
      });
  }
}

/** Workflow inputs that nobody filled in arrive as empty strings. */
function setting(value: string | undefined): string | undefined {
  return value?.trim() || undefined;
}

function providerByKey(env: Environment): Provider | undefined {
  if (setting(env.ANTHROPIC_API_KEY)) return 'anthropic';
  if (setting(env.OPENAI_API_KEY)) return 'openai';
  return undefined;
}

function isProvider(name: string): name is Provider {
  return (PROVIDERS as readonly string[]).includes(name);
}

/** Anything else would make `fetch` throw an error that quotes the header, and with it the key. */
function key(env: Environment, variable: string): string | undefined {
  const value = setting(env[variable]);
  if (value === undefined || /^[\x21-\x7e]+$/.test(value)) return value;
  throw misconfigured(
    'key_malformed',
    `${variable} has spaces, line breaks or characters that no key has.`,
    'Copy the key again, alone.',
  );
}

function requiredKey(env: Environment, variable: string): string {
  const value = key(env, variable);
  if (value !== undefined) return value;
  throw misconfigured(
    'key_missing',
    `The model provider is configured, but ${variable} is not set.`,
    `Set ${variable}.`,
  );
}

function baseUrl(env: Environment, variable: string): string | undefined {
  const value = setting(env[variable]);
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const reason =
    url === undefined || !/^https?:$/.test(url.protocol)
      ? 'is not an http or https URL'
      : url.username || url.password
        ? 'holds credentials'
        : url.search || url.hash
          ? 'has a query or a fragment'
          : undefined;
  if (reason === undefined) return value;
  throw misconfigured(
    'base_url_invalid',
    `${variable} ${reason}.`,
    `Set ${variable} to the address alone; the key goes into its own variable.`,
  );
}

function recordedAnswers(file: string | undefined): RecordedAnswers {
  if (file === undefined)
    throw misconfigured(
      'recorded_missing',
      'Recorded answers are configured, but no file of them.',
      'Set PATCHWORK_RECORDED to a JSON file.',
    );
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw misconfigured(
      'recorded_unreadable',
      'The file of recorded answers cannot be read as JSON.',
      'Check PATCHWORK_RECORDED.',
    );
  }
  const answers = RecordedAnswers.safeParse(content);
  if (answers.success) return answers.data;
  throw misconfigured(
    'recorded_invalid',
    `The file of recorded answers is not as expected:\n${z.prettifyError(answers.error).slice(0, 1000)}`,
    'Each question name holds a list of {"text"}, {"json"} or {"stop", "text"?}.',
  );
}

function misconfigured(what: string, message: string, next: string): PatchworkError {
  return new PatchworkError(`model_${what}`, message, { status: 500, next });
}
