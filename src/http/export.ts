import type { Item } from './items.ts';
import type { Row } from './rows.ts';

export const FORMATS = ['csv', 'json', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

/** Columns of the CSV, in this order for ever; new ones are added at the end. */
const COLUMNS = [
  'id',
  'timestamp',
  'server_name',
  'gap_type',
  'what_i_needed',
  'what_i_tried',
  'suggestion',
  'user_goal',
  'resolution',
  'agent_model',
  'session_id',
  'client_type',
  'tools_available',
  'status',
  'reviewed',
  'gap',
  'url',
  'seen',
  'pr_url',
] as const satisfies (keyof Item)[];

export const CONTENT_TYPES: Record<Format, string> = {
  csv: 'text/csv',
  json: 'application/json',
  jsonl: 'application/x-ndjson',
};

const PIECE = 16 * 1024;

/** The reports as text, in pieces of some size, so that the whole is never in memory. */
export function* exportRows(rows: Iterable<Row>, format: Format): Generator<string> {
  let piece = '';
  for (const line of lines(rows, format)) {
    piece += line;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function* lines(rows: Iterable<Row>, format: Format): Generator<string> {
  if (format === 'csv') {
    yield `${COLUMNS.join(',')}\r\n`;
    for (const { item } of rows) yield `${COLUMNS.map((column) => cell(item[column])).join(',')}\r\n`;
  } else if (format === 'jsonl') {
    for (const { item } of rows) yield `${JSON.stringify(item)}\n`;
  } else {
    let before = '[';
    for (const { item } of rows) {
      yield `${before}${JSON.stringify(item)}`;
      before = ',\n';
    }
    yield before === '[' ? '[]' : ']';
  }
}

/** One CSV cell (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection). */
function cell(value: unknown): string {
  const text = Array.isArray(value) ? value.join(' ') : String(value ?? '');
  const safe = /^\s*[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text;
  // Some spreadsheets part cells at semicolons or tabs.
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
