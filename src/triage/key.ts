import { createHash } from 'node:crypto';
import type { Report } from '../report/index.ts';

type Said = Pick<Report, 'server_name' | 'what_i_needed' | 'what_i_tried' | 'suggestion'>;

/** Fewer words than this, or signs where words are not set apart, may be said of more than one gap. */
const ENOUGH_WORDS = 5;
const ENOUGH_SIGNS = 24;

/**
 * The key of a gap: two reports with the same key ask for the same thing in the same words, and fold without any judgement.
 * What was needed decides; where that is said in a word or two (“pagination”), the rest has to be the same too.
 * Versioned, so that a better normalisation later never mixes with keys already in use.
 */
export function gapKey(report: Said): string {
  const need = words(report.what_i_needed);
  const telling = need.split(' ').length >= ENOUGH_WORDS || need.length >= ENOUGH_SIGNS;
  const rest = telling ? [] : [words(report.suggestion), words(report.what_i_tried)];
  return `v1:${digest([words(report.server_name), need, ...rest])}`;
}

/** The same for reports that say the same throughout. */
export function wordingKey(report: Report): string {
  return digest([report.what_i_needed, report.suggestion, report.what_i_tried, report.user_goal].map(words));
}

/** Server names that differ in case or form only are one server. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

function words(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_]+/gu, ' ')
    .trim();
}

function digest(parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}
