import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { REPOSITORY_FILE, readRepositoryConfig, WORKFLOW_FILE } from '../../config/index.ts';
import { PatchworkError } from '../../report/index.ts';
import { readOptions } from '../options.ts';
import { type Detected, detect } from './detect.ts';
import { listFiles } from './files.ts';
import { renderSettings, renderWorkflow } from './render.ts';

const HELP = `patchworkmcp init [--repo <path>] [--yes] [--dry-run] [--force]

Looks how the MCP server of a repository is run, and writes ${REPOSITORY_FILE} (with that) and
${WORKFLOW_FILE} (the workflow that drafts). It asks before it writes; look at what it found.

  --repo <path>  the repository, else the current folder
  --yes          write without asking
  --dry-run      show the files and write nothing
  --force        also replace files that are there`;

export async function init(args: string[]): Promise<number> {
  const { values } = readOptions(
    args,
    {
      repo: { type: 'string' },
      yes: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
      force: { type: 'boolean' },
      help: { type: 'boolean' },
    },
    0,
  );
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const dir = resolve(values.repo ?? '.');
  if (!existsSync(dir)) throw new PatchworkError('not_found', `There is no folder ${dir}.`);
  const files = await listFiles(dir);
  const detected = detect(files);
  for (const line of tell(detected)) console.log(line);

  const wanted = [
    { path: REPOSITORY_FILE, text: renderSettings(detected) },
    { path: WORKFLOW_FILE, text: renderWorkflow(detected?.found) },
  ];
  const { problem } = readRepositoryConfig(wanted[0]?.text);
  if (problem) throw new PatchworkError('not_readable', `What was found makes no valid file (${problem}).`);
  const kept = wanted.filter(({ path }) => !values.force && existsSync(join(dir, path)));
  const fresh = wanted.filter((file) => !kept.includes(file));
  for (const { path } of kept) console.log(`${path} is there already and stays (--force replaces it).`);
  for (const { path, text } of fresh) console.log(`\n${path}:\n\n${text.replace(/^/gm, '    ').trimEnd()}`);
  if (values['dry-run'] || !fresh.length) return 0;
  if (!values.yes && !(await agreed(fresh.map(({ path }) => path)))) {
    console.log('\nNothing was written.');
    return 1;
  }
  for (const { path, text } of fresh) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  console.log(`\nWrote ${fresh.map(({ path }) => path).join(' and ')}.\n${NEXT}`);
  return 0;
}

const NEXT = `Next:
  1. Look at how the server is run, commit both files and push.
  2. Store two secrets in the repository: PATCHWORK_SECRET (the server's own) and ANTHROPIC_API_KEY.
  3. Settings → Actions → General → allow GitHub Actions to create pull requests.`;

function tell(detected: Detected | undefined): string[] {
  if (!detected) return ['No MCP server was seen here: say in the file how it is run.'];
  const { found, hints, others } = detected;
  return [
    `Found a server in ${found.language} (${found.tool})${found.dir ? ` in ${found.dir}` : ''}:`,
    ...[...found.why, ...hints.why].map((why) => `  - ${why}`),
    ...(others.length ? [`Others that could be meant: ${others.slice(0, 5).map(called).join(', ')}.`] : []),
  ];
}

function called({ dir, names, language }: Detected['found']): string {
  return `${names[0] ?? language}${dir ? ` in ${dir}` : ''}`;
}

async function agreed(paths: string[]): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new PatchworkError('not_confirmed', 'Nobody can be asked here.', {
      next: 'Look with --dry-run, then add --yes.',
    });
  }
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await prompt.question(`\nWrite ${paths.join(' and ')}? [y/N] `)).trim());
  } finally {
    prompt.close();
  }
}
