import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { isPlain } from './place.ts';
import type { Tools } from './tools.ts';

/**
 * A repository may pin a version of Rust that this machine does not have, and rustup would fetch it into a folder that is shown
 * read-only. Then the machine's own is used, as it is for Go: a newer compiler nearly always takes what an older one took.
 */
export async function rustEnv({ env }: Tools, tree: string, cwd: string): Promise<Record<string, string>> {
  const pinned = env.RUSTUP_HOME === undefined ? undefined : await pinnedIn(tree, cwd);
  if (!env.RUSTUP_HOME || pinned === undefined) return {};
  const installed = (await readdir(join(env.RUSTUP_HOME, 'toolchains')).catch(() => [])).sort();
  const isThere = installed.some((name) => name === pinned || name.startsWith(`${pinned}-`));
  const settings = await readFile(join(env.RUSTUP_HOME, 'settings.toml'), 'utf8').catch(() => '');
  const preset = /^default_toolchain\s*=\s*"([^"]+)"/m.exec(settings)?.[1];
  const own = installed.find((name) => name === preset) ?? installed.find((name) => name.startsWith('stable'));
  return isThere || own === undefined ? {} : { RUSTUP_TOOLCHAIN: own };
}

/** The channel that `rust-toolchain.toml` names, in the folder of the run or above it. */
async function pinnedIn(tree: string, cwd: string): Promise<string | undefined> {
  for (let at = posix.normalize(cwd); ; at = posix.dirname(at)) {
    for (const name of ['rust-toolchain.toml', 'rust-toolchain']) {
      const path = posix.join(at, name);
      if (!(await isPlain(tree, path))) continue;
      const text = await readFile(join(tree, path), 'utf8').catch(() => '');
      const channel = /^\s*channel\s*=\s*["']([\w.-]+)["']/m.exec(text)?.[1] ?? /^\s*([\w.-]+)\s*$/.exec(text)?.[1];
      if (channel) return channel;
    }
    if (at === '.' || at.startsWith('..') || at === '/') return undefined;
  }
}
