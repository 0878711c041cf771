import type { ServerSpec } from './start.ts';

/** What the advice is drawn from: a failure of an examination. */
interface Failed {
  stage: 'install' | 'build' | 'start' | 'list';
  code: string;
  why: string;
  tail: string;
}

interface Symptom {
  stages: Failed['stage'][];
  /** In the last words; what it captures goes into the advice. */
  seen: RegExp;
  advice(captured: string): string;
}

/** What package managers, compilers and servers print when a repository's settings are not right yet; the first that fits counts. */
const SYMPTOMS: Symptom[] = [
  {
    stages: ['install', 'build', 'start'],
    seen: /([\w.+-]+): (?:command )?not found$/m,
    advice: (name) => `Install ${name} where drafts run, or add a step with it to the workflow.`,
  },
  {
    stages: ['install'],
    seen: /are in sync|from lock file|OUTDATED_LOCKFILE|lockfile would have been modified|lockfile had changes|lock file .* needs to be updated/,
    advice: () =>
      'The manifest and its lock file disagree: commit a fresh lock file, or let `install` make one (as `npm install` does).',
  },
  {
    stages: ['install', 'build'],
    seen: /No interpreter found for Python ([\d.<>=, ]*\d)|Failed to download .*\/cpython-(\d+\.\d+)|requires go >= ([\d.]+)|requires rustc ([\d.]+)/,
    advice: (version) => `Install version ${version} of its language where drafts run.`,
  },
  {
    stages: ['start'],
    seen: /(?:(?:ENOTFOUND|EAI_AGAIN|lookup|resolve host:) |host='|for url \(https?:\/\/)((?:[\w-]+\.)+[a-z]{2,})\b/,
    advice: (host) =>
      `There is no network once it is installed: name \`${host}\` under \`server.stubs.hosts\`, with answers under \`http\`.`,
  },
  {
    stages: ['install', 'build', 'start'],
    seen: /EAI_AGAIN|ENOTFOUND|ENETUNREACH|[Nn]ame or service not known|name resolution|[Nn]etwork is unreachable|[Cc]ould not resolve host|dns error|NameResolutionError|no such host/,
    advice: () =>
      'There is no network once it is installed: fetch what it needs in `install`, and let `server.stubs` answer for its service.',
  },
  {
    stages: ['start'],
    seen: /\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b(?=[^\n]{0,80}\b(?:required|missing|not (?:set|found|provided|configured|defined|present)|must be|unset|empty))/,
    advice: (name) => `Give it a stand-in for \`${name}\` under \`server.env\`.`,
  },
  {
    stages: ['start'],
    seen: /\b(?:[Mm]issing|[Rr]equire[sd]?|[Pp]lease (?:set|provide)|KeyError|[Ee]nvironment variables?)\b[^\n]{0,60}\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/,
    advice: (name) => `Give it a stand-in for \`${name}\` under \`server.env\`.`,
  },
  {
    stages: ['start'],
    seen: /ECONNREFUSED|[Cc]onnection (?:refused|error)|ConnectionError|[Aa]uthentication failed|[Ff]ailed to connect|[Cc]ould not connect|[Uu]nauthorized/,
    advice: () =>
      'It wants its service before it speaks MCP: let `server.stubs` answer at `{stub_url}`, or connect at the first call only.',
  },
  {
    stages: ['start'],
    seen: /\b(?:listening|running|started|available|serving)\b[^\n]*?(?:https?:\/\/[\w.[\]:]*?:(\d+\/?[\w/-]*)|\bport (\d+))/i,
    advice: (address) =>
      `It speaks HTTP: set \`server.url\` (as \`http://127.0.0.1:${address}\`), or let its arguments choose stdio.`,
  },
  {
    stages: ['start'],
    seen: /^\s*[Uu]sage:|required arguments?|arguments are required|unknown (?:flag|option|command)|unexpected argument/m,
    advice: () => 'It wants other arguments: set `server.args`.',
  },
  {
    stages: ['start'],
    seen: /Cannot find module|MODULE_NOT_FOUND|No such file or directory|ModuleNotFoundError/,
    advice: () => 'What it runs is not there: look at `server.build`, `server.command` and `server.dir`.',
  },
];

/** Why a server could not be looked at: what failed, its last words, and what to change in `patchwork.yml`. */
export function explain({ stage, code, why, tail }: Failed, { env }: Pick<ServerSpec, 'env'>): string {
  const found = SYMPTOMS.flatMap(({ stages, seen, advice }) => {
    const match = stages.includes(stage) ? seen.exec(tail) : null;
    const captured = match?.slice(1).find((part) => part !== undefined) ?? '';
    return match && !Object.hasOwn(env, captured)
      ? [{ advice: advice(captured), line: lineAt(tail, match.index) }]
      : [];
  });
  const [first] = found;
  const words = first?.line ?? lastLine(tail);
  return [why, ...(words ? [`It said: ${words.slice(0, 200)}`] : []), first?.advice ?? GENERAL[code] ?? GENERAL[stage]]
    .filter(Boolean)
    .join(' ');
}

const GENERAL: Record<string, string> = {
  silent: 'If it waits for its service, let `server.stubs` answer in its place; if it speaks HTTP, set `server.url`.',
  not_mcp: 'If it speaks HTTP, set `server.url`; over stdio, nothing but MCP may be printed on stdout.',
  install: 'Look at `server.install` in patchwork.yml: it runs with the network and without scripts of packages.',
  build: 'Look at `server.build` in patchwork.yml: it runs without a network.',
  start: 'Look at `server.command`, `args` and `env` in patchwork.yml.',
};

function lineAt(text: string, index: number): string {
  const from = text.lastIndexOf('\n', index) + 1;
  const to = text.indexOf('\n', index);
  return text.slice(from, to < 0 ? undefined : to).trim();
}

/** The last that speaks of what went wrong, else the last. */
function lastLine(text: string): string | undefined {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /\w{3}/.test(line) && !/complete log of this run|npm help/.test(line));
  return (
    lines.findLast((line) => /error|fail|cannot|missing|not found|refused|denied|invalid/i.test(line)) ?? lines.at(-1)
  );
}
