import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import type { Report } from './report.ts';
import { bare } from './secrets/disguise.ts';
import { ISSUED, MAYBE_ISSUED, type Rule } from './secrets/issued.ts';
import { MAYBE_PASTED, PASTED } from './secrets/pasted.ts';

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
 * Takes out the secrets whose format is known here, the shapes that people paste (authorization headers, credentials in URLs,
 * key-value pairs, private keys), and those of them that are encoded, cut in pieces or written in other characters.
 */
export function redact(text: string): Redacted {
  const isLong = MAYBE_ISSUED.test(text);
  const issued = isLong ? take(text, ISSUED) : { text, secrets: 0 };
  const pasted = MAYBE_PASTED.test(text) ? take(issued.text, PASTED) : { text: issued.text, secrets: 0 };
  const decoded = isLong ? takeEncoded(pasted.text) : { text: pasted.text, secrets: 0 };
  const shown = takeDisguised(decoded.text);
  return { text: shown.text, secrets: issued.secrets + pasted.secrets + decoded.secrets + shown.secrets };
}

/** The text without issued secrets: what a model may see of code. What people paste is mostly names of secrets there. */
export function withoutSecrets(text: string): string {
  return MAYBE_ISSUED.test(text) ? take(text, ISSUED).text : text;
}

/** The issued secrets in a text, by format alone: what code may never contain. */
export function secretsIn(text: string): string[] {
  return MAYBE_ISSUED.test(text) ? ISSUED.flatMap(({ pattern }) => text.match(pattern) ?? []) : [];
}

function take(text: string, rules: readonly Rule[]): Redacted {
  let secrets = 0;
  let out = text;
  for (const { kind, pattern, near, isSecret } of rules) {
    if (near && !out.includes(near)) continue;
    out = out.replace(pattern, (whole: string, ...match: unknown[]) => {
      const last = match.at(-1);
      const { keep = '', tail = '', value = '' } = (typeof last === 'object' ? last : {}) as Record<string, string>;
      if (whole.startsWith('[redacted', keep.length) || (isSecret && !isSecret({ value, name: keep }))) return whole;
      secrets += 1;
      return `${keep}[redacted ${kind}]${tail}`;
    });
  }
  return { text: out, secrets };
}

const ENCODED = /(?:[A-Za-z0-9+/_-]{24,}(?:\n[A-Za-z0-9+/_-]{4,})*={0,2})/g;

/** Runs of base64 and of hexadecimal digits that are text with a secret in it. */
function takeEncoded(text: string): Redacted {
  let secrets = 0;
  const out = text.replace(ENCODED, (run) => {
    const bytes = /^(?:[0-9a-f]{2})+$/i.test(run) ? Buffer.from(run, 'hex') : Buffer.from(run, 'base64');
    const inside = bytes.toString('latin1');
    if (!/^[\t\n\r\x20-\x7e]+$/.test(inside) || take(inside, [...ISSUED, ...PASTED]).secrets === 0) return run;
    secrets += 1;
    return '[redacted encoded secret]';
  });
  return { text: out, secrets };
}

/** Issued secrets that are none to a program until somebody puts them together again. */
function takeDisguised(text: string): Redacted {
  const seen = bare(text);
  if (!seen || !MAYBE_ISSUED.test(seen.text)) return { text, secrets: 0 };
  const found = ISSUED.flatMap(({ kind, pattern }) =>
    [...seen.text.matchAll(pattern)].map((match) => ({
      kind,
      start: seen.from[match.index + (match.groups?.keep?.length ?? 0)] ?? 0,
      end: seen.from[match.index + match[0].length] ?? text.length,
    })),
  );
  let out = text;
  let secrets = 0;
  let from = text.length;
  for (const { kind, start, end } of found.toSorted((a, b) => b.end - a.end || a.start - b.start)) {
    if (end > from) continue;
    out = `${out.slice(0, start)}[redacted ${kind}]${out.slice(end)}`;
    secrets += 1;
    from = start;
  }
  return { text: out, secrets };
}
