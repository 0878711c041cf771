import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PatchworkError } from '../report/index.ts';
import { readOptions } from './options.ts';
import { readVariables } from './settings.ts';

const FILTERS = [
  'server-name',
  'gap-type',
  'resolution',
  'session-id',
  'reviewed',
  'status',
  'since',
  'until',
  'q',
] as const;

const HELP = `patchworkmcp export [--format csv|json|jsonl] [--out <file>] [--url <server>] [filters]

Writes reports as GET /api/export gives them, to standard output or a file; nothing is held in memory. Filters:
${FILTERS.map((name) => `--${name}`).join(', ')}, as in the API.
The server is http://localhost:8099 (PORT, or --url); PATCHWORKMCP_API_KEY or FEEDBACK_API_KEY is the key, where it asks for one.`;

export async function exportReports(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const filters = Object.fromEntries(FILTERS.map((name) => [name, text]));
  const { values } = readOptions(
    args,
    { ...filters, format: text, out: text, url: text, help: { type: 'boolean' } },
    0,
  );
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const given = values as Partial<Record<string, string>>;
  const { PORT, PATCHWORKMCP_API_KEY, FEEDBACK_API_KEY } = await readVariables(process.env);
  const base = given.url ?? `http://localhost:${PORT || 8099}`;
  const query = new URLSearchParams({ format: given.format ?? 'csv' });
  for (const name of FILTERS) {
    const value = given[name];
    if (value !== undefined) query.set(name.replaceAll('-', '_'), value);
  }
  const key = PATCHWORKMCP_API_KEY || FEEDBACK_API_KEY?.split(',')[0];
  const answer = await fetch(
    `${base}/api/export?${query}`,
    key ? { headers: { authorization: `Bearer ${key}` } } : {},
  ).catch(() => {
    throw new PatchworkError('no_server', `No server answers at ${base}.`, { next: 'Start it, or say where: --url.' });
  });
  if (!answer.ok || !answer.body) throw await refusal(answer);
  await pipeline(
    Readable.fromWeb(answer.body),
    given.out === undefined ? process.stdout : createWriteStream(given.out),
    {
      end: given.out !== undefined,
    },
  ).catch((error: NodeJS.ErrnoException) => {
    // Whoever reads our output has enough: `patchworkmcp export | head`.
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
  return 0;
}

async function refusal(answer: Response): Promise<PatchworkError> {
  const said = (await answer.json().catch(() => undefined)) as
    | { error?: { code: string; message: string } }
    | undefined;
  return new PatchworkError(
    said?.error?.code ?? 'export_failed',
    said?.error?.message ?? `The server answered ${answer.status}.`,
  );
}
