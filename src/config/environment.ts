import * as z from 'zod';
import { PatchworkError } from '../report/index.ts';
import { readNetworks, readTargets, type Target } from './notify.ts';

const REPOSITORY = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/[A-Za-z0-9._-]{1,100}$/;

const blankIsAbsent = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema);
const PORT_RANGE = 'has to be a number from 0 to 65535';
const port = z.coerce.number(PORT_RANGE).int(PORT_RANGE).min(0, PORT_RANGE).max(65_535, PORT_RANGE);
/** A text that `read` understands; what it throws is what is wrong with it. */
const readBy = <T>(read: (text: string) => T) =>
  z
    .string()
    .default('')
    .transform((value, context) => {
      try {
        return read(value);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    });
const text = blankIsAbsent(z.string().optional());

const schema = z.object({
  PORT: blankIsAbsent(port.optional()),
  FEEDBACK_PORT: blankIsAbsent(port.optional()),
  HOST: text,
  PATCHWORK_DATA: blankIsAbsent(z.string().default('.patchwork')),
  PATCHWORK_REPO: blankIsAbsent(z.string().regex(REPOSITORY, 'has to be owner/name').optional()),
  PATCHWORK_SECRET: blankIsAbsent(z.string().min(16, 'has to have at least 16 characters').optional()),
  PATCHWORK_LOGINS: blankIsAbsent(
    z
      .string()
      .regex(/^\s*[\w.-]+(?:\[bot\])?(?:\s*,\s*[\w.-]+(?:\[bot\])?)*\s*$/, 'has to be logins, separated by commas')
      .optional(),
  ),
  FEEDBACK_API_KEY: text,
  PATCHWORK_RATE_LIMIT: blankIsAbsent(
    z.coerce.number('has to be a number').int('has to be a whole number').min(0, 'has to be 0 or more').default(600),
  ),
  PATCHWORK_CORS_ORIGINS: blankIsAbsent(
    z
      .string()
      .regex(
        /^\s*https?:\/\/[\w.:[\]-]+(?:\s*,\s*https?:\/\/[\w.:[\]-]+)*\s*$/,
        'has to be origins, separated by commas',
      )
      .optional(),
  ),
  GITHUB_TOKEN: text,
  GITHUB_API_URL: blankIsAbsent(
    z.url({ protocol: /^https?$/, error: 'has to be an http(s) address' }).default('https://api.github.com'),
  ),
  APP_ID: blankIsAbsent(z.coerce.number('has to be the App’s number').int().positive().optional()),
  PRIVATE_KEY: text,
  PRIVATE_KEY_PATH: text,
  WEBHOOK_SECRET: text,
  GITHUB_CLIENT_ID: text,
  GITHUB_CLIENT_SECRET: text,
  PATCHWORK_URL: blankIsAbsent(z.url({ protocol: /^https?$/, error: 'has to be an http(s) address' }).optional()),
  DATABASE_URL: blankIsAbsent(
    z
      .string()
      .regex(/^postgres(?:ql)?:\/\//, 'has to be a postgres:// address')
      .optional(),
  ),
  PATCHWORK_NOTIFY: readBy(readTargets),
  PATCHWORK_NOTIFY_PRIVATE: readBy(readNetworks),
  PATCHWORK_MODEL_PRICE: blankIsAbsent(
    z
      .string()
      .regex(/^\d+(\.\d+)?\/\d+(\.\d+)?$/, 'has to be dollars for a million tokens in and out, like 3/15')
      .transform((price) => {
        const [input = 0, output = 0] = price.split('/').map(Number);
        return { input, output };
      })
      .optional(),
  ),
  LOG_LEVEL: blankIsAbsent(z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info')),
});

/** Everything the environment says, read once at start. */
export interface Environment {
  port: number;
  host: string | undefined;
  dataDir: string;
  /** The shared keys that drop-ins send, several while they are rotated; without one the server listens on loopback only. */
  apiKeys: string[];
  /** Requests a minute with one key, for each scope; 0 for no limit. */
  ratePerMinute: number;
  /** Origins of web pages that may use the API. */
  corsOrigins: string[];
  /** Sign and verify markers: the first signs, the others verify (after a rotation). */
  secrets: string[];
  /** Further logins under which we wrote: another App, a token's user. */
  logins: string[];
  databaseUrl: string | undefined;
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Who is told of events of every repository, and private networks that they may lie in. */
  notify: { targets: Target[]; networks: string[] };
  /** Where people and drop-ins reach this server. */
  url: string | undefined;
  /** US dollars for a million tokens of the model, for the figures. */
  modelPrice: { input: number; output: number } | undefined;
  github: Local | Token | App;
}

interface Local {
  mode: 'local';
}
interface Token {
  mode: 'token';
  api: string;
  repository: string;
  token: string;
}
interface App {
  mode: 'app';
  api: string;
  repository: string;
  appId: number;
  privateKey: { pem: string } | { file: string };
  webhookSecret: string;
  /** How people sign in on the set-up page. */
  oauth: { clientId: string; clientSecret: string } | undefined;
}

/**
 * Reads the environment. What is set decides the mode: `APP_ID` the App, `GITHUB_TOKEN` with `PATCHWORK_REPO` a token, else local.
 * Throws `invalid_environment`, naming the variable and never its value.
 */
export function readEnvironment(env: Record<string, string | undefined>): Environment {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(String(issue?.path[0]), issue?.message ?? 'is wrong');
  }
  const value = parsed.data;
  const secrets = listOf(value.PATCHWORK_SECRET);
  const github = mode(value);
  if (github.mode !== 'local' && secrets.length === 0) {
    throw invalid(
      'PATCHWORK_SECRET',
      'is missing: it signs what we write into issues',
      'Make one with `openssl rand -hex 32`.',
    );
  }
  return {
    port: value.PORT ?? value.FEEDBACK_PORT ?? 8099,
    host: value.HOST,
    dataDir: value.PATCHWORK_DATA,
    apiKeys: listOf(value.FEEDBACK_API_KEY),
    ratePerMinute: value.PATCHWORK_RATE_LIMIT,
    corsOrigins: listOf(value.PATCHWORK_CORS_ORIGINS),
    secrets,
    logins: listOf(value.PATCHWORK_LOGINS),
    databaseUrl: value.DATABASE_URL,
    logLevel: value.LOG_LEVEL,
    url: value.PATCHWORK_URL?.replace(/\/+$/, ''),
    modelPrice: value.PATCHWORK_MODEL_PRICE,
    notify: { targets: value.PATCHWORK_NOTIFY, networks: value.PATCHWORK_NOTIFY_PRIVATE },
    github,
  };
}

function mode(value: z.infer<typeof schema>): Environment['github'] {
  const { APP_ID: appId, PATCHWORK_REPO: repository, GITHUB_TOKEN: token, GITHUB_API_URL: api } = value;
  if (appId === undefined) {
    return token && repository ? { mode: 'token', api, repository, token } : { mode: 'local' };
  }
  if (!repository) throw invalid('PATCHWORK_REPO', 'is missing: reports need a repository to go to');
  const privateKey = value.PRIVATE_KEY
    ? { pem: value.PRIVATE_KEY.replaceAll('\\n', '\n') }
    : value.PRIVATE_KEY_PATH && { file: value.PRIVATE_KEY_PATH };
  if (!privateKey)
    throw invalid('PRIVATE_KEY', 'is missing, and so is PRIVATE_KEY_PATH', 'Take the key from the App’s page.');
  if (!value.WEBHOOK_SECRET || value.WEBHOOK_SECRET === 'development') {
    throw invalid('WEBHOOK_SECRET', 'is missing or a well-known word', 'Set the secret that the App’s page shows.');
  }
  const { GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret, WEBHOOK_SECRET: webhookSecret } = value;
  const oauth = clientId && clientSecret ? { clientId, clientSecret } : undefined;
  return { mode: 'app', api, repository, appId, privateKey, webhookSecret, oauth };
}

function listOf(value: string | undefined): string[] {
  return (value ?? '').split(',').flatMap((one) => one.trim() || []);
}

function invalid(variable: string, what: string, next?: string): PatchworkError {
  return new PatchworkError('invalid_environment', `The environment variable ${variable} ${what}.`, {
    field: variable,
    ...(next ? { next } : {}),
  });
}
