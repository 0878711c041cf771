import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEEDED, obstaclesOf, readAccess } from '../../src/bot/access.ts';
import { repositoriesOf } from '../../src/bot/events.ts';
import { connectApp, type GitHub } from '../../src/bot/index.ts';
import { type Forge, openForge } from '../../src/forge/index.ts';
import { describeRepository } from '../../src/issues/index.ts';

const URL = 'http://localhost:1';
let dir: string;
let forge: Forge;
/** What GitHub says of the repository, apart from what the forge knows. */
let said: object = {};

async function connect(slug: string, permissions: Record<string, string>, repositories?: string[]): Promise<GitHub> {
  const events = ['issues', 'repository'];
  const registered = { slug, name: slug, permissions, events, webhookUrl: '', webhookSecret: '' };
  const { id: appId, privateKey } = await forge.registerApp(registered);
  await forge.installApp(slug, 'owner', repositories);
  return connectApp({
    ...{ api: `${URL}/api/v3`, appId, privateKey, webhookSecret: 'x', log: pino({ level: 'silent' }) },
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const answer = await forge.fetch(request);
      if (!/\/repos\/owner\/[^/]+$/.test(request.url)) return answer;
      return Response.json({ ...((await answer.json()) as object), ...said }, { headers: answer.headers });
    },
  });
}
const conditionOf = async (github: GitHub) => {
  const sample = { owner: 'owner', name: 'sample' };
  return obstaclesOf(await describeRepository(await github.octokit(sample), sample), 'owner/sample');
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'patchwork-access-'));
  forge = await openForge({ dir, url: URL });
  for (const name of ['sample', 'other'])
    await forge.createRepository({ owner: 'owner', name, files: { 'a.md': 'a' } });
});
afterAll(async () => {
  await forge.close();
  await rm(dir, { recursive: true, force: true });
});

describe('what keeps the App from working', () => {
  it('is nothing where it is installed with what it needs', async () => {
    const github = await connect('whole', { metadata: 'read', ...NEEDED });
    expect(await readAccess(github, 'owner/sample')).toEqual([]);
    said = {};
    expect(await conditionOf(github)).toEqual([]);
  });

  it('is said where it is not installed, or may do less', async () => {
    const partly = await connect('partly', { metadata: 'read', ...NEEDED }, ['other']);
    expect(await readAccess(partly, 'owner/sample')).toEqual([
      {
        what: expect.stringContaining('not installed on `owner/sample`'),
        next: expect.stringContaining('Install it'),
        isShut: true,
      },
    ]);
    const reader = await connect('reader', { metadata: 'read', ...NEEDED, issues: 'read', contents: 'read' });
    const [lacking] = await readAccess(reader, 'owner/sample');
    expect(lacking).toEqual({
      what: 'The App lacks `issues: write`, `contents: write`',
      next: expect.stringMatching(/^Grant it at http/),
    });
  });

  it('is said of a repository that is archived, renamed or without issues', async () => {
    const github = await connect('whole', { metadata: 'read', ...NEEDED });
    said = { archived: true, has_issues: false, full_name: 'owner/renamed' };
    expect(await conditionOf(github)).toEqual([
      { what: expect.stringContaining('archived'), next: expect.stringContaining('Unarchive') },
      { what: expect.stringContaining('Issues are switched off'), next: expect.stringContaining('Switch them on') },
      { what: expect.stringContaining('`owner/renamed`'), next: expect.stringContaining('PATCHWORK_REPO') },
    ]);
  });

  it('is looked at again for every repository that GitHub tells of, under its old and its new name', () => {
    expect(
      repositoriesOf({ repository: { full_name: 'acme/new' }, changes: { repository: { name: { from: 'old' } } } }),
    ).toEqual(['acme/new', 'acme/old']);
    const changes = { owner: { from: { user: { login: 'acme' } } } };
    expect(repositoriesOf({ repository: { full_name: 'beta/one' }, changes })).toEqual(['beta/one', 'acme/one']);
    expect(
      repositoriesOf({
        repositories_added: [{ full_name: 'acme/a' }],
        repositories_removed: [{ full_name: 'acme/b' }],
      }),
    ).toEqual(['acme/a', 'acme/b']);
    expect(repositoriesOf({ repositories: [{ full_name: 'acme/c' }] })).toEqual(['acme/c']);
  });
});
