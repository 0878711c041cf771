import { type Files, isAside } from './files.ts';
import type { Found } from './found.ts';

/** How each language asks for a variable, with its name. */
const READS: Record<Found['language'], { code: RegExp; read: RegExp }> = {
  JavaScript: { code: /\.[cm]?[jt]s$/, read: /process\.env(?:\.|\[['"])([A-Z]\w+)/g },
  TypeScript: { code: /\.[cm]?[jt]s$/, read: /process\.env(?:\.|\[['"])([A-Z]\w+)/g },
  Python: { code: /\.py$/, read: /os\.(?:environ(?:\.get\(|\[)|getenv\()\s*['"]([A-Z]\w+)/g },
  Go: { code: /\.go$/, read: /os\.(?:Getenv|LookupEnv)\("([A-Z]\w+)"/g },
  Rust: { code: /\.rs$/, read: /(?:env::var(?:_os)?\(\s*|\benv\s*=\s*)"([A-Z]\w+)"/g },
};

const KEY = /(?:KEY|TOKEN|SECRET|PASSWORD)$/;
/** More of them are the keys of many services, of which a server needs none to start. */
const MOST = 4;

function codeOf(files: Files, { dir, language }: Found): string[] {
  return files.paths
    .filter((path) => path.startsWith(dir ? `${dir}/` : '') && READS[language].code.test(path) && !isAside(path))
    .map((path) => files.read(path) ?? '');
}

/** The keys that the code of a server asks for. */
export function keysRead(files: Files, found: Found): string[] {
  const keys = codeOf(files, found)
    .flatMap((text) => [...text.matchAll(READS[found.language].read)].map(([, name = '']) => name))
    .filter((name) => KEY.test(name));
  const distinct = [...new Set(keys)];
  return distinct.length > MOST ? [] : distinct;
}

/** The argument that chooses stdio, for a server that has one: some speak HTTP without it. */
export function stdioChosen(files: Files, found: Found): string[] {
  const isChosen = codeOf(files, found).some((text) => /['"`]--transport\b/.test(text) && /['"`]stdio['"`]/.test(text));
  return isChosen ? ['--transport', 'stdio'] : [];
}
