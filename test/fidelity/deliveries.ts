/** What GitHub sends around the payload of a webhook. */
import { createHmac, timingSafeEqual } from 'node:crypto';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const FORMS: { [header: string]: RegExp } = {
  'content-type': /^application\/json(; ?charset=utf-8)?$/i,
  'user-agent': /^GitHub-Hookshot\/[0-9a-f]+$/,
  'x-github-event': /^[a-z_]+$/,
  'x-github-delivery': UUID,
  'x-github-hook-id': /^\d+$/,
  'x-github-hook-installation-target-id': /^\d+$/,
  'x-github-hook-installation-target-type': /^(integration|repository|organization)$/,
};

export function deliveryMistakes(headers: Headers, body: string, secret?: string): string[] {
  const malformed = Object.entries(FORMS)
    .filter(([name, form]) => !form.test(headers.get(name) ?? ''))
    .map(([name]) => `header ${name} is missing or malformed: ${headers.get(name)}`);
  if (secret === undefined) return malformed;
  const forged = Object.entries({ 'x-hub-signature-256': 'sha256', 'x-hub-signature': 'sha1' })
    .filter(([name, algorithm]) => !isSigned(headers.get(name) ?? '', algorithm, secret, body))
    .map(([name]) => `header ${name} is not the signature of the body`);
  return [...malformed, ...forged];
}

function isSigned(signature: string, algorithm: string, secret: string, body: string): boolean {
  const right = Buffer.from(`${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`);
  const given = Buffer.from(signature);
  return given.length === right.length && timingSafeEqual(given, right);
}
