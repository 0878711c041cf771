import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connectToken } from '../../src/bot/index.ts';
import { gapsOfAll } from '../../src/cli/gaps.ts';
import { openForge } from '../../src/forge/index.ts';

it('keeps one index of a repository, also when it was told to forget it while it was opened', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'patchwork-gaps-'));
  const url = 'http://localhost';
  const forge = await openForge({ dir, url });
  await forge.createRepository({ owner: 'owner', name: 'weather', files: { 'README.md': '# Weather\n' } });
  const listing = Promise.withResolvers<void>();
  let forgotten = false;
  const github = await connectToken({
    api: `${url}/api/v3`,
    token: 'owner',
    async fetch(input, init) {
      const request = new Request(input, init);
      if (/\/issues\?/.test(request.url)) listing.resolve();
      else if (forgotten && request.url.endsWith('/repos/owner/weather')) await first;
      return forge.fetch(request);
    },
  });
  const gaps = gapsOfAll(github, ['a secret of the test'], 0);
  const first = gaps.open('owner/weather');
  // It is described already, and its issues are being read: the one told to replace it ends after it.
  await listing.promise;
  gaps.forget('owner/weather');
  forgotten = true;
  const second = await gaps.open('owner/weather');
  expect((await gaps.open('owner/weather')).index).toBe(second.index);
  expect((await gaps.open('Owner/Weather')).index).toBe(second.index);
  await forge.close();
  await rm(dir, { recursive: true });
});
