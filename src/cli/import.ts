import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { encodeTime, TIME_MAX } from 'ulid';
import * as z from 'zod';
import { type Environment, readEnvironment } from '../config/index.ts';
import { type LaneBodies, renderLane } from '../intake/index.ts';
import { type NewEntry, openOutbox } from '../outbox/index.ts';
import { cleanText, clipText, PatchworkError, readReport, redact, redactReport } from '../report/index.ts';
import { readOptions } from './options.ts';
import { readVariables } from './settings.ts';

const HELP = `patchworkmcp import <feedback.db> [--repo owner/name]

Takes over what the original PatchworkMCP kept in its SQLite file: each row of feedback becomes a report with its time, notes become
notes, reviewed stays reviewed. They go into the outbox, and the server makes issues of them as of any report: repeats fold. Ids
follow from the rows, so that running it again, after an interruption or by mistake, doubles nothing. The environment is that of
serve; in local mode, start the server first or name the repository.`;

/** What is put into the outbox in one go. */
const AT_ONCE = 200;
const NOTE_LIMIT = { characters: 20_000, bytes: 40_000 };

const word = z.union([z.string(), z.number()]).transform(String).catch('');

/** A row of the original's table `feedback`; columns came over time, so all but the id may be missing. */
const row = z
  .object({
    id: z.union([z.string(), z.number()]).transform(String),
    timestamp: word,
    server_name: word,
    what_i_needed: word,
    what_i_tried: word,
    gap_type: word,
    suggestion: word,
    user_goal: word,
    resolution: word,
    agent_model: word,
    tools_available: word,
    session_id: word,
    client_type: word,
    reviewed: z.coerce.boolean().catch(false),
  })
  .partial()
  .required({ id: true });
type Row = z.infer<typeof row>;

const note = z.object({ id: z.union([z.string(), z.number()]).transform(String), timestamp: word, content: word });
type Note = z.infer<typeof note>;

export async function importReports(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args, { repo: { type: 'string' }, help: { type: 'boolean' } }, 1);
  const [file] = positionals;
  if (values.help || !file) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const environment = readEnvironment(await readVariables(process.env));
  const repository = values.repo ?? (await repositoryOf(environment));
  using source = openSource(file);
  await mkdir(environment.dataDir, { recursive: true, mode: 0o700 });
  const { databaseUrl, dataDir } = environment;
  const outbox = await openOutbox(databaseUrl ? { databaseUrl } : { file: join(dataDir, 'outbox.db') });
  const count = { reports: 0, notes: 0, known: 0, unreadable: 0 };
  try {
    let group: NewEntry[] = [];
    const flush = async () => {
      const taken = await Promise.all(group.map((entry) => outbox.accept(entry)));
      for (const [i, { repeat }] of taken.entries()) {
        if (repeat) count.known += 1;
        else if (group[i]?.kind === 'report') count.reports += 1;
        else if (group[i]?.kind === 'note') count.notes += 1;
      }
      group = [];
    };
    for (const found of source.rows()) {
      try {
        group.push(...(await entriesOf(found, source.notes(found.id), repository)));
      } catch (error) {
        if (!(error instanceof PatchworkError)) throw error;
        count.unreadable += 1;
        console.error(`Row ${JSON.stringify(found.id)} is left out: ${error.message}`);
      }
      if (group.length >= AT_ONCE) await flush();
    }
    await flush();
  } finally {
    await outbox.close();
  }
  console.log(
    `${count.reports} reports and ${count.notes} notes wait for ${repository}; ${count.known} entries were there already` +
      `${count.unreadable ? `; ${count.unreadable} rows could not be read` : ''}. The server files them.`,
  );
  return count.unreadable ? 1 : 0;
}

/** What one row puts into the outbox, always the same: the report, then its notes, then that it was reviewed. */
async function entriesOf(found: Row, notes: Note[], repository: string): Promise<NewEntry[]> {
  const lane = renderLane('reports', repository);
  const at = timeOf(found.timestamp);
  const id = derivedId(at, `report ${found.id}`);
  const { report: read } = readReport(
    { ...found, what_i_tried: found.what_i_tried || 'Not said.', report_id: id },
    { now: new Date(Math.min(at, Date.now())) },
  );
  const report = await redactReport({ ...read, remarks: [...read.remarks, 'imported'] });
  const entry = (kind: keyof LaneBodies, of: string, time: number, body: unknown): NewEntry => ({
    lane,
    id: derivedId(time, of),
    kind,
    key: `import ${of}`,
    body,
  });
  return [
    { lane, id, kind: 'report', key: id, body: report },
    ...notes.flatMap(({ id: noteId, timestamp, content }) => {
      const text = clipText(redact(cleanText(content).text).text, NOTE_LIMIT).text;
      const body: LaneBodies['note'] = { on: id, content: text };
      return text ? [entry('note', `note ${noteId}`, timeOf(timestamp), body)] : [];
    }),
    ...(found.reviewed ? [entry('review', `review ${found.id}`, at, { on: id, reviewed: true })] : []),
  ];
}

/**
 * Milliseconds since 1970, of a wrong clock also in the future: ids follow from it, so it must be the same whenever it is asked. The
 * original wrote ISO 8601 in UTC, with or without saying so.
 */
function timeOf(timestamp: string | undefined): number {
  const text = timestamp ?? '';
  const at = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text.replace(' ', 'T')}Z`);
  return Number.isNaN(at) ? 0 : Math.min(Math.max(at, 0), TIME_MAX);
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID of this time whose other part follows from a text. */
function derivedId(time: number, of: string): string {
  const digest = createHash('sha256').update(`patchwork import ${of}`).digest();
  return encodeTime(time) + Array.from(digest.subarray(0, 16), (byte) => ALPHABET[byte & 31]).join('');
}

function openSource(file: string) {
  const wrong = (what: string) =>
    new PatchworkError('not_a_feedback_db', what, { next: 'Give the original’s feedback.db.' });
  if (!existsSync(file)) throw wrong('There is no such file.');
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    database.prepare('SELECT id FROM feedback LIMIT 1').get();
  } catch {
    throw wrong('This is no database of the original PatchworkMCP.');
  }
  const hasNotes = database
    .prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'feedback_notes'")
    .get();
  const notes =
    hasNotes && database.prepare('SELECT * FROM feedback_notes WHERE feedback_id = ? ORDER BY timestamp, id');
  return {
    *rows(): Generator<Row> {
      for (const one of database.prepare('SELECT * FROM feedback ORDER BY timestamp, id').iterate())
        yield row.parse(one);
    },
    notes: (id: string): Note[] => (notes ? notes.all(id).map((one) => note.parse(one)) : []),
    [Symbol.dispose]: () => database.close(),
  };
}

async function repositoryOf({ github, port }: Environment): Promise<string> {
  if (github.mode !== 'local') return github.repository;
  const health = await fetch(`http://localhost:${port}/healthz`).then(
    (answer) => answer.json() as Promise<{ github?: { repository?: string } }>,
    () => undefined,
  );
  const name = health?.github?.repository;
  if (!name) {
    throw new PatchworkError('no_server', `No server answers at http://localhost:${port}.`, {
      next: 'Start it with npm start, or say which repository: --repo owner/name.',
    });
  }
  return name;
}
