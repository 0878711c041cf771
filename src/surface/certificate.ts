import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeFolder, removeFolder } from './left-over.ts';

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
 * A certificate for these hosts from an authority of its own, whose key nobody keeps. Undefined where the machine has no `openssl`
 * for it.
 *
 * The extensions are those that the strictest clients ask for (RFC 5280, 4.2): a leaf apart from its authority, key identifiers.
 */
export async function certify(hosts: string[]): Promise<Identity | undefined> {
  const folder = await makeFolder('replay');
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder, timeout: 30_000 });
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  try {
    await writeFile(join(folder, 'settings'), settingsFor(hosts));
    await openssl('req', '-x509', ...NEW_KEY, '-extensions', 'authority', '-keyout', 'a.key', '-out', 'a.pem');
    await openssl('req', '-new', ...NEW_KEY, '-keyout', 'key', '-out', 'request');
    const signing = ['-CA', 'a.pem', '-CAkey', 'a.key', '-set_serial', '2'];
    const leaf = ['-extfile', 'settings', '-extensions', 'leaf', '-out', 'cert'];
    await openssl('x509', '-req', '-in', 'request', ...signing, ...leaf);
    return { authority: await read('a.pem'), key: await read('key'), cert: await read('cert') };
  } catch {
    return undefined;
  } finally {
    await removeFolder(folder);
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
