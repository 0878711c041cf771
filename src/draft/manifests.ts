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
  'lint-staged',
  'simple-git-hooks',
  'pre-commit',
  'trustedDependencies',
  'publishConfig',
];

/** Files that run, or say what runs, when a project is built, installed or tested, or when its language starts. */
const BUILD_FILES = [
  /^(?:build\.rs|build\.zig|meson\.build|hatch_build\.py|setup\.(?:py|cfg)|pom\.xml|binding\.gyp|package\.ya?ml|procfile)$/,
  /^(?:(?:gnu)?makefile|.*\.mk|cmakelists\.txt|justfile|taskfile\.ya?ml|rakefile|(?:gruntfile|gulpfile)\.\w+)$/,
  /^(?:(?:docker|container)file(?:\..+)?|(?:docker-)?compose(?:\..+)?\.ya?ml|(?:gradlew|mvnw)(?:\.\w+)?|(?:build|settings)\.gradle(?:\.kts)?)$/,
  /^(?:conftest\.py|pytest\.ini|tox\.ini|noxfile\.py|(?:site|user)customize\.py|.*\.pth)$/,
  /^(?:vite|vitest|jest|babel|webpack|rollup|esbuild|tsup|tsdown|eslint|prettier|postcss|playwright)\.config\.[cm]?[jt]s$/,
  /^(?:pnpm-workspace\.ya?ml|(?:lerna|nx|turbo|vercel)\.json|(?:netlify|fly)\.toml|wrangler\.(?:toml|jsonc?))$/,
];

/** The sections of other manifests that run something when a project is built. */
const SECTIONS: [path: RegExp, section: RegExp, what: string][] = [
  [
    /(?:^|\/)pyproject\.toml$/,
    /^\[build-system\][\s\S]*?(?=^\[|$(?![\s\S]))|^\[{1,2}tool\.(?:hatch\.build\.hooks|setuptools\.cmdclass|poetry\.(?:build|source)|pdm\.(?:build|source)|pytest|tox|uv)[\s\S]*?(?=^\[|$(?![\s\S]))/gm,
    'how the project is built',
  ],
  [
    /(?:^|\/)cargo\.toml$/i,
    /^\s*build\s*=.*$|^\[(?:patch|replace|source)[\s\S]*?(?=^\[|$(?![\s\S]))/gm,
    'how the project is built',
  ],
  [/(?:^|\/)go\.(?:mod|work)$/, /^\s*replace\b.*$|^.*=>.*$|^\s*toolchain\b.*$/gm, 'what replaces a dependency'],
];

/** What of a manifest's scripts or build a change touches, in words that follow "change"; undefined when it leaves them alone. */
export function changesHowItIsBuilt(path: string, before: string, after: string | undefined): string | undefined {
  if (/(?:^|\/)package\.json$/.test(path)) {
    if (after === undefined) return 'the package itself';
    const [was, is] = [keysOf(before), keysOf(after)];
    const key = RUNS.find((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
    return key && `its \`${key}\``;
  }
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (BUILD_FILES.some((file) => file.test(name))) return 'how the project is built or tested';
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
