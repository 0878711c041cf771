// Runs before `npm start`, `npm test` and `npm run demo`, on whatever Node the system has: makes sure the dependencies
// (among them Node 24 itself, as the npm package `node`) are installed and match package-lock.json.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'node_modules', '.patchwork-installed');

function fail(message) {
  console.error(`\npatchworkmcp: ${message}\n`);
  process.exit(1);
}

function succeeds(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

if (Number(process.versions.node.split('.')[0]) < 18) {
  fail(`Node ${process.versions.node} is too old to install the dependencies. Install Node 18 or newer (24 is best).`);
}
if (!succeeds('git', ['--version'])) fail('the program `git` is missing. Install it (Debian: apt-get install git).');

const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.error('patchworkmcp: installing dependencies (once, about half a minute) …');
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const done = spawnSync(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) fail('`npm ci` failed, see above. The package registry has to be reachable once.');
  writeFileSync(stamp, lock);
}

const bundled = join(root, 'node_modules', '.bin', 'node');
const version = existsSync(bundled)
  ? execFileSync(bundled, ['--version'], { encoding: 'utf8' }).trim()
  : process.version;
if (Number(version.slice(1).split('.')[0]) < 24) {
  fail(
    `Node 24 is needed, found ${version}. The npm package \`node\` brings it along unless install scripts are off: ` +
      'run `npm ci` without --ignore-scripts, or install Node 24.',
  );
}
