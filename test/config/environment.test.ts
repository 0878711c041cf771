import { describe, expect, it } from 'vitest';
import { readEnvironment, readRepositoryConfig } from '../../src/config/index.ts';

const secret = 'a-secret-of-at-least-16';
const app = { APP_ID: '1', PRIVATE_KEY: 'pem', WEBHOOK_SECRET: 'w', PATCHWORK_REPO: 'o/r', PATCHWORK_SECRET: secret };

describe('the environment', () => {
  it('is local, on port 8099 and in .patchwork, when nothing is set', () => {
    expect(readEnvironment({})).toMatchObject({
      port: 8099,
      dataDir: '.patchwork',
      github: { mode: 'local' },
      apiKeys: [],
    });
  });

  it('takes PORT before FEEDBACK_PORT, and empty values for absent ones', () => {
    expect(readEnvironment({ FEEDBACK_PORT: '9000' }).port).toBe(9000);
    expect(readEnvironment({ FEEDBACK_PORT: '9000', PORT: '9001' }).port).toBe(9001);
    expect(readEnvironment({ PORT: '', FEEDBACK_API_KEY: '', GITHUB_TOKEN: '' })).toMatchObject({
      port: 8099,
      apiKeys: [],
    });
  });

  it('is an App, or a token, by what is set', () => {
    expect(readEnvironment(app).github).toMatchObject({ mode: 'app', appId: 1, api: 'https://api.github.com' });
    expect(readEnvironment({ GITHUB_TOKEN: 't', PATCHWORK_REPO: 'o/r', PATCHWORK_SECRET: secret }).github.mode).toBe(
      'token',
    );
    expect(readEnvironment({ GITHUB_TOKEN: 'a shell’s own token' }).github.mode).toBe('local');
  });

  it('keeps the secrets of a rotation in order', () => {
    expect(readEnvironment({ PATCHWORK_SECRET: `${secret}-new,${secret}` }).secrets).toEqual([`${secret}-new`, secret]);
  });

  it.each([
    [{ PORT: 'eighty' }, 'PORT'],
    [{ PATCHWORK_REPO: 'no-slash' }, 'PATCHWORK_REPO'],
    [{ ...app, PATCHWORK_SECRET: '' }, 'PATCHWORK_SECRET'],
    [{ ...app, WEBHOOK_SECRET: 'development' }, 'WEBHOOK_SECRET'],
    [{ ...app, PRIVATE_KEY: '' }, 'PRIVATE_KEY'],
    [{ ...app, PATCHWORK_REPO: '' }, 'PATCHWORK_REPO'],
    [{ GITHUB_API_URL: 'ftp://x' }, 'GITHUB_API_URL'],
    [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL'],
  ])('%j is refused by name', (env, field) => {
    expect(() => readEnvironment(env)).toThrow(expect.objectContaining({ code: 'invalid_environment', field }));
  });
});

describe('.github/patchwork.yml', () => {
  it('has defaults for everything', () => {
    const { config, problem } = readRepositoryConfig(undefined);
    expect(problem).toBeUndefined();
    expect(config.draft).toEqual({
      runner: 'auto',
      budget_tokens: 30_000,
      max_files: 20,
      max_lines: 1500,
      max_in_flight: 3,
      paths: { allow: [], deny: [] },
    });
  });

  it('does nothing by itself unless it is asked to, merges nothing without named paths, and seals the goal', () => {
    const { level, auto_draft, auto_merge, privacy } = readRepositoryConfig(undefined).config;
    expect([level, auto_merge.paths, auto_merge.approvals, privacy.sealed]).toEqual(['draft', [], 1, ['user_goal']]);
    expect(auto_draft).toMatchObject({ sessions: 3, quiet_minutes: 60, per_day: 3, in_flight: 3, dry_run: false });
  });

  it.each([
    'level: everything',
    'auto_draft: {sessions: 1}',
    'auto_draft: {per_day: 1000}',
    'auto_merge: {max_lines: 100000}',
    'auto_merge: {min_confidence: 2}',
    'auto_merge: {approval: 0}',
    'privacy: {sealed: [what_i_needed]}',
    'privacy: {private_repo: nowhere}',
  ])('is not taken beyond its caps: %s', (text) => {
    const { config, problem } = readRepositoryConfig(text);
    expect([problem !== undefined, config.level]).toEqual([true, 'draft']);
  });

  it('is taken where it says something', () => {
    expect(readRepositoryConfig('draft:\n  max_files: 3\n  paths: {deny: ["docs/**"]}').config.draft).toMatchObject({
      max_files: 3,
      max_lines: 1500,
      paths: { deny: ['docs/**'] },
    });
  });

  it.each([
    'draft:\n  max_fils: 3',
    'unknown: 1',
    'draft:\n  max_files: lots',
    '- a list',
    'a: [',
    'text',
    '&a [*a, *a]',
  ])('%j counts as absent and is reported', (text) => {
    const { config, problem } = readRepositoryConfig(text);
    expect(problem).toContain('.github/patchwork.yml');
    expect(config).toEqual(readRepositoryConfig(undefined).config);
  });

  it.each([
    'server: {command: node, dir: ../elsewhere}',
    'server: {command: node, url: "https://example.com"}',
    'server: {command: node, env: {"A B": x}}',
    'server: {command: node, stubs: {files: [{path: /etc/passwd, content: x}]}}',
    'server: {command: node, stubs: {commands: [{command: "../sh"}]}}',
  ])('runs no server outside its repository: %s', (text) => {
    expect(readRepositoryConfig(text).config.server).toBeUndefined();
  });
});
