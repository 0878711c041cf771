import type { Report } from '../report/index.ts';
import { functionWords, plain, termsOf, withoutPayload } from './words.ts';

export type Noise = 'an outage' | 'a mistake of the caller’s' | 'a pasted secret' | 'no statement of a need';

const OUTAGE =
  /\b(?:50[0234]|bad gateway|service unavailable|gateway time-?out|internal server error|connection (?:refused|reset|timed out|closed)|econn(?:refused|reset)|etimedout|enotfound|socket hang up|dns|network (?:is )?(?:down|error|unreachable)|server (?:is |was )?(?:down|unreachable|offline))\b/i;
/** An outage is met everywhere or for a while; an error of one call may well be a gap. */
const EVERYWHERE =
  /\b(?:every (?:call|request|tool)|all (?:calls|requests|tools|endpoints)|any (?:call|tool)|for (?:about |~)?\d+ ?(?:s|sec|seconds|min|minutes|h|hours?)|temporar\w*|transient|intermittent\w*|again later|whole server|down)\b/i;
const OWN_MISTAKE =
  /\b(?:(?:i|we) (?:had |have )?(?:mis(?:typed|spelled|read)|(?:typed|used|passed|entered|gave|sent) (?:the|a|an) (?:wrong|incorrect|bad))|my (?:own )?(?:mistake|typo|error|fault)|(?:a|was a|just a) typo|user error|never ?mind|false alarm)\b/i;

/**
 * Whether a report is plainly no gap, and why. Cheap rules in English, meant to be right when they speak and silent when in
 * doubt: a suggestion always makes a report worth reading, and noise in other words passes as a gap of its own.
 */
export function noiseOf(report: Report): Noise | undefined {
  if (report.suggestion.trim()) return undefined;
  const need = withoutPayload(report.what_i_needed);
  if (/\[redacted [^\]]{1,40}\]/.test(report.what_i_needed) && report.gap_type === 'other' && count(need) < 8)
    return 'a pasted secret';
  if (OUTAGE.test(need) && EVERYWHERE.test(need) && count(need) < 15) return 'an outage';
  if (OWN_MISTAKE.test(need)) return 'a mistake of the caller’s';
  if (count(need) === 0 && count(withoutPayload(report.what_i_tried)) < 3) return 'no statement of a need';
  return undefined;
}

/** How many telling words. */
function count(text: string): number {
  const readable = plain(text);
  return [...termsOf(readable, functionWords(readable))].length;
}
