import { createDecipheriv, createHash, createHmac } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { CompactEncrypt, decodeProtectedHeader } from 'jose';
import type { SealedField } from '../config/index.ts';
import type { Report } from '../report/index.ts';
import { gapKey, looksLikeSecurity } from '../triage/index.ts';
import type { Gap } from './gap.ts';
import type { MarkerKeys } from './marker.ts';
import { EMPTY } from './packed.ts';

/**
 * Sealing: on a public repository some fields of a report are not published. They are taken out of the report before anything else
 * sees it and lie beside it as a JWE (RFC 7516, `dir` and A256GCM) under the server's secret, so that GitHub stays the only store and
 * nothing that is written from a report can quote them. The header names the key, so that a rotation keeps old ones readable.
 */
interface Place {
  keys: MarkerKeys;
  repositoryId: number;
}

/** What is taken out of a report that may be about security: all that it says. */
const SAID = [
  'what_i_needed',
  'what_i_tried',
  'gap_type',
  'suggestion',
  'user_goal',
  'resolution',
  'tools_available',
  'agent_model',
  'client_type',
  'server_version',
  'client_version',
  'surface_hash',
  'session_source',
  'remarks',
] as const satisfies (keyof Report)[];

const MAX_OPENED = 1024 * 1024;

/** The report without these fields; unchanged where they are empty or it is sealed already. */
export async function sealFields(report: Report, fields: readonly SealedField[], place: Place): Promise<Report> {
  const told = fields.filter((field) => report[field] !== '');
  if (!told.length || report.sealed) return report;
  const values = Object.fromEntries(told.map((field) => [field, report[field]]));
  const emptied = Object.fromEntries(told.map((field) => [field, '']));
  return { ...report, ...emptied, sealed: await close(report.id, told, false, values, place) };
}

/** The report without all that it says. The same words give the same report, so that repeats still find each other. */
export async function sealWhole(report: Report, place: Place): Promise<Report> {
  if (report.sealed) return report;
  const values = Object.fromEntries(SAID.map((field) => [field, report[field]]));
  const sealed = await close(report.id, [...SAID], true, values, place);
  // Whoever guesses the words must not be able to check the guess.
  const name = createHmac('sha256', place.keys[0] ?? '')
    .update(`patchwork sealed ${gapKey(report)}`)
    .digest('hex')
    .slice(0, 10);
  return {
    ...report,
    ...Object.fromEntries(SAID.map((field) => [field, EMPTY[field]])),
    what_i_needed: `Sealed, for it may be about security: ${name}`,
    what_i_tried: 'Sealed.',
    sealed,
  };
}

/** Names of the fields that are sealed; what the issue does not show. */
export function sealedFields({ sealed }: Pick<Report, 'sealed'>): string[] {
  const fields = headerOf(sealed)?.fields;
  return Array.isArray(fields) ? fields.filter((field) => typeof field === 'string') : [];
}

export function isSealedWhole({ sealed }: Pick<Report, 'sealed'>): boolean {
  return headerOf(sealed)?.whole === true;
}

/** The report as it was told, for somebody who may read it; as it is where none of the keys fits. */
export function unseal(report: Report, place: Place): Report {
  const header = headerOf(report.sealed);
  const secret = header && place.keys.find((key) => keyId(key) === header.kid);
  return secret ? { ...report, ...open(report, secret, place) } : report;
}

/** The gap as it was told, for somebody who may read all of it. */
export function unsealGap(gap: Gap, place: Place): Gap {
  return { ...gap, reports: gap.reports.map((report) => unseal(report, place)) };
}

/** Gaps whose issues show what would be sealed if they were reported today: the repository was private then, or the rules others. */
export function unsealedGaps(gaps: Gap[], fields: readonly SealedField[]): Gap[] {
  return gaps.filter(({ reports }) =>
    reports.some((report) => fields.some((field) => report[field] !== '') || looksLikeSecurity(report)),
  );
}

/** Reads the JWE by hand, because lists are made at once and jose answers later: `dir` and A256GCM are one call of Node's own. */
function open(report: Report, secret: string, place: Place): Partial<Report> {
  const [header = '', , iv = '', text = '', tag = ''] = report.sealed.split('.');
  try {
    const decipher = createDecipheriv('aes-256-gcm', encryptionKey(secret), Buffer.from(iv, 'base64url'), {
      authTagLength: 16,
    });
    decipher.setAAD(Buffer.from(header)).setAuthTag(Buffer.from(tag, 'base64url'));
    const packed = Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]);
    const json = inflateRawSync(packed, { maxOutputLength: MAX_OPENED }).toString();
    const box = JSON.parse(json) as { repository: number; report: string; values: Partial<Report> };
    // A box belongs to one report in one repository: moved elsewhere, it stays shut.
    return box.repository === place.repositoryId && box.report === report.id ? box.values : {};
  } catch {
    return {};
  }
}

async function close(report: string, fields: string[], whole: boolean, values: object, place: Place): Promise<string> {
  const [secret] = place.keys;
  if (!secret) throw new Error('sealing needs a key');
  const box = deflateRawSync(JSON.stringify({ repository: place.repositoryId, report, values }));
  return new CompactEncrypt(box)
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: keyId(secret), fields, ...(whole ? { whole } : {}) })
    .encrypt(encryptionKey(secret));
}

function headerOf(sealed: string): { kid?: unknown; fields?: unknown; whole?: unknown } | undefined {
  if (!sealed) return undefined;
  try {
    return decodeProtectedHeader(sealed);
  } catch {
    return undefined;
  }
}

function keyId(secret: string): string {
  return createHash('sha256').update(`patchwork seal key id ${secret}`).digest('base64url').slice(0, 6);
}

/** Markers, API keys and seals come from the same secret, and none can be passed off as another. */
function encryptionKey(secret: string): Uint8Array {
  return createHmac('sha256', secret).update('patchwork seal key').digest();
}
