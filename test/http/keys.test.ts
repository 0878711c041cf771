import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { mintKey, readKey } from '../../src/http/index.ts';

const secrets = ['a-secret-of-this-server'];

describe('a key', () => {
  it('gives back what it was made for', async () => {
    const { key, kid } = await mintKey(secrets, { repo: 'Owner/Name', server: 'my-server', scopes: ['report:write'] });
    expect(key).toMatch(/^pw_/);
    expect(await readKey(secrets, key)).toEqual({
      repo: 'owner/name',
      server: 'my-server',
      scopes: ['report:write'],
      kid,
    });
  });

  it('stays good after its secret was rotated out of first place, and ends with it', async () => {
    const { key } = await mintKey(secrets, { repo: 'o/r', scopes: [] });
    expect(await readKey(['newer-secret', ...secrets], key)).toBeDefined();
    expect(await readKey(['newer-secret'], key)).toBeUndefined();
  });

  it('is worth nothing when expired, tampered with, unsigned, of another algorithm or of another purpose', async () => {
    const grant = { repo: 'o/r', scopes: ['report:read' as const] };
    const { key } = await mintKey(secrets, grant);
    const [head, body, tail] = key.slice(3).split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, repo: 'other/repo' })).toString('base64url');
    const raw = new TextEncoder().encode(secrets[0]);
    const bad = [
      (await mintKey(secrets, { ...grant, expires: '-1 minute' })).key,
      `pw_${head}.${forged}.${tail}`,
      `pw_${new UnsecuredJWT(claims).encode()}`,
      `pw_${await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(raw)}`,
      `pw_${await new SignJWT(claims).setProtectedHeader({ alg: 'HS512' }).sign(raw)}`,
      key.slice(3),
      'pw_',
      'pw_a.b.c',
      '',
    ];
    for (const one of bad) expect(await readKey(secrets, one), one).toBeUndefined();
  });
});
