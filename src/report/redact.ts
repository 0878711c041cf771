import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import type { Report } from './report.ts';

export interface Redacted {
  text: string;
  secrets: number;
}

const CONFIG = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] };
// It marks every rule of every text in the process's performance timeline and keeps the marks for ever.
secretLintProfiler.setEnabled(false);
const TEXTS = ['what_i_needed', 'what_i_tried', 'suggestion', 'user_goal'] as const;

/**
 * A second look at a report that was read, with secretlint's rules: they know many more issuers than the formats below, and
 * others keep them up to date.
 */
export async function redactReport(report: Report): Promise<Report> {
  // Only a long run of key-like characters, or an address, can be what the rules look for.
  const suspicious = TEXTS.filter((field) => /[\w./+=-]{20}|:\/\/|-----BEGIN/.test(report[field]));
  const redacted = await Promise.all(suspicious.map(async (field) => [field, await lint(report[field])] as const));
  const secrets = redacted.reduce((sum, [, { secrets: found }]) => sum + found, 0);
  if (secrets === 0) return report;
  const texts = Object.fromEntries(redacted.map(([field, { text }]) => [field, text]));
  return { ...report, ...texts, remarks: [...report.remarks, `${secrets} more redacted by rule`] };
}

async function lint(text: string): Promise<Redacted> {
  const source = { content: text, filePath: 'report.txt', ext: '.txt', contentType: 'text' } as const;
  const { messages } = await lintSource({ source, options: { config: CONFIG } });
  let out = text;
  for (const { range, ruleId } of messages.toSorted((a, b) => b.range[0] - a.range[0])) {
    const kind = ruleId.replace(/^.*rule-/, '').replaceAll('-', ' ');
    out = `${out.slice(0, range[0])}[redacted ${kind}]${out.slice(range[1])}`;
  }
  return { text: out, secrets: messages.length };
}

/**
 * Takes out the secrets whose format is known here: prefix and alphabet as their issuers document them, plus the shapes that
 * people paste (authorization headers, credentials in URLs, key-value pairs, private keys).
 */
export function redact(text: string): Redacted {
  let secrets = 0;
  let out = text;
  for (const [kind, pattern] of [
    ...(MAYBE_ISSUED.test(text) ? ISSUED : []),
    ...(MAYBE_PASTED.test(text) ? PASTED : []),
  ]) {
    out = out.replace(pattern, (...match) => {
      const groups = match.at(-1);
      const kept = typeof groups === 'object' && groups !== null ? (groups as { keep?: string; tail?: string }) : {};
      secrets += 1;
      return `${kept.keep ?? ''}[redacted ${kind}]${kept.tail ?? ''}`;
    });
  }
  return { text: out, secrets };
}

/** The issued secrets in a text, by format alone: what code may never contain. */
export function secretsIn(text: string): string[] {
  return ISSUED.flatMap(([, pattern]) => [...text.matchAll(pattern)].map(([secret]) => secret));
}

type Rule = [kind: string, pattern: RegExp];

// A pattern that fails only at the end of a long run begins where the run begins, so that hostile texts cost linear time.
const ISSUED: Rule[] = [
  [
    'private key',
    /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  ],
  ['GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{22,255})/g],
  ['GitLab token', /\bgl(?:pat|dt|rt|cbt|ptt|ft)-[\w-]{20,}/g],
  ['Patchwork key', /(?<![\w-])pw_[\w-]+\.[\w-]+\.[\w-]+/g],
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
  ['SendGrid key', /(?<![\w-])SG\.[\w-]{16,}\.[\w-]{16,}/g],
  ['Twilio key', /\b(?:SK|AC)[0-9a-f]{32}\b/g],
  ['DigitalOcean token', /\bdo[opr]_v1_[0-9a-f]{64}/g],
  ['Linear key', /\blin_(?:api|oauth)_[A-Za-z0-9]{30,}/g],
  ['Notion token', /\b(?:ntn|secret)_[A-Za-z0-9]{40,}/g],
  ['JSON Web Token', /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g],
];

/** What every issued secret has, and most texts have not: a long run without a space. The shortest is a Slack token. */
const MAYBE_ISSUED = /[\w./-]{15}|-----BEGIN/;
const MAYBE_PASTED = /[:=@]|bearer\s/i;

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
