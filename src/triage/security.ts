import type { Report } from '../report/index.ts';

type Told = Pick<Report, 'what_i_needed' | 'what_i_tried' | 'suggestion' | 'user_goal'>;

/** What goes wrong, in the words of those who write about it. */
const FLAW = String.raw`(?:(?:sql|command|code|shell|prompt|template|ldap|header|log) ?injection|injection (?:flaw|attack|vulnerability)|cross[- ]site (?:scripting|request forgery)|\bxss\b|\bcsrf\b|\bssrf\b|\bxxe\b|\bidor\b|\brce\b|remote code execution|arbitrary (?:code|command|file|shell)[a-z ]{0,12}|(?:path|directory) traversal|auth(?:entication|orization)? bypass|privilege escalation|buffer overflow|insecure deserialization|hard[- ]?coded (?:credential|password|secret|token|key)s?|security (?:hole|flaw|issue|bug|problem|vulnerability|weakness)|vulnerabilit(?:y|ies)|zero[- ]day|sicherheitsl(?:ü|ue)cke|schwachstelle|faille de sécurité|vulnérabilité|vulnerabilidad|vulnerabilità|уязвимост|漏洞|注入攻击|脆弱性|취약점)`;
/** Said of the server itself: it has it, it allows it. */
const CLAIM = String.raw`(?:\b(?:is|are|was|looks?|seems?) (?:\w+ ){0,2}(?:vulnerable|exploitable|open|prone|susceptible)\b|\b(?:allows?|enables?|permits?|leads? to|results? in|suffers? from|exposes?|contains?|has|have|found|discovered|there (?:is|are|seems? to be)|possible|can be (?:used|abused|exploited)|exploit(?:ed|able)?|attacker|malicious|unsanit[iy][sz]ed|not (?:sanit[iy][sz]ed|escaped|validated))\b|enthält|permet|permite|consente|позволяет|存在|可被|がある|있)`;
/** Words that only make sense when something is open that should not be. */
const PLAIN = [
  /\b(?:is|are|was|were|seems?|looks?) (?:\w+ )?(?:vulnerable|susceptible|exploitable)\b/i,
  /(?<!not )\b(?:leaks?|exposes?|returns?|reveals?|discloses?|prints?|shows?|logs?) (?:\w+ ){0,4}other (?:users?|tenants?|customers?|people|accounts?)\b/i,
  /(?<!not )\b(?:leaks?|exposes?|discloses?|prints|logs) (?:\w+ ){0,3}(?:passwords?|password hash(?:es)?|secrets?|private keys?|api keys?|access tokens?|credentials|session tokens?)\b/i,
  /\b(?:access|read|see|view|delete|modify|change|fetch|download) (?:\w+ ){0,4}(?:other|another|any|all|someone else['’]s) (?:users?|tenants?|customers?|persons?|accounts?|organi[sz]ations?)(?:['’]s?)?(?: \w+){0,3} (?:without|despite|although|even though|that (?:i|they) should not)\b/i,
  /\bwithout (?:any )?(?:authentication|authorization|permission checks?|access checks?|checking (?:the )?(?:permissions?|ownership|tenant))\b/i,
  /\b(?:bypass(?:es|ed|ing)?|circumvent(?:s|ed|ing)?) (?:\w+ ){0,3}(?:auth\w*|login|permissions?|access (?:control|checks?)|rate limits?|sandbox|validation|approval)\b/i,
  /(?:\.\.\/){2,}\w/,
  /['"]\s*(?:or|OR)\s+['"]?1['"]?\s*=\s*['"]?1/,
];
const NEAR = new RegExp(`${CLAIM}.{0,80}${FLAW}|${FLAW}.{0,80}${CLAIM}`, 'i');
/** A server may be about such things: then they are what it should list, and no flaw of its own. */
const SUBJECT = new RegExp(
  String.raw`\b(?:list|search|query|get|fetch|filter|find|sort|export|count|scan|track|report|update|triage|assign|look ?up|details? (?:of|for)|information (?:on|about)|a tool (?:for|to)|no (?:tool|way|parameter|filter|field|option))\b[^.;]{0,60}${FLAW}`,
  'i',
);

/**
 * Whether a report reads as if it told of a hole in the server, which must not be talked about in public. Cheap rules; where they
 * are wrong, a report is readable with a key only, and a person publishes it.
 */
export function looksLikeSecurity(report: Told): boolean {
  const texts = [report.what_i_needed, report.what_i_tried, report.suggestion, report.user_goal];
  return texts
    .flatMap((text) => text.slice(0, 6000).split(/(?<=[.!?;\n])\s+|\n+/))
    .some((sentence) => {
      const part = sentence.slice(0, 600);
      if (PLAIN.some((pattern) => pattern.test(part))) return true;
      return NEAR.test(part) && !SUBJECT.test(part);
    });
}
