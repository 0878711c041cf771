import { createHash, timingSafeEqual } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import * as z from 'zod';

/** On the way to GitHub and back. */
const leaving = z.object({ kind: z.literal('leaving'), state: z.string(), verifier: z.string() });
/** Signed in. */
const visitor = z.object({ kind: z.literal('visitor'), login: z.string(), token: z.string(), guard: z.string() });
const schema = z.discriminatedUnion('kind', [leaving, visitor]);

export type Session = z.infer<typeof schema>;
export type Visitor = z.infer<typeof visitor>;

/** Long enough to sign in, or to set up a few servers. */
export const LIFE_S = { leaving: 600, visitor: 1800 } as const;

/** A session as a cookie's value: encrypted and authenticated, so that nothing is kept on any node. */
export async function seal(secret: string, session: Session): Promise<string> {
  return new EncryptJWT({ ...session })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .setIssuedAt()
    .setExpirationTime(`${LIFE_S[session.kind]}s`)
    .encrypt(keyOf(secret));
}

/** Undefined for everything that is not a session of ours and in time. */
export async function unseal(secrets: readonly string[], value: string | undefined): Promise<Session | undefined> {
  if (!value) return undefined;
  for (const secret of secrets) {
    try {
      const { payload } = await jwtDecrypt(value, keyOf(secret), {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      return schema.parse(payload);
    } catch {
      // sealed with another secret, or over, or not ours: the next one may know it
    }
  }
  return undefined;
}

/** Keys, markers and sessions are made with the same secret; none can be passed off as another. */
function keyOf(secret: string): Uint8Array {
  return createHash('sha256').update(`patchwork setup session ${secret}`).digest();
}

export function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
