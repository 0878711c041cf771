import { createHash } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';
import { newId } from '../report/index.ts';

/** What a key may do: file reports, read them, change gaps (notes, reviewed marks, drafts). */
export const SCOPES = ['report:write', 'report:read', 'gap:write'] as const;
export type Scope = (typeof SCOPES)[number];

const claims = z.object({
  /** owner/name, lower case: the only repository the key is good for. */
  repo: z.string().regex(/^[^/\s]+\/[^/\s]+$/),
  /** Reports with this key count for this server, whatever they say. */
  server: z.string().optional(),
  scopes: z.array(z.enum(SCOPES)),
  kid: z.string(),
});

export type KeyClaims = z.infer<typeof claims>;

const PREFIX = 'pw_';

/** Makes a key: `pw_` and a JWT (HS256). Nothing is stored; `expires` is a jose time span such as `90 days`. */
export async function mintKey(
  secrets: readonly string[],
  grant: { repo: string; server?: string; scopes: Scope[]; expires?: string },
): Promise<{ key: string; kid: string }> {
  const [secret] = secrets;
  if (!secret) throw new Error('a key needs a secret to sign with');
  const kid = newId();
  const payload = {
    repo: grant.repo.toLowerCase(),
    scopes: grant.scopes,
    kid,
    ...(grant.server ? { server: grant.server } : {}),
  };
  const token = new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).setIssuedAt();
  if (grant.expires) token.setExpirationTime(grant.expires);
  return { key: PREFIX + (await token.sign(signingKey(secret))), kid };
}

/** The claims of a valid key; undefined for everything else (another secret, expired, tampered with, another algorithm). */
export async function readKey(secrets: readonly string[], key: string): Promise<KeyClaims | undefined> {
  if (!key.startsWith(PREFIX)) return undefined;
  for (const secret of secrets) {
    try {
      const { payload } = await jwtVerify(key.slice(PREFIX.length), signingKey(secret), { algorithms: ['HS256'] });
      return claims.parse(payload);
    } catch {
      // not signed with this secret, or not valid: the next one may know it
    }
  }
  return undefined;
}

/** Keys and markers are signed with the same secret; neither can be passed off as the other. */
function signingKey(secret: string): Uint8Array {
  return createHash('sha256').update(`patchwork key ${secret}`).digest();
}
