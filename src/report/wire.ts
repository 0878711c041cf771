import * as z from 'zod';
import { cleanLine, cleanText, clipText, type TextLimit } from './clean.ts';
import { PatchworkError } from './error.ts';
import { newId } from './id.ts';
import { redact, secretsIn } from './redact.ts';
import { GAP_TYPES, type GapType, RESOLUTIONS, type Report, type Resolution } from './report.ts';

/** Chosen so that the text of a report and its marker together fit into the 65,536 characters of an issue body. */
const LIMITS = {
  what_i_needed: { characters: 3000, bytes: 6000 },
  what_i_tried: { characters: 3000, bytes: 6000 },
  suggestion: { characters: 3000, bytes: 6000 },
  user_goal: { characters: 1000, bytes: 2000 },
} satisfies Record<string, TextLimit>;

/** More of a text than this is never looked at: it would be clipped anyway. */
const MOST_READ = 20_000;
const LONGEST_SECRET = 300;
const MAX_TOOLS = 200;
const MAX_TOOLS_BYTES = 4000;
/** The alphabet of MCP tool names; anything else is not a name. */
const TOOL_NAME = /^[A-Za-z0-9_.-]{1,128}$/;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

const required = z.string({ error: (issue) => (issue.input === undefined ? 'is missing' : 'must be a text') });
const lenient = z.string().catch('');

/**
 * The body of both wire contracts (DESIGN 5.1). Strict in shape where a report would be worthless without it, lenient in values:
 * an unknown enum value or an optional field of the wrong type never loses a report.
 */
export const reportBody = z.object({
  server_name: lenient,
  server_slug: lenient,
  what_i_needed: required.describe('What the agent needed and the server does not offer.'),
  what_i_tried: required.describe('Which tools the agent tried and what came back.'),
  gap_type: required.describe(`One of ${GAP_TYPES.join(', ')}; any other word counts as other.`),
  suggestion: lenient,
  user_goal: lenient,
  resolution: lenient.describe(`One of ${RESOLUTIONS.join(', ')}, or empty.`),
  tools_available: z
    .unknown()
    .optional()
    .describe('Tool names: an array, a JSON array as text, or names separated by commas.'),
  agent_model: lenient,
  session_id: lenient,
  client_type: lenient,
  server_version: lenient,
  client_version: lenient,
  report_id: lenient,
  surface_hash: lenient,
  session_source: lenient,
  same_as: z.unknown().optional().describe('The number of one of the gaps that the answer to this report offered.'),
  evidence: lenient.describe('`inferred`: counted from failed calls by the drop-in, not said by an agent.'),
});

export interface ReadReport {
  report: Report;
  /** True when the caller chose the id, so that it identifies a retry. */
  ownId: boolean;
  /** An agent hears the answer and can say more: not a count that the drop-in made. */
  heard: boolean;
  /** The issue that the agent says it belongs to. */
  sameAs: number | undefined;
}

/**
 * Reads a body that was JSON into a report: cleaned, redacted, bounded. Throws `invalid_body`, `missing_field` or
 * `invalid_field` (422), naming the field and never its value.
 */
export function readReport(body: unknown, options: { now: Date; server?: string }): ReadReport {
  const parsed = reportBody.safeParse(body);
  if (!parsed.success) throw refusal(parsed.error.issues[0]);
  const given = parsed.data;
  const { texts, remarks } = readTexts(given);
  // Here, too, secrets are looked for before a text is clipped.
  const line = (value: string, characters = 200) =>
    cleanLine(redact(cleanText(head(value, 8 * characters)).text).text, characters);

  if (given.evidence === 'inferred') remarks.push('inferred from failed calls, not said by an agent');
  const gap_type = word(given.gap_type, GAP_TYPES);
  if (!gap_type && given.gap_type.trim()) remarks.push(`the agent called the gap type “${line(given.gap_type, 60)}”`);
  const resolution = word(given.resolution, RESOLUTIONS);
  if (!resolution && given.resolution.trim()) {
    remarks.push(`the agent called the resolution “${line(given.resolution, 60)}”`);
  }

  const ownId = ULID.test(given.report_id);
  const report: Report = {
    id: ownId ? given.report_id : newId(options.now.getTime()),
    received_at: options.now.toISOString(),
    server_name: options.server ?? (line(given.server_name || given.server_slug, 100) || 'unknown'),
    ...texts,
    gap_type: gap_type ?? 'other',
    resolution: resolution ?? '',
    tools_available: toolNames(given.tools_available),
    agent_model: line(given.agent_model),
    session_id: line(given.session_id),
    client_type: line(given.client_type),
    server_version: line(given.server_version, 64),
    client_version: line(given.client_version, 64),
    surface_hash: line(given.surface_hash, 80),
    session_source: line(given.session_source, 64),
    remarks,
    sealed: '',
  };
  const sameAs = Number(given.same_as);
  return {
    report,
    ownId,
    heard: given.evidence !== 'inferred',
    sameAs: Number.isSafeInteger(sameAs) && sameAs > 0 ? sameAs : undefined,
  };
}

/** The beginning of a text that is too long to be read, up to a place between two words: a word cut in two may be half a secret. */
function head(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most);
  const space = Math.max(cut.lastIndexOf(' '), cut.lastIndexOf('\n'));
  return most - space < LONGEST_SECRET ? cut.slice(0, space) : cut;
}

type TextField = keyof typeof LIMITS;

/** Secrets are looked for before a text is clipped: half a secret has no form by which it could be known. */
function readTexts(given: Record<TextField, string>): { texts: Record<TextField, string>; remarks: string[] } {
  const fields = Object.keys(LIMITS) as TextField[];
  const clean = fields.map((field) => cleanText(head(given[field], MOST_READ)));
  const safe = clean.map(({ text }) => redact(text));
  const clipped = fields.map((field, i) =>
    clipText(safe[i]?.text ?? '', LIMITS[field], Math.max(0, given[field].length - MOST_READ)),
  );
  const remarks = fields.flatMap((field, i) => (clipped[i]?.clipped ? [`${field} clipped`] : []));
  const hidden = clean.reduce((sum, one) => sum + one.hidden, 0);
  const secrets = safe.reduce((sum, one) => sum + one.secrets, 0);
  if (hidden) remarks.push(`${hidden} hidden ${hidden === 1 ? 'character' : 'characters'} removed`);
  if (secrets) remarks.push(`${secrets} ${secrets === 1 ? 'secret' : 'secrets'} redacted`);
  const texts = Object.fromEntries(fields.map((field, i) => [field, clipped[i]?.text ?? ''])) as Record<
    TextField,
    string
  >;
  for (const field of ['what_i_needed', 'what_i_tried'] as const) {
    if (texts[field] === '') {
      throw new PatchworkError('missing_field', `The field ${field} is empty.`, { status: 422, field });
    }
  }
  return { texts, remarks };
}

/** `Missing Tool` and `missing-tool` are the word `missing_tool`; anything else is not a word of the list. */
function word<T extends GapType | Resolution>(value: string, words: readonly T[]): T | undefined {
  const plain = value
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  return words.find((candidate) => candidate === plain);
}

function toolNames(value: unknown): string[] {
  const names = new Set<string>();
  let bytes = 0;
  for (const entry of asList(value)) {
    if (typeof entry !== 'string') continue;
    const name = entry.trim();
    if (!TOOL_NAME.test(name) || names.has(name) || secretsIn(name).length) continue;
    bytes += name.length + 3;
    if (names.size === MAX_TOOLS || bytes > MAX_TOOLS_BYTES) break;
    names.add(name);
  }
  return [...names];
}

function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string') return [];
  if (value.trim().startsWith('[')) {
    try {
      const parsed: unknown = JSON.parse(value);
      if (Array.isArray(parsed)) return parsed;
    } catch {
      // not JSON after all: names separated by commas
    }
  }
  return value.split(',');
}

function refusal(issue: z.core.$ZodIssue | undefined): PatchworkError {
  const field = issue?.path[0];
  if (typeof field !== 'string') {
    return new PatchworkError('invalid_body', 'The body has to be one JSON object.', { status: 422 });
  }
  const missing = issue?.message === 'is missing';
  return new PatchworkError(missing ? 'missing_field' : 'invalid_field', `The field ${field} ${issue?.message}.`, {
    status: 422,
    field,
  });
}
