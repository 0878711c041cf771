import { createHmac } from 'node:crypto';
import type { Target } from '../../config/index.ts';

/**
 * The secret that a target's messages are signed with, in the form of the Standard Webhooks specification: one for each address, derived
 * from a secret of the server, so that nothing is stored. `repository` (owner/name) is asked for where the repository named the address:
 * no other repository's messages are signed with it.
 */
export function signingSecret(secret: string, target: Pick<Target, 'url' | 'by'>, repository: string): string {
  const place = target.by === 'repository' ? repository.toLowerCase() : '*';
  return `whsec_${createHmac('sha256', secret).update(`patchwork notify ${place} ${target.url}`).digest('base64')}`;
}

/** The headers of one attempt. A signature for each secret, so that receivers need not change theirs at the same moment. */
export function signedHeaders(secrets: readonly string[], id: string, at: Date, body: string): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
