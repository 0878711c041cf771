import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Settings } from '../http/index.ts';
import { PatchworkError } from '../report/index.ts';

export type Variables = Record<string, string | undefined>;

/** What a command goes by: the variables of its process and, where they are silent, those saved in the data folder's `.env`. */
export async function readVariables(env: Variables): Promise<Variables> {
  return merged(await readSaved(env.PATCHWORK_DATA || '.patchwork'), env);
}

export async function readSaved(dataDir: string): Promise<Variables> {
  return parseEnv(await readText(join(dataDir, '.env')));
}

function merged(saved: Variables, env: Variables): Variables {
  return { ...saved, ...Object.fromEntries(Object.entries(env).filter(([, value]) => value)) };
}

/** The settings of a server that may be changed while it runs; `apply` hears what counts then, or throws when that cannot work. */
export function openSettings(options: {
  dataDir: string;
  env: Variables;
  /** Whether they may be changed at all. */
  writable: boolean;
  check(variables: Variables): void;
  apply(variables: Variables): void;
  configured(): boolean;
}): Settings {
  const { dataDir, env, configured } = options;
  let turn: Promise<unknown> = Promise.resolve();
  const save = async (changes: Record<string, string>) => {
    refuseSet(changes, env);
    const saved = await readSaved(dataDir);
    const all = completed({ ...saved, ...changes });
    checked(() => options.check(merged(all, env)));
    const fresh = Object.entries(all).filter(([name, value]) => saved[name] !== value);
    await saveVariables(dataDir, Object.fromEntries(fresh) as Record<string, string>);
    options.apply(merged(all, env));
  };
  return {
    read: async () => merged(await readSaved(dataDir), env),
    configured,
    ...(options.writable
      ? {
          save(changes) {
            const done = turn.then(() => save(changes));
            turn = done.catch(() => {});
            return done;
          },
        }
      : {}),
  };
}

/** Throws `set_elsewhere` (409) for what the environment sets, because that would go on counting. */
function refuseSet(changes: Variables, env: Variables): void {
  for (const name of Object.keys(changes)) {
    if (env[name]) {
      throw new PatchworkError('set_elsewhere', `${name} is set in the environment of the server.`, {
        status: 409,
        next: 'Change it there.',
      });
    }
  }
}

/** What is written on GitHub has to be signed. */
function completed(variables: Variables): Variables {
  const { GITHUB_TOKEN, PATCHWORK_REPO, PATCHWORK_SECRET } = variables;
  if (!GITHUB_TOKEN || !PATCHWORK_REPO || PATCHWORK_SECRET) return variables;
  return { ...variables, PATCHWORK_SECRET: randomBytes(32).toString('hex') };
}

function checked(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof PatchworkError)) throw error;
    const { message, next } = error;
    throw new PatchworkError('invalid_settings', message, { status: 422, ...(next ? { next } : {}) });
  }
}

/** Writes variables to the data folder's `.env`: a new file in its place, for its owner only, whole or not at all. Other lines stay. */
export async function saveVariables(dataDir: string, variables: Record<string, string>): Promise<void> {
  const file = join(dataDir, '.env');
  const kept = (await readText(file)).split('\n').filter((line) => line && !(nameOf(line) in variables));
  const added = Object.entries(variables).map(([name, value]) => `${name}=${quoted(name, value)}`);
  await replaceFile(file, `${[...kept, ...added].join('\n')}\n`);
}

function nameOf(line: string): string {
  return /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(line)?.[1] ?? '';
}

function quoted(name: string, value: string): string {
  const quote = ["'", '"', '`'].find((mark) => !value.includes(mark));
  if (quote && !/[\r\n\\]/.test(value)) return `${quote}${value}${quote}`;
  throw new PatchworkError('invalid_field', `The value for ${name} cannot be saved.`, { status: 422 });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

export async function replaceFile(file: string, text: string): Promise<void> {
  const fresh = join(dirname(file), `.env-${randomBytes(6).toString('hex')}`);
  try {
    await using handle = await open(fresh, 'wx', 0o600);
    await handle.writeFile(text);
    await handle.sync();
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
