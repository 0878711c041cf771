import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join, sep } from 'node:path';

/** The programs that a server may need to be installed, built and run. */
export interface Tools {
  /** `PATH` of every run; the Node that runs us comes first. */
  path: string;
  /** Folders outside of the system's own that hold these programs, to be shown read-only. */
  folders: string[];
  /** Where tools look for their own files when the home is another one. */
  env: Record<string, string>;
  /** What installing needs to get through to a registry, without credentials. */
  network: Record<string, string>;
}

const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib64'];
const NETWORK = [
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'NODE_EXTRA_CA_CERTS'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'PIP_CERT', 'CARGO_HTTP_CAINFO', 'npm_config_registry'],
  ...['PIP_INDEX_URL', 'UV_DEFAULT_INDEX', 'GOPROXY', 'GOSUMDB'],
];
const PROGRAMS = ['node', 'npm', 'pnpm', 'yarn', 'bun', 'python3', 'uv', 'poetry', 'go', 'cargo'];
/** Set-up actions install these as packages of a folder of their own. */
const MANAGERS = ['pnpm', 'yarn', 'bun'];

/**
 * Finds them along `PATH`. A folder `x/bin` with libraries beside it is shown as `x`; of a home and its well-known dot folders only
 * what holds programs, never what holds credentials.
 */
export function findTools(environment: Record<string, string | undefined>): Tools {
  const home = environment.HOME ?? '/nonexistent';
  const node = dirname(realpathSync(process.execPath));
  const path = (environment.PATH ?? '/usr/local/bin:/usr/bin:/bin')
    .split(delimiter)
    .filter((folder) => folder.startsWith(sep) && isFolder(folder) && (!isPackages(folder) || holdsManager(folder)));
  path.push(...pythonsOf(path));
  const folders = new Set<string>();
  const show = (folder: string) => {
    if (!existsSync(folder) || SYSTEM.some((system) => within(folder, system))) return;
    if (within(home, folder) || folder === sep) return;
    folders.add(folder);
  };
  for (const bin of [node, ...path]) {
    show(bin);
    const holder = isPackages(bin) ? dirname(bin) : prefixOf(bin, home);
    if (holder) show(holder);
    for (const program of PROGRAMS) {
      const file = join(bin, program);
      const real = existsSync(file) ? realpathSync(file) : file;
      if (real === file) continue;
      show(dirname(real));
      const prefix = prefixOf(dirname(real), home);
      if (prefix) show(prefix);
    }
  }
  const env: Record<string, string> = {};
  const rustup = environment.RUSTUP_HOME ?? join(home, '.rustup');
  if (isFolder(rustup)) {
    show(rustup);
    env.RUSTUP_HOME = rustup;
  }
  const pyenv = path.find((folder) => SHIMS.test(folder));
  if (pyenv) env.PYENV_ROOT = dirname(pyenv);
  for (const shared of ['.local/share/uv', '.local/share/pipx', '.local/pipx']) show(join(home, shared));
  show('/nix/store');
  return {
    path: [...new Set([node, ...path])].join(delimiter),
    folders: [...folders].filter((folder) => ![...folders].some((other) => other !== folder && within(folder, other))),
    env,
    network: Object.fromEntries(
      NETWORK.map((name) => [name, environment[name] ?? '']).filter(([, value]) => value && !value.includes('@')),
    ),
  };
}

/** Programs of somebody's packages: our own among them, which no server under test is given. */
function isPackages(folder: string): boolean {
  return folder.endsWith(join('node_modules', '.bin'));
}

function holdsManager(folder: string): boolean {
  return MANAGERS.some((manager) => existsSync(join(folder, manager)));
}

const SHIMS = /[\\/]\.pyenv[\\/]shims$/;

/** All versions that pyenv has, newest first: its shims show the chosen one only, and a server may need another. */
function pythonsOf(path: string[]): string[] {
  return path
    .filter((folder) => SHIMS.test(folder))
    .map((shims) => join(dirname(shims), 'versions'))
    .filter(isFolder)
    .flatMap((versions) =>
      readdirSync(versions)
        .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
        .map((version) => join(versions, version, 'bin')),
    )
    .filter(isFolder);
}

function prefixOf(bin: string, home: string): string | undefined {
  const prefix = dirname(bin);
  if (/[\\/]\.pyenv$/.test(prefix)) return prefix;
  if (prefix === join(home, '.local') || !/[\\/]bin$/.test(bin)) return undefined;
  return isFolder(join(prefix, 'lib')) ? prefix : undefined;
}

function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
