import { createHash } from 'node:crypto';
import type { Report } from '../report/index.ts';

/**
 * The key of a gap: two reports with the same key ask for the same thing in the same words, and fold without any judgement.
 * Versioned, so that a better normalisation later never mixes with keys already in use.
 */
export function gapKey(report: Pick<Report, 'server_name' | 'what_i_needed'>): string {
  const words = (text: string) =>
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_]+/gu, ' ')
      .trim();
  const digest = createHash('sha256').update(JSON.stringify([words(report.server_name), words(report.what_i_needed)]));
  return `v1:${digest.digest('base64url').slice(0, 22)}`;
}
