const SECRET = /key|token|secret|passw|credential|auth|cookie/i;
const SWITCH = /^(?:true|false|\d{1,6})$/;

export function isSecret(name: string): boolean {
  return SECRET.test(name);
}

/** An argument as it is, or something in place of what only its reader has. */
export function plainArgument(arg: string, name = arg): string {
  const [, flag, value] = /^(--?[\w-]+)=(.*)$/s.exec(arg) ?? [];
  if (flag !== undefined) return `${flag}=${plainArgument(value ?? '', flag)}`;
  if (isPathLike(arg)) return '.';
  return isPlaceholder(arg) || schemeOf(arg) ? standIn(name, arg) : arg;
}

/** The value of a variable: as it is shown, or something in place of what is secret, an address or its reader's own. */
export function plainValue(name: string, shown: string): string {
  if (SWITCH.test(shown)) return shown;
  if (!shown || SECRET.test(name) || /host|domain/i.test(name) || schemeOf(shown)) return standIn(name, shown);
  if (isPathLike(shown)) return '.';
  const isJson = /^[{[]\s*["{[\]}]/.test(shown) && /[}\]]$/.test(shown);
  return isPlaceholder(shown) && !isJson ? standIn(name, shown) : shown;
}

function isPlaceholder(text: string): boolean {
  if (text.startsWith('-')) return false;
  return /[<>{}$[\]]|your|xxx|\.\.\./i.test(text) || /^[A-Z][A-Z_-]{3,}$/.test(text);
}

function isPathLike(text: string): boolean {
  return /^(?:~|[A-Z]:\\|\/[\w.-]+\/|(?:some\/)?path\/)/i.test(text);
}

function schemeOf(text: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
}

/** A value that only looks right, by what its name says it is, or what stands in its place. */
function standIn(name: string, shown: string): string {
  const scheme = schemeOf(shown);
  // A driver takes its own scheme only.
  if (scheme && !/^https?$/.test(scheme)) return `${scheme}://nobody:dummy@127.0.0.1:9/dummy`;
  if (scheme || /url|uri|endpoint/i.test(name)) return 'http://127.0.0.1:9';
  // Some are refused by how they begin.
  if (SECRET.test(name)) return `${/^(?:[a-z]{2,8}[-_]){1,2}(?=\W|x|your)/.exec(shown)?.[0] ?? ''}dummy`;
  if (/host|domain/i.test(name)) return '127.0.0.1';
  if (/port$/i.test(name)) return '9';
  if (/mail|user(?:name)?$/i.test(name)) return 'nobody@example.test';
  if (/dir|path|folder|root/i.test(name)) return '.';
  const told = shown.replace(/\W/g, '');
  return told && told !== name ? standIn(told, '') : 'dummy';
}
