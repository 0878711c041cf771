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
  /\b(?:api keys?|passwords?|secrets?|credentials|access tokens?|private keys?) (?:\w+ ){0,3}(?:is|are|was|were) (?:\w+ ){0,2}(?:included|logged|printed|returned|shown|visible|leaked|sent|stored)(?: \w+){0,3} (?:error|errors|logs?|plain|clear|response|output|http|unencrypted)\b/i,
  /\b(?:errors?|outputs?|logs?|responses?|messages?) (?:\w+ ){0,3}(?:contains?|includes?|shows?|reveals?|has) (?:\w+ ){0,3}(?:passwords?|api keys?|secret keys?|credentials|private keys?|access tokens?)\b/i,
  /\b(?:returns?|reveals?) (?:\w+ ){0,3}(?:password hash(?:es)?|passwords|private keys?|metadata credentials)\b/i,
  /\bleaks? (?:\w+ ){0,4}(?:environment|env) variables\b/i,
  /\bno (?:authentication|authorization|login|permission) (?:check )?is (?:required|needed|made|done)\b|\b(?:anyone|anybody) can (?:call|read|delete|access|change|reset)\b|\bwithout (?:logging|being logged) in\b/i,
  /\b(?:access control|authorization|authentication)(?: checks?)? (?:is|are) (?:missing|broken|absent|skipped)\b|\bmissing (?:access control|authorization|authentication) checks?\b/i,
  /\battackers? (?:\w+ )?(?:could|can|may|might|would|is able|are able)\b|\bby an attacker\b/i,
  /\b(?:jwt|token|signature|certificate|tls|ssl)s?(?: \w+){0,2} (?:is|are) (?:not|never) (?:verified|validated|checked)\b|\balg(?:orithm)?\W{0,3}none\b/i,
  /\bCVE-\d{4}-\d{4,} (?:\w+ ){0,2}(?:applies|affects|is (?:present|exploitable)|works)\b|\b(?:affected by|vulnerable to) CVE-\d{4}-\d{4,}/i,
  /\bcsrf (?:token|protection) (?:is )?missing\b|\b(?:no|missing) csrf (?:token|protection)\b/i,
  /\b(?:passed|given|handed) to (?:an? |the )?(?:shell|eval|exec|system\(\))|\bexecutes? (?:\w+ ){0,3}(?:shell )?(?:commands?|code) (?:from|in|out of) (?:\w+ ){0,2}(?:parameter|argument|input|query|field|name)|\beval (?:is called )?(?:on|with) (?:\w+ )?(?:user|untrusted)/i,
  /\b(?:lets?|allows?|accepts?|executes?|ran|runs?)\b.{0,40}(?:\bdrop table\b|\bunion select\b|; ?rm -rf)/i,
  /\bfollows (?:\w+ )?(?:instructions|orders|commands) (?:\w+ )?(?:in|inside|from|within|of) /i,
  /(?<!(?:cannot|can't|unable to|not|need to|want to) )\b(?:read|write|reach|delete|access|open)(?:s|ed)? (?:\w+ ){0,3}outside (?:of )?(?:the|its|my) (?:\w+ )?(?:workspace|sandbox|root|project|folder|directory|repository)\b/i,
  /['"]\s*(?:or|OR)\s+['"]?1['"]?\s*=\s*['"]?1/,
];
/** Places that nobody reaches on purpose; named as well by those whom the server turned away. */
const REACHED = /(?:\.\.\/){2,}\w|\/etc\/(?:passwd|shadow|sudoers)\b|\.ssh\/id_\w|\b169\.254\.169\.254\b/;
const REFUSED =
  /\b(?:reject(?:s|ed)?|refus(?:es|ed)|denied|den(?:y|ies)|blocked|forbidden|not (?:accepted|allowed|resolved|supported|found)|fails?|failed|cannot|can't|invalid)\b/i;
/** The name of an attack, and where or how it works. */
const ATTACK = String.raw`(?:(?:sql|command|code|shell|template|ldap|header) injection|cross[- ]site scripting|\bxss\b|\bssrf\b|\bxxe\b|\bidor\b|\brce\b|\bredos\b|remote code execution|(?:path|directory) traversal|privilege escalation|buffer overflow|(?:insecure )?deseriali[sz]ation of untrusted|open redirect|session fixation|zip slip|prototype pollution|sandbox escape|timing attack|arbitrary file (?:write|read|access|deletion)|hard[- ]?coded (?:credential|password|secret|token|key)s?|escapes? (?:from )?the (?:sandbox|container))`;
const AT_WORK = new RegExp(
  String.raw`${ATTACK}(?:\s*:|\s+(?:via|through|in|by|when|using|from|possible|on|with|data|pickles?|yaml|vulnerability|the)\b)`,
  'i',
);
/** Somebody who looks for such things, or guards against them. */
const GUARD =
  /\b(?:scan|scanner|detect|find|check|test|rule|linter?|search|list|finding|alert|advisor(?:y|ies)|protect|prevent|training|course|article|docs?|need|want|no (?:tool|way|option|parameter))s?\b/i;
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
      if (REACHED.test(part) && !REFUSED.test(part)) return true;
      if (AT_WORK.test(part) && !GUARD.test(part)) return true;
      return NEAR.test(part) && !SUBJECT.test(part);
    });
}
