/** The keys of a `package.json` that run something, or decide what is installed in place of what. */
const RUNS = [
  'scripts',
  'packageManager',
  'devEngines',
  'overrides',
  'resolutions',
  'pnpm',
  'workspaces',
  'gypfile',
  'husky',
];

/** The sections of other manifests that run something when a project is built. */
const SECTIONS: [path: RegExp, section: RegExp, what: string][] = [
  [
    /(?:^|\/)pyproject\.toml$/,
    /^\[build-system\][\s\S]*?(?=^\[|$(?![\s\S]))|^\[tool\.(?:hatch\.build\.hooks|setuptools\.cmdclass|poetry\.build)[\s\S]*?(?=^\[|$(?![\s\S]))/gm,
    'how the project is built',
  ],
  [
    /(?:^|\/)cargo\.toml$/i,
    /^\s*build\s*=.*$|^\[(?:patch|replace)[\s\S]*?(?=^\[|$(?![\s\S]))/gm,
    'how the project is built',
  ],
  [/(?:^|\/)go\.mod$/, /^\s*replace\b.*$|^\s*toolchain\b.*$/gm, 'what replaces a dependency'],
];

/** What of a manifest's scripts or build a change touches, in words that follow "change"; undefined when it leaves them alone. */
export function changesHowItIsBuilt(path: string, before: string, after: string | undefined): string | undefined {
  if (/(?:^|\/)package\.json$/.test(path)) {
    if (after === undefined) return 'the package itself';
    const [was, is] = [keysOf(before), keysOf(after)];
    const key = RUNS.find((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
    return key && `its \`${key}\``;
  }
  if (after !== undefined && /(?:^|\/)(?:build\.rs|setup\.py|makefile)$/i.test(path)) return 'how the project is built';
  for (const [file, section, what] of SECTIONS) {
    if (file.test(path) && partsOf(before, section) !== partsOf(after ?? '', section)) return what;
  }
  return undefined;
}

function keysOf(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text || '{}');
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    // Not readable: then nothing in it is as it was.
    return { scripts: text };
  }
}

function partsOf(text: string, section: RegExp): string {
  return [...text.matchAll(section)].map(([part]) => part.trim()).join('\n');
}
