import { type Change, type CodeFile, isTest } from '../repo/index.ts';

/** Something that code can do with a draft and could not do before, as far as its text shows. */
export interface Capability {
  kind: 'dependency' | 'environment' | 'host' | 'program' | 'file';
  /** Its name: of a package, a variable, a host, a call. */
  what: string;
  path: string;
  line: number;
}

/** One pattern per thing, its name in the first group that matched. */
const MARKS: [kind: Capability['kind'], pattern: RegExp][] = [
  [
    'environment',
    /\bprocess\.env(?:\.(\w+)|\[\s*['"`]([\w]+)['"`])|\bos\.environ(?:\.get\(|\[)\s*['"](\w+)|\bos\.getenv\(\s*['"](\w+)|\bos\.(?:Getenv|LookupEnv)\(\s*"(\w+)|\benv::var(?:_os)?\(\s*"(\w+)|\bimport\.meta\.env\.(\w+)|\b(process\.env|os\.environ)\b(?!\s*\??\.(?:\w+)|\s*\[\s*['"`])|\b(os\.Environ|env::vars(?:_os)?)\b/g,
  ],
  [
    'host',
    /\b(?!file:)[a-z][a-z0-9+.-]{1,20}:(?:\\?\/){2}(?:[^\s/@'"`<>]*@)?([\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+|\d{8,10}|0x[0-9a-f]{8}|\[[0-9a-f:.]+\])|(?<=['"`])(\d{1,3}(?:\.\d{1,3}){3})(?=[:'"`/])/giu,
  ],
  [
    'program',
    /\b(child_process|execFileSync|execSync|execFile|spawnSync|spawn|subprocess|os\.system|os\.popen|os\.exec\w*|exec\.Command(?:Context)?|Command::new|Deno\.Command|Bun\.spawn|eval|(?<![.\w])exec|new Function|(?<![.\w])Function|__import__|import_module|create_subprocess_\w+|runIn\w*Context|process\.dlopen|ctypes|pickle\.loads?|marshal\.loads|os\.spawn\w+|os\.fork|pty\.spawn|syscall\.\w*[Ee]xec|plugin\.Open)\b(?=\s*[.('"`)])/g,
  ],
  [
    'file',
    /\b(writeFileSync|writeFile|appendFileSync|appendFile|createWriteStream|unlinkSync|unlink|rmSync|rmdir|renameSync|chmodSync|shutil\.\w+|os\.remove|os\.unlink|os\.rmdir|os\.Remove(?:All)?|os\.WriteFile|os\.Create|os\.OpenFile|fs::write|fs::remove_\w+|File::create|write_text|write_bytes|symlinkSync|symlink|copyFileSync|copyFile|cpSync|truncate|Deno\.write\w*|Bun\.write)\b(?=\s*\()|\b(open)\(\s*[^()\n]{1,200},\s*(?:mode\s*=\s*)?['"][rb+]*[wax]/g,
  ],
];

const IS_CODE = /\.(?:[cm]?[jt]sx?|py|go|rs)$/;

/** What the changed files can do that nothing in the base did: for a person to weigh, and never merged unread. */
export function newCapabilities(base: CodeFile[], changes: Change[]): Capability[] {
  const known = new Set<string>();
  for (const { path, text } of base) for (const { kind, what } of marksIn(path, text)) known.add(`${kind} ${what}`);
  const found = new Map<string, Capability>();
  for (const { path, before, after } of changes) {
    if (after === undefined) continue;
    const had = new Set(dependenciesIn(path, before ?? '').map(({ what }) => what));
    for (const each of dependenciesIn(path, after)) if (!had.has(each.what)) found.set(`dependency ${each.what}`, each);
    const isCode = IS_CODE.test(path) && (!isTest(path) || isTakenIn(path, changes));
    for (const each of marksIn(path, after)) {
      // A host in a text is where somebody could be led to.
      if (!isCode && each.kind !== 'host') continue;
      const key = `${each.kind} ${each.what}`;
      // A file that starts programs may not have done so before, though another one did.
      const isNew =
        each.kind === 'program' || each.kind === 'file' ? isMore(each, before ?? '', after) : !known.has(key);
      if (isNew && !found.has(key)) found.set(key, each);
    }
  }
  return [...found.values()];
}

/** Whether a changed file that is no test names this one: then it is more than a test. */
function isTakenIn(path: string, changes: Change[]): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(IS_CODE, '');
  return changes.some((other) => !isTest(other.path) && IS_CODE.test(other.path) && other.after?.includes(name));
}

function marksIn(path: string, text: string): Capability[] {
  return MARKS.flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const what = match.slice(1).find((group) => group !== undefined);
      if (what === undefined || isLoopback(kind, what)) return [];
      return [{ kind, what: kind === 'host' ? what.toLowerCase() : what, path, line: lineOf(text, match.index) }];
    }),
  );
}

function isMore({ kind, what }: Capability, before: string, after: string): boolean {
  const count = (text: string) => marksIn('', text).filter((each) => each.kind === kind && each.what === what).length;
  return count(after) > count(before);
}

function isLoopback(kind: Capability['kind'], host: string): boolean {
  return (
    kind === 'host' &&
    /^(?:127\.|0\.0\.0\.0$|\[::1\]$|(?:.*\.)?(?:example|invalid|test|localhost)$|(?:.*\.)?example\.(?:com|org|net)$)/i.test(
      host,
    )
  );
}

/** Packages that a manifest asks for, by the forms in which the package managers of the four languages write them. */
function dependenciesIn(path: string, text: string): Capability[] {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const pattern = DEPENDENCIES.find(([file]) => file.test(name))?.[1];
  if (!pattern) return [];
  return [...text.matchAll(pattern)].flatMap((match) => {
    const what = match[1];
    return what === undefined || NOT_PACKAGES.has(what)
      ? []
      : [{ kind: 'dependency' as const, what, path, line: lineOf(text, match.index) }];
  });
}

const DEPENDENCIES: [file: RegExp, pattern: RegExp][] = [
  [
    /^package\.json$/,
    /"((?:@[\w.-]+\/)?[\w.-]+)"\s*:\s*"(?:[\^~<>=*]|\d|workspace:|npm:|git|file:|https?:|latest)[^"]*"/g,
  ],
  [
    /^pyproject\.toml$/,
    /^\s*(?:"|')([A-Za-z][\w.-]*)(?:\[[^\]]*\])?\s*(?:[<>=!~;@][^"']*)?(?:"|')\s*,?\s*$|\[\s*["']([A-Za-z][\w.-]*)/gm,
  ],
  [/^requirements[^/]*\.txt$/, /^\s*([A-Za-z][\w.-]*)/gm],
  [/^go\.mod$/, /^\s*(?:require\s+)?([\w.-]+\.[a-z]+\/\S+)\s+v\d/gm],
  [/^cargo\.toml$/, /^([\w-]+)\s*=\s*(?:"[\^~=<>*\d]|\{)/gm],
];

const NOT_PACKAGES = new Set(['version', 'edition', 'rust-version', 'node', 'npm', 'lints', 'features']);

function lineOf(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

const WORDS: Record<Capability['kind'], string> = {
  dependency: 'depends on',
  environment: 'reads the environment variable',
  host: 'names the host',
  program: 'can start programs or code:',
  file: 'changes files:',
};

/** In words that stand in a sentence or a list; names from the code are code spans. */
export function describeCapability({ kind, what, path, line }: Capability): string {
  const shown = what.replace(/[`\s]/g, '').slice(0, 100);
  return `${WORDS[kind]} \`${shown}\` (\`${path.replaceAll('`', '')}\`, line ${line})`;
}
