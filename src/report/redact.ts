/**
 * Takes secrets out of an agent's text before it touches the disk. Formats are those their issuers document (prefix and
 * alphabet), plus the shapes that people paste: authorization headers, credentials in URLs, key-value pairs, private keys.
 */
export function redact(text: string): { text: string; secrets: number } {
  let secrets = 0;
  let out = text;
  for (const [kind, pattern] of [...ISSUED, ...PASTED]) {
    out = out.replace(pattern, (...match) => {
      const groups = match.at(-1);
      const kept = typeof groups === 'object' && groups !== null ? (groups as { keep?: string; tail?: string }) : {};
      secrets += 1;
      return `${kept.keep ?? ''}[redacted ${kind}]${kept.tail ?? ''}`;
    });
  }
  return { text: out, secrets };
}

/** The kinds of issued secrets in a text, by format alone: what code may never contain. */
export function secretsIn(text: string): string[] {
  return ISSUED.flatMap(([kind, pattern]) => [...text.matchAll(pattern)].map(() => kind));
}

type Rule = [kind: string, pattern: RegExp];

const ISSUED: Rule[] = [
  [
    'private key',
    /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  ],
  ['GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{22,255})/g],
  ['GitLab token', /\bgl(?:pat|dt|rt|cbt|ptt|ft)-[\w-]{20,}/g],
  ['Patchwork key', /\bpw_[\w-]+\.[\w-]+\.[\w-]+/g],
  ['Anthropic key', /\bsk-ant-[\w-]{16,}/g],
  ['OpenAI key', /\bsk-(?:proj-|svcacct-|admin-)?[\w-]{20,}/g],
  ['Stripe key', /\b(?:sk|rk|pk|whsec)_(?:live_|test_)?[A-Za-z0-9]{16,}/g],
  ['AWS key', /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g],
  ['AWS secret', /(?<keep>\baws_?secret(?:_?access)?_?key\b["']?\s*[:=]\s*["']?)[A-Za-z0-9/+=]{30,}/gi],
  ['Google key', /\bAIza[\w-]{35}/g],
  ['Google token', /\bya29\.[\w-]{20,}/g],
  ['Slack token', /\bxox[abeoprs]-[\w-]{10,}|\bxapp-\d-[\w-]{10,}/g],
  ['Slack webhook', /\bhooks\.slack\.com\/(?:services|workflows)\/[\w/-]+/g],
  ['Hugging Face token', /\bhf_[A-Za-z0-9]{30,}/g],
  ['npm token', /\bnpm_[A-Za-z0-9]{36}/g],
  ['PyPI token', /\bpypi-[\w-]{50,}/g],
  ['SendGrid key', /\bSG\.[\w-]{16,}\.[\w-]{16,}/g],
  ['Twilio key', /\b(?:SK|AC)[0-9a-f]{32}\b/g],
  ['DigitalOcean token', /\bdo[opr]_v1_[0-9a-f]{64}/g],
  ['Linear key', /\blin_(?:api|oauth)_[A-Za-z0-9]{30,}/g],
  ['Notion token', /\b(?:ntn|secret)_[A-Za-z0-9]{40,}/g],
  ['JSON Web Token', /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g],
];

/** Shapes that people paste. In code they are mostly names of secrets, not secrets. */
const PASTED: Rule[] = [
  [
    'credential',
    /(?<keep>\b(?:authorization|proxy-authorization)["']?\s*[:=]\s*["']?(?:(?:bearer|basic|token|digest)\s+)?)(?!\[redacted)[^\s"',;]{6,}/gi,
  ],
  ['credential', /(?<keep>\bbearer\s+)(?!\[redacted)[\w.~+/=-]{16,}/gi],
  ['credential', /(?<keep>\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{0,100}:)[^\s@/]{1,200}(?<tail>@)/gi],
  [
    'credential',
    /(?<keep>\b(?:api[_-]?key|access[_-]?token|auth[_-]?token|refresh[_-]?token|client[_-]?secret|private[_-]?key|secret[_-]?key|passwd|password|pwd|secret|token|cookie|set-cookie)\b["']?\s*[:=]\s*["']?)(?!\[redacted)(?=[^\s"',;]*[\d\W_])[^\s"',;]{8,}/gi,
  ],
  ['e-mail address', /\b[\w.%+-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}\b/gi],
];
