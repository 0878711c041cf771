import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { VERSION } from '../version.ts';
import { type Check, type Finding, ok } from './check.ts';

const run = promisify(execFile);
const OLDEST_NODE = 24;

export const versions: Check = {
  name: 'versions',
  async look() {
    const git = await run('git', ['--version']).then(
      ({ stdout }) => stdout.replace('git version', '').trim(),
      () => undefined,
    );
    const { node, sqlite } = process.versions;
    const findings: Finding[] = [
      ok(`patchworkmcp ${VERSION}, Node ${node}, SQLite ${sqlite}${git ? `, git ${git}` : ''}`),
    ];
    if (Number(node.split('.')[0]) < OLDEST_NODE) {
      findings.push({
        state: 'problem',
        what: `Node ${node} is older than ${OLDEST_NODE}`,
        next: 'Install a newer one.',
      });
    }
    if (!git) findings.push({ state: 'warning', what: 'git is not installed', next: 'Local mode and drafts need it.' });
    return findings;
  },
};
