import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './process.ts';

/** Where the official suite lies: its newest stable version, and the one that knows the protocol of 2026-07-28. */
const SUITES = { stable: 'conformance-0.1', alpha: '@modelcontextprotocol/conformance' };

export interface Check {
  scenario: string;
  id: string;
  status: string;
  message: string;
}

/** Runs the official conformance suite against a server at `url`: every check, and how it ended. */
export async function conformance(suite: keyof typeof SUITES, url: string, options: string[]): Promise<Check[]> {
  const results = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const program = join(ROOT, 'node_modules', SUITES[suite], 'dist/index.js');
    const args = [program, 'server', '--url', url, ...options, '-o', results];
    await new Promise((done) => execFile(process.execPath, args, done));
    const checks = (await readdir(results)).map(async (folder) => {
      const scenario = folder.replace(/-\d{4}-\d\d-\d\dT[\dZ-]+$/, '').replace(/^server-/, '');
      const all = JSON.parse(await readFile(join(results, folder, 'checks.json'), 'utf8')) as {
        id: string;
        status: string;
        errorMessage?: string;
      }[];
      return all.map(({ id, status, errorMessage = '' }) => ({ scenario, id, status, message: errorMessage }));
    });
    return (await Promise.all(checks)).flat();
  } finally {
    await rm(results, { recursive: true, force: true });
  }
}
