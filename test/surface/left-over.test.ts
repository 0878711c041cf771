import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, removeFolder, sweepLeftOver } from '../../src/surface/index.ts';

async function gone(): Promise<number> {
  const child = spawn('true');
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid as number;
}

describe('what a killed run leaves', () => {
  it('is removed, and what still runs in it is ended; folders of the living stay', async () => {
    const mine = await makeFolder('replay');
    const left = join(tmpdir(), `patchwork-replay-${await gone()}-abc`);
    await mkdir(join(left, '1', 'tree'), { recursive: true });
    const server = spawn('sleep', ['60'], { cwd: join(left, '1', 'tree') });
    const ended = new Promise((resolve) => server.once('exit', (_code, signal) => resolve(signal)));
    await sweepLeftOver();
    expect(await ended).toBe('SIGKILL');
    expect([existsSync(left), existsSync(mine)]).toEqual([false, true]);
    await removeFolder(mine);
  });
});
