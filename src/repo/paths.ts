/** Why a path may not be written by a draft; undefined when it may. */
export interface PathRefusal {
  code: 'unsafe_path' | 'protected_path';
  why: string;
  /** Whether a draft may go on without the edits of it; of everything else one edit gives the whole draft away. */
  mayBeLeftOut: boolean;
}

const MAX_PATH = 240;
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|con(?:in|out)\$|(?:com|lpt)[\d¹²³])(?:\..*)?$/i;

/**
 * Paths a draft must never touch: what runs with rights (workflows, hooks, owners), what steers coding agents, what pins
 * dependencies, and anything hidden. Compared case-folded and Unicode-normalised, as careless file systems compare.
 */
const PROTECTED: [pattern: RegExp, why: string, mayBeLeftOut?: true][] = [
  [/^\.github\//, 'it is part of the repository’s automation'],
  [
    /(?:^|\/)(?:jenkinsfile(?:\.\w+)?|(?:azure|bitbucket)-pipelines\.ya?ml|appveyor\.ya?ml|cloudbuild\.ya?ml|buildspec\.ya?ml|codefresh\.ya?ml|wercker\.yml|action\.ya?ml|dependabot\.ya?ml|renovate\.json5?|lefthook\.(?:ya?ml|toml|json))$/,
    'it is part of the repository’s automation',
  ],
  [/(?:^|\/)(?:codeowners|owners|security\.md)$/, 'it says who answers for the code'],
  [
    /(?:^|\/)(?:(?:agents?|claude|gemini|codex|copilot|copilot-instructions|qwen|crush|warp|conventions|skill)(?:\.\w+)?\.md|[^/]*\.(?:mdc|(?:instructions|prompt|chatmode|agent)\.md)|(?:mcp|opencode|crush)\.jsonc?)$/,
    'it instructs coding agents',
  ],
  [
    /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|bun\.lockb|go\.sum|go\.work\.sum|[^/]*\.lock|[^/]*\.lockfile|packages\.lock\.json|package\.resolved|pylock(?:\.[\w-]+)?\.toml|conda-lock\.ya?ml)$/,
    'it is a lock file',
    true,
  ],
  [/(?:^|\/)(?:node_modules|vendor|third_party)\//, 'it belongs to a dependency', true],
  [/(?:^|\/)\.[^/]+(?:\/|$)/, 'it is hidden'],
  [/(?:^|\/)(?:feedback[-_]tool(?:\.[a-z]+$|\/)|feedback_delivery\.go$)/, 'it is the feedback drop-in itself'],
];

/** Whether a draft may write this path. Both checks are ours and come before any call to git or GitHub. */
export function refusePath(path: string): PathRefusal | undefined {
  // Some file systems fold what only looks like a slash or a dot.
  const why = unsafe(path) ?? unsafe(path.normalize('NFKC'));
  if (why) return { code: 'unsafe_path', why, mayBeLeftOut: false };
  const folded = path.normalize('NFKC').toLowerCase();
  const found = PROTECTED.filter(([pattern]) => pattern.test(folded));
  const [worst] = found.toSorted((a, b) => Number(a[2] ?? false) - Number(b[2] ?? false));
  return worst && { code: 'protected_path', why: worst[1], mayBeLeftOut: worst[2] ?? false };
}

function unsafe(path: string): string | undefined {
  if (path === '' || path.length > MAX_PATH) return 'it is empty or too long';
  if (path.startsWith('/') || path.includes('\\') || path.includes(':'))
    return 'it is not a path inside the repository';
  if (path !== path.normalize('NFC') || !path.isWellFormed()) return 'it is not in normal form';
  if (path.startsWith('-')) return 'programs take it for an option';
  if (/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}"<>|?*`;]|(?! )\p{Z}|\$\(/u.test(path))
    return 'it has a character no path needs';
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.' || segment === '..') return 'it leaves its folder';
    if (/[. ]$/.test(segment) || segment.startsWith(' ') || WINDOWS_DEVICE.test(segment)) {
      return 'it has a name some file systems change';
    }
    if (/^(?:\.git|git~\d+)$/i.test(segment)) return 'it lies inside git’s own folder';
  }
  return undefined;
}
