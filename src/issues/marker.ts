import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * The machine part of a text of ours on GitHub: one HTML comment with a compressed JSON payload and a MAC over repository, role
 * and payload. It is the record; the visible text around it is for people and may be edited.
 *
 *     <!-- patchwork:v1 <base64url of deflated JSON>.<key id>.<base64url HMAC-SHA256> -->
 */
export type MarkerRole =
  | 'gap'
  | 'evidence'
  | 'note'
  | 'status'
  | 'draft'
  | 'shipped'
  | 'twin'
  | 'answers'
  | 'dashboard'
  | 'box'
  | 'life'
  | 'welcome';

/** Secrets that sign markers: the first signs, all of them verify, so that a rotation keeps old markers readable. */
export type MarkerKeys = readonly string[];

export interface MarkerPlace {
  /** GitHub's numeric repository id: it survives a rename. */
  repositoryId: number;
  role: MarkerRole;
}

const MARKER = /<!-- patchwork:v1 ([\w-]+)\.([\w-]{6})\.([\w-]{43}) -->/g;
/** Characters of a short MAC: 132 bits. */
const SEAL = 22;
/** A gap's marker inflates to some ten thousand characters; a hostile one must not inflate to gigabytes. */
const MAX_PAYLOAD = 4 * 1024 * 1024;

export function renderMarker(keys: MarkerKeys, place: MarkerPlace, payload: unknown): string {
  const secret = keys[0];
  if (!secret) throw new Error('a marker needs a key to sign with');
  const packed = deflateRawSync(JSON.stringify(payload), { level: 9 }).toString('base64url');
  return `<!-- patchwork:v1 ${packed}.${keyId(secret)}.${mac(secret, place, packed)} -->`;
}

/** The payload of the last valid marker for this place in a text, or undefined. The caller checks who wrote the text. */
export function parseMarker(keys: MarkerKeys, place: MarkerPlace, text: string): unknown {
  return lastMarker(keys, place, text)?.payload;
}

/** The same text with another payload in its last valid marker for this place; unchanged where there is none. */
export function replaceMarker(keys: MarkerKeys, place: MarkerPlace, text: string, payload: unknown): string {
  const last = lastMarker(keys, place, text);
  if (!last || JSON.stringify(last.payload) === JSON.stringify(payload)) return text;
  return text.slice(0, last.start) + renderMarker(keys, place, payload) + text.slice(last.end);
}

interface Found {
  payload: unknown;
  start: number;
  end: number;
}

function lastMarker(keys: MarkerKeys, place: MarkerPlace, text: string): Found | undefined {
  let found: Found | undefined;
  for (const match of text.matchAll(MARKER)) {
    const [whole, packed = '', id, given = ''] = match;
    const secret = keys.find((candidate) => keyId(candidate) === id);
    if (!secret || !equal(given, mac(secret, place, packed))) continue;
    try {
      const json = inflateRawSync(Buffer.from(packed, 'base64url'), { maxOutputLength: MAX_PAYLOAD }).toString();
      found = { payload: JSON.parse(json), start: match.index, end: match.index + whole.length };
    } catch {
      // signed by us but cut or garbled since: as good as absent
    }
  }
  return found;
}

/** A short MAC for what has a form of its own: a check box, say. */
export function sealOf([secret]: MarkerKeys, place: MarkerPlace, text: string): string {
  if (!secret) throw new Error('a seal needs a key to sign with');
  return mac(secret, place, text).slice(0, SEAL);
}

export function isSealed(keys: MarkerKeys, place: MarkerPlace, text: string, given: string): boolean {
  return keys.some((secret) => equal(given, mac(secret, place, text).slice(0, SEAL)));
}

/** The text without any marker, ours or forged. */
export function withoutMarkers(text: string): string {
  return text.replace(MARKER, '').trimEnd();
}

function keyId(secret: string): string {
  return createHash('sha256').update(`patchwork marker key ${secret}`).digest('base64url').slice(0, 6);
}

function mac(secret: string, place: MarkerPlace, packed: string): string {
  return createHmac('sha256', secret).update(`${place.repositoryId}\n${place.role}\n${packed}`).digest('base64url');
}

function equal(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
