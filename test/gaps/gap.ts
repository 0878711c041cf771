import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { type DraftAnswer, draftAnswer } from '../../src/draft/index.ts';
import type { Edit } from '../../src/repo/index.ts';
import { GAP_TYPES } from '../../src/report/index.ts';
import { type Probe, probePath, probesAnswer, renderProbeFile } from '../../src/surface/index.ts';

export const FIXTURES = fileURLToPath(new URL('../fixtures/gaps', import.meta.url));

/** What is asked in JSON text is written as YAML. */
const asJson = z.unknown().transform((value) => JSON.stringify(value ?? null));
const expected = z.array(z.strictObject({ path: z.string(), is: z.string(), value: asJson.default('null') }));
const setup = z.strictObject({
  tool: z.string(),
  arguments: asJson,
  take: z.array(z.strictObject({ from: z.string(), parameter: z.string() })),
});
const call = z.strictObject({ arguments: asJson, expect: expected.optional(), setup: setup.optional() });
const writtenProbe = z
  .strictObject({ kind: z.string(), tool: z.string(), parameter: z.string().optional() })
  .extend({ ...call.partial().shape, held_out: call.nullable().default(null), control: call.optional() })
  .transform(({ held_out, setup = null, control = null, ...probe }) => {
    if (probe.kind === 'accepts') return { ...probe, held_out };
    if (probe.kind !== 'result_matches') return probe;
    return { ...probe, setup, control, held_out: held_out && { setup: null, ...held_out } };
  });
/** As the pipeline asks for them. */
const probes = z.array(writtenProbe).transform((list) => probesAnswer.parse({ probes: list }).probes);

const edit = z.union([
  z
    .strictObject({ path: z.string(), search: z.string(), replace: z.string() })
    .transform((one) => ({ kind: 'replace' as const, ...one })),
  z.strictObject({ path: z.string(), content: z.string() }).transform((one) => ({ kind: 'write' as const, ...one })),
  z
    .strictObject({ path: z.string(), delete: z.literal(true) })
    .transform(({ path }) => ({ kind: 'delete' as const, path })),
]);
const edits = z.array(edit);
export type Edits = Edit[];

const declares = z.array(
  z
    .strictObject({
      tool: z.string(),
      change: z.enum(['add', 'modify', 'remove']),
      parameters: z.array(z.string()).default([]),
    })
    .transform((one) => ({ ...one, description: '' })),
);

const report = z.strictObject({
  what_i_needed: z.string(),
  what_i_tried: z.string(),
  suggestion: z.string(),
  user_goal: z.string(),
  resolution: z.enum(['blocked', 'worked_around', 'partial']),
});

const gapFile = z.strictObject({
  type: z.enum(GAP_TYPES),
  /** The tool that the gap is about. */
  tool: z.string(),
  report,
  /** What other agents said of the same gap. */
  more_reports: z.array(report).default([]),
  /** What a maintainer wrote before asking for the draft. */
  notes: z.array(z.string()).default([]),
  probes,
  title: z.string(),
  edits,
  declares,
  /** Edits that satisfy the calls that are shown, and only those. They declare what the good answer declares. */
  hard_codes: edits,
});

const serverFile = z.strictObject({
  language: z.enum(['Python', 'TypeScript', 'Go', 'Rust']),
  /** The list of Python packages that it is run with; see test/dropins/venv.ts. */
  packages: z.string().optional(),
  /** Fetches what it is built from, once, with the network. */
  fetch: z.string().optional(),
  /** The blocks of its patchwork.yml. */
  server: z.looseObject({ command: z.string() }),
  verify: z.array(z.string()).default([]),
  /** Of a gap that was closed before: what an earlier draft left in the repository. */
  earlier: probes.optional(),
  /** Breaks what another tool answers. */
  breaks: edits,
  /** Makes the repository's tests pass all the same, where they stand in the way of `breaks`. */
  weakens: edits.default([]),
  /** Changes the surface in a way that no gap asks for. */
  adds: edits,
  /** Takes a tool away that no gap is about. */
  removes: z.strictObject({ tool: z.string(), edits }).optional(),
});

export interface GapServer extends z.infer<typeof serverFile> {
  name: string;
  files: Record<string, Uint8Array>;
  gaps: Gap[];
}

export interface Gap extends z.infer<typeof gapFile> {
  name: string;
  /** Other answers that have to end verified, as the model's recorded ones are kept: the repair rounds they took are in them. */
  recorded?: Recording;
}

/** Answers to the questions of one draft, in their order. */
export interface Recording {
  probes: { json: { probes: Probe[] } }[];
  draft: { json: DraftAnswer }[];
}

/**
 * The servers with their gaps, each a folder of `test/fixtures/gaps`: `server.yml`, `repo/`, and for each gap a file, with some a
 * `.recorded.json` beside it.
 */
export async function readServers(): Promise<GapServer[]> {
  const names = (await readdir(FIXTURES)).sort();
  return Promise.all(names.map(readServer));
}

async function readServer(name: string): Promise<GapServer> {
  const folder = join(FIXTURES, name);
  const server = serverFile.parse(parse(await readFile(join(folder, 'server.yml'), 'utf8')));
  const files: Record<string, Uint8Array> = {};
  const config = { server: server.server, ...(server.verify.length ? { verify: server.verify } : {}) };
  files['.github/patchwork.yml'] = Buffer.from(stringify(config));
  if (server.earlier) {
    files[probePath(EARLIER_ISSUE)] = Buffer.from(renderProbeFile({ issue: EARLIER_ISSUE, probes: server.earlier }));
  }
  for (const entry of await readdir(join(folder, 'repo'), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !/\/(?:__pycache__|target|node_modules)\//.test(path)) {
      files[relative(join(folder, 'repo'), path)] = await readFile(path);
    }
  }
  const gaps: Gap[] = [];
  for (const file of (await readdir(folder)).sort()) {
    if (!file.endsWith('.yml') || file === 'server.yml') continue;
    const written: unknown = parse(await readFile(join(folder, file), 'utf8'));
    const read = gapFile.safeParse(written);
    if (!read.success) throw new Error(`${name}/${file}: ${z.prettifyError(read.error)}`);
    const called = basename(file, '.yml');
    const recorded = existsSync(join(folder, `${called}.recorded.json`))
      ? { recorded: JSON.parse(await readFile(join(folder, `${called}.recorded.json`), 'utf8')) as Recording }
      : {};
    gaps.push({ name: called, ...read.data, ...recorded });
  }
  return { name, ...server, files, gaps };
}

/** The issue whose probes lie in the repository before anything is drafted. */
export const EARLIER_ISSUE = 900;

/** An answer to the draft question, in the pipeline's own schema. */
export function answerOf(gap: Gap, edits: Edits, declared = gap.declares): DraftAnswer {
  return draftAnswer.parse({
    title: gap.title,
    summary: gap.report.suggestion,
    commit_message: gap.title,
    body: gap.report.suggestion,
    edits,
    declared_changes: declared,
    notes_honoured: gap.notes.map((note) => ({ note, how: 'As it says.' })),
    confidence: 0.9,
    confidence_reason: 'Recorded.',
  } satisfies DraftAnswer);
}

/** The recorded answers of a run: the gap's probes, and one answer to the draft question again and again. */
export function recordingOf(gap: Gap, draft: DraftAnswer): Recording {
  return { probes: [{ json: { probes: gap.probes } }], draft: [{ json: draft }] };
}
