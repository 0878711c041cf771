import { styleText } from 'node:util';
import { readEnvironment } from '../../config/index.ts';
import { PatchworkError, reasonOf } from '../../report/index.ts';
import { readOptions } from '../options.ts';
import { readVariables } from '../settings.ts';
import { app, repository } from './app.ts';
import type { Check, Context, Finding } from './check.ts';
import { clock } from './clock.ts';
import { configuration, repositoryFile } from './configuration.ts';
import { openContext } from './context.ts';
import { data } from './data.ts';
import { queue, retryDead } from './dead.ts';
import { drafts } from './drafts.ts';
import { drift, labels } from './labels.ts';
import { notifications } from './notifications.ts';
import { privacy } from './privacy.ts';
import { versions } from './versions.ts';
import { webhooks } from './webhooks.ts';

const CHECKS: Check[] = [
  versions,
  configuration,
  data,
  repositoryFile,
  app,
  repository,
  webhooks,
  clock,
  labels,
  drift,
  drafts,
  privacy,
  queue,
  notifications,
];

const HELP = `patchworkmcp doctor [--fix] [--json]
patchworkmcp doctor --retry <id>

Looks at everything that has to be right, says what is not and what to do about it: ${CHECKS.map(({ name }) => name).join(', ')}.
--fix mends what can be mended by itself. --retry gives an entry of the outbox that was given up all its attempts again.
The environment is that of serve; without GitHub, the server has to run. Ends with status 1 where something is a problem.`;

export interface Result extends Omit<Finding, 'fix'> {
  check: string;
  /** What `--fix` did, or why it could not. */
  fixed?: string;
}

export async function doctor(args: string[]): Promise<number> {
  const flag = { type: 'boolean' } as const;
  const { values } = readOptions(args, { fix: flag, json: flag, retry: { type: 'string' }, help: flag }, 0);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const environment = readEnvironment(await readVariables(process.env));
  await using context = openContext(environment);
  if (values.retry !== undefined) {
    console.log(await retryDead(await context.outbox(), values.retry));
    return 0;
  }
  const results: Result[] = [];
  for await (const found of examineAll(context, { fix: values.fix === true })) {
    results.push(...found);
    if (!values.json) console.log(found.map((result, i) => line(result, i === 0)).join('\n'));
  }
  const isFine = !results.some(({ state, fixed }) => state === 'problem' && fixed === undefined);
  if (values.json) console.log(JSON.stringify({ ok: isFine, findings: results }, null, 2));
  return isFine ? 0 : 1;
}

/** What each check finds, one check after the other. */
export async function* examineAll(context: Context, { fix }: { fix: boolean }): AsyncGenerator<Result[]> {
  for (const check of CHECKS) yield await examine(check, context, fix);
}

async function examine(check: Check, context: Context, isFixing: boolean): Promise<Result[]> {
  const findings = await check.look(context).catch((error: unknown): Finding[] => [unseen(error)]);
  const results: Result[] = [];
  for (const { fix, ...finding } of findings) {
    const result: Result = { check: check.name, ...finding };
    if (fix && isFixing) {
      try {
        result.fixed = await fix();
      } catch (error) {
        result.next = `It could not be mended: ${reasonOf(error)}.`;
      }
    }
    results.push(result);
  }
  return results;
}

/** Without a server in local mode there is nothing to look at; everything else that cannot be asked is a problem. */
function unseen(error: unknown): Finding {
  if (error instanceof PatchworkError) {
    const state = ['no_server', 'no_outbox', 'no_access'].includes(error.code) ? 'skipped' : 'problem';
    return { state, what: error.message, ...(error.next ? { next: error.next } : {}) };
  }
  return { state: 'problem', what: `it cannot be looked at: ${reasonOf(error)}` };
}

const SIGNS = {
  ok: ['✓', 'green'],
  warning: ['!', 'yellow'],
  problem: ['✗', 'red'],
  skipped: ['–', 'dim'],
} as const;
const INDENT = ' '.repeat(19);

function line({ check, state, what, next, fixed }: Result, isFirst: boolean): string {
  const [sign, colour] = SIGNS[state];
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream: process.stdout });
  const below = fixed ? `mended: ${fixed}` : next;
  return [
    `${style(colour, sign)} ${style('bold', (isFirst ? check : '').padEnd(INDENT.length - 2))}${wrapped(what)}`,
    ...(below ? [`${INDENT}${style(fixed ? 'green' : 'cyan', `→ ${wrapped(below)}`)}`] : []),
  ].join('\n');
}

/** Words of a repository's files and of GitHub's answers: a terminal must not obey them. */
function wrapped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (sign) => {
    return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  const width = Math.max(40, Math.min(process.stdout.columns ?? 120, 120) - INDENT.length);
  const lines: string[] = [];
  for (const word of plain.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join(`\n${INDENT}`);
}
