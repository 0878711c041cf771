import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** All in PEM. */
export interface Identity {
  /** What to trust. */
  authority: string;
  /** With what the hosts prove who they are. */
  key: string;
  cert: string;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-config', 'settings'];

/**
 * A certificate for these hosts from an authority of its own, whose key nobody keeps. Undefined where the machine has no `openssl` for it.
 *
 * The extensions are those that the strictest clients ask for (RFC 5280, 4.2): a leaf apart from its authority, key identifiers.
 */
export async function certify(hosts: string[]): Promise<Identity | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'patchwork-certificate-'));
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder, timeout: 30_000 });
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  try {
    await writeFile(join(folder, 'settings'), settingsFor(hosts));
    await openssl('req', '-x509', ...NEW_KEY, '-extensions', 'authority', '-keyout', 'a.key', '-out', 'a.pem');
    await openssl('req', '-new', ...NEW_KEY, '-keyout', 'key', '-out', 'request');
    const signing = [
      '-CA',
      'a.pem',
      '-CAkey',
      'a.key',
      '-set_serial',
      '2',
      '-extfile',
      'settings',
      '-extensions',
      'leaf',
    ];
    await openssl('x509', '-req', '-in', 'request', ...signing, '-out', 'cert');
    return { authority: await read('a.pem'), key: await read('key'), cert: await read('cert') };
  } catch {
    return undefined;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function settingsFor(hosts: string[]): string {
  return [
    ...['[req]', 'distinguished_name = name', 'prompt = no', '[name]', 'CN = PatchworkMCP stand-in'],
    ...['[authority]', 'basicConstraints = critical, CA:TRUE', 'keyUsage = critical, keyCertSign, cRLSign'],
    'subjectKeyIdentifier = hash',
    ...['[leaf]', 'basicConstraints = critical, CA:FALSE', 'keyUsage = critical, digitalSignature'],
    ...['extendedKeyUsage = serverAuth', 'subjectKeyIdentifier = hash', 'authorityKeyIdentifier = keyid'],
    `subjectAltName = ${hosts.map((host) => `DNS:${host}`).join(', ')}`,
    '',
  ].join('\n');
}
