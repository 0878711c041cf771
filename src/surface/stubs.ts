import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Identity } from './certificate.ts';
import { attend, type HttpRule, redirectHosts } from './inside.ts';
import { quote } from './sandbox.ts';

/** Stand-ins for what a server talks to, as `patchwork.yml` declares them: rules and texts, never code. */
export interface Stubs {
  /** Answers of the rule server; the first rule that fits counts, and what fits none is answered 404. */
  http: HttpRule[];
  /** Hosts whose requests go to the rule server: of Node wherever it runs, of others in a network and a root of their own. */
  hosts: string[];
  commands: FakeCommand[];
  /** Written into the tree before the server starts. */
  files: { path: string; content: string }[];
}

/** A program of this name, first on `PATH`: the first entry whose `args` fit is what it does. */
export interface FakeCommand {
  command: string;
  /** All arguments, joined by spaces; `*` stands for any text. */
  args: string;
  stdout: string;
  exit: number;
}

/** Where the rule server listens in a network of its own: the same for both sides, so that it may stand in what they answer. */
export const RULE_PORT = 49_099;

/** Replaces `{stub_url}` in an argument or a value of the environment. */
export function withStubUrl(text: string, port: number): string {
  return text.replaceAll('{stub_url}', `http://127.0.0.1:${port}`);
}

export interface Attendance {
  stubs?: Stubs | undefined;
  rulePort: number;
  /** With what the rule server stands for the hosts by their names. */
  identity?: Identity | undefined;
  /** The port of a server that speaks HTTP, to be reached through the socket file. */
  relay?: { port: number; host: string } | undefined;
}

/** What the start of the server has to take from the kit. */
export interface Kit {
  /** Whether `attend.mjs` has to run beside the server. */
  attended: boolean;
  /** Folders to come first on `PATH`. */
  path: string[];
  /** For `NODE_OPTIONS`. */
  nodeOptions: string[];
  env: Record<string, string>;
}

/** What OpenSSL, Go and Rust; Python's requests; curl; and Node read to know whom to trust. */
const TRUST = ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'];

/**
 * Writes the scripts that run beside the server and the fake commands. `seen` is where a command inside finds `kit` and `door`.
 */
export async function writeKit(
  kit: string,
  seen: { kit: string; door: string },
  { stubs, rulePort, identity, relay }: Attendance,
): Promise<Kit> {
  const rules = stubs && (stubs.http.length > 0 || stubs.hosts.length > 0) ? stubs.http : undefined;
  const attended = rules !== undefined || relay !== undefined;
  if (attended) {
    const options = {
      rules,
      rulePort,
      identity: identity && { key: identity.key, cert: identity.cert },
      relay,
      socket: `${seen.door}/server.sock`,
      ready: `${seen.door}/ready`,
    };
    await writeFile(join(kit, 'attend.mjs'), `(${attend})(${JSON.stringify(options)});\n`);
  }
  const preloaded = stubs !== undefined && stubs.hosts.length > 0;
  if (preloaded) {
    const options = { hosts: stubs.hosts, port: rulePort };
    await writeFile(join(kit, 'preload.mjs'), `(${redirectHosts})(${JSON.stringify(options)});\n`);
  }
  if (identity) await writeFile(join(kit, 'authority.pem'), identity.authority);
  const commands = fakeCommands(stubs?.commands ?? []);
  for (const [name, script] of Object.entries(commands)) {
    const file = join(kit, 'bin', name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, script);
    await chmod(file, 0o755);
  }
  return {
    attended,
    path: Object.keys(commands).length > 0 ? [`${seen.kit}/bin`] : [],
    nodeOptions: preloaded ? [`--import=${seen.kit}/preload.mjs`] : [],
    env: identity ? Object.fromEntries(TRUST.map((name) => [name, `${seen.kit}/authority.pem`])) : {},
  };
}

/** A shell script for each command. Texts are quoted; of a pattern only `*` means something. */
export function fakeCommands(commands: FakeCommand[]): Record<string, string> {
  const scripts: Record<string, string> = {};
  for (const [name, entries] of Object.entries(Object.groupBy(commands, ({ command }) => command))) {
    const cases = (entries ?? []).map(({ args, stdout, exit }) => {
      const pattern = args.split('*').map((text) => (text === '' ? '' : quote(text)));
      return `${pattern.join('*') || "''"}) printf '%s' ${quote(stdout)}; exit ${exit};;`;
    });
    scripts[name] = [
      '#!/bin/sh',
      'case "$*" in',
      ...cases,
      'esac',
      `echo "no stub for ${name} $*" >&2`,
      'exit 1',
      '',
    ].join('\n');
  }
  return scripts;
}
