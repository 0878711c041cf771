import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';

/**
 * What a step can tell the runner (https://docs.github.com/actions/reference/workflow-commands-for-github-actions). Between our own
 * commands the runner reads none, so that no text of a report, a model or a server can give one.
 */
export interface Runner {
  /** A line of the log. */
  say(text: string): void;
  /** The same, folded away below a title. */
  group(title: string, text: string): void;
  annotate(level: 'notice' | 'warning' | 'error', title: string, text: string): void;
  /** Hides a value wherever the log would show it. */
  mask(value: string): void;
  output(name: string, value: string): void;
  /** Kept for the post step. */
  keep(name: string, value: string): void;
  summary(markdown: string): void;
}

export function openRunner(env: Record<string, string | undefined>, write: (text: string) => void): Runner {
  const token = randomBytes(16).toString('hex');
  const stop = `::stop-commands::${token}\n`;
  const command = (line: string) => write(`::${token}::\n${line}\n${stop}`);
  const file = (path: string | undefined, text: string) => {
    if (path) appendFileSync(path, text);
  };
  const pair = (name: string, value: string) => {
    const end = `end_${randomBytes(16).toString('hex')}`;
    return `${name}<<${end}\n${value}\n${end}\n`;
  };
  const say = (text: string) => write(`${printable(text)}\n`);
  write(stop);
  return {
    say,
    group(title, text) {
      command(`::group::${data(printable(title))}`);
      say(text);
      command('::endgroup::');
    },
    annotate: (level, title, text) =>
      command(`::${level} title=${property(printable(title))}::${data(printable(text))}`),
    mask(value) {
      // The runner looks for whole lines: a key of several is hidden line by line, too.
      for (const part of new Set([value, ...value.split(/\r?\n/)])) {
        if (part.trim().length > 3) command(`::add-mask::${data(part)}`);
      }
    },
    output: (name, value) => file(env.GITHUB_OUTPUT, pair(name, value)),
    keep: (name, value) => file(env.GITHUB_STATE, pair(name, value)),
    summary: (markdown) => file(env.GITHUB_STEP_SUMMARY, `${markdown}\n`),
  };
}

/** Control characters are shown, and what would be a command is none even for a runner that reads on. */
function printable(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n]/gu, (found) => `\\x${(found.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`)
    .replace(/^(\s*):(?=:)/gm, '$1: ')
    .replaceAll('##[', '## [');
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
