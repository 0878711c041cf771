import { parse } from 'yaml';
import * as z from 'zod';
import { LEVELS } from '../triage/index.ts';
import { notifySchema } from './notify.ts';
import { privacySchema } from './privacy.ts';

export const REPOSITORY_FILE = '.github/patchwork.yml';
/** Where the workflow of the Action lies. */
export const WORKFLOW_FILE = '.github/workflows/patchwork.yml';

const globs = z.array(z.string().min(1).max(200)).max(100);

const inside = z
  .string()
  .min(1)
  .max(300)
  .refine((path) => !/^\/|\\|\0|(^|\/)\.\.(\/|$)/.test(path), 'has to be a path inside the repository');

const httpRule = z.strictObject({
  method: z
    .string()
    .regex(/^(\*|[A-Z]{3,7})$/)
    .default('GET'),
  /** `*` stands for one segment, `**` for any number. */
  path: z.string().regex(/^\//).max(500),
  query: z.record(z.string(), z.string()).default({}),
  /** Text that the body of the request must contain. */
  containing: z.string().min(1).max(500).optional(),
  status: z.number().int().min(200).max(599).default(200),
  headers: z.record(z.string(), z.string()).default({}),
  /** Sent as JSON; a string is sent as it is. */
  body: z.unknown(),
});

const fakeCommand = z.strictObject({
  command: z.string().regex(/^\w[\w.-]*$/),
  args: z.string().max(500).default('*'),
  stdout: z.string().max(100_000).default(''),
  exit: z.number().int().min(0).max(255).default(0),
});

/** Stand-ins for what the server talks to: rules and texts, never code. */
const stubs = z.strictObject({
  http: z.array(httpRule).max(100).default([]),
  hosts: z
    .array(z.string().regex(/^[a-z0-9.-]+$/))
    .max(20)
    .default([]),
  commands: z.array(fakeCommand).max(50).default([]),
  files: z
    .array(z.strictObject({ path: inside, content: z.string().max(500_000) }))
    .max(50)
    .default([]),
});

const loopback = z.url().refine((url) => {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}, 'has to be an http address on loopback');

const share = z.number().min(0).max(1);

/** Limits of drafting without being asked (level `auto-draft`). */
const autoDraft = z.strictObject({
  /** Distinct sessions that met the gap. */
  sessions: z.number().int().min(2).max(100).default(3),
  /** The share of reports that were blocked. */
  blocked_share: share.default(0.5),
  /** The share of sessions that ask for the same change. */
  agreement: share.default(0.75),
  /** How long the gap has to have been quiet. */
  quiet_minutes: z.number().int().min(0).max(10_080).default(60),
  per_day: z.number().int().min(0).max(20).default(3),
  /** Drafts that run or wait for a person, however they were asked for. */
  in_flight: z.number().int().min(1).max(10).default(3),
  /** Says on the issue what it would do, and does nothing. */
  dry_run: z.boolean().default(false),
});

/** Limits of merging without being asked (level `auto-merge`). */
const autoMerge = z.strictObject({
  /** Only drafts within these globs are merged; none are by default. */
  paths: globs.default([]),
  max_files: z.number().int().min(1).max(20).default(6),
  max_lines: z.number().int().min(1).max(1000).default(200),
  min_confidence: share.default(0.8),
  /** Approving reviews by people with write access. */
  approvals: z.number().int().min(0).max(6).default(1),
  /** How long a draft has to stand before it is merged. */
  wait_minutes: z.number().int().min(0).max(10_080).default(60),
  per_day: z.number().int().min(0).max(10).default(2),
  dry_run: z.boolean().default(false),
});

const schema = z.strictObject({
  /** How much happens without a person; each level includes the ones before. */
  level: z.enum(LEVELS).default('draft'),
  auto_draft: autoDraft.prefault({}),
  auto_merge: autoMerge.prefault({}),
  draft: z
    .strictObject({
      /** Who drafts: the Action when its workflow is there, or always one of the two. */
      runner: z.enum(['auto', 'action', 'app']).default('auto'),
      budget_tokens: z.number().int().min(2000).max(500_000).default(30_000),
      max_files: z.number().int().min(1).max(100).default(20),
      max_lines: z.number().int().min(1).max(10_000).default(1500),
      /** Drafts of ours that may wait for a review at the same time. */
      max_in_flight: z.number().int().min(1).max(50).default(3),
      paths: z.strictObject({ allow: globs.default([]), deny: globs.default([]) }).prefault({}),
    })
    .prefault({}),
  /** Whether MCP clients whose key has gap:write may write notes and ask for drafts. */
  mcp: z.strictObject({ write: z.boolean().default(false) }).prefault({}),
  /** Whether the pinned issue with the most important gaps is kept. */
  dashboard: z.boolean().default(true),
  /** Who is told of what happens, besides those that the operator named. */
  notify: notifySchema,
  /** What is not published where everybody can read the issues. */
  privacy: privacySchema,
  /** Ids of keys that are no longer good. */
  revoked_keys: z.array(z.string()).max(1000).default([]),
  /** How the MCP server is run when a gap is replayed. */
  server: z
    .strictObject({
      dir: inside.optional(),
      install: z.string().optional(),
      build: z.string().optional(),
      command: z.string().min(1),
      args: z.array(z.string()).default([]),
      env: z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string()).default({}),
      /** Where the command listens; it speaks over stdio without it. */
      url: loopback.optional(),
      stubs: stubs.optional(),
    })
    .optional(),
  /** Commands that have to pass with a draft, besides the replay. */
  verify: z.array(z.string().min(1).max(1000)).max(20).default([]),
});

/** `.github/patchwork.yml`, all defaults filled in. */
export type RepositoryConfig = z.infer<typeof schema>;

/**
 * Reads the repository's own configuration. A file that is not valid counts as absent, whole, and is reported: half of a
 * configuration could be wider than what its author meant.
 */
export function readRepositoryConfig(text: string | undefined): { config: RepositoryConfig; problem?: string } {
  const defaults = schema.parse({});
  if (text === undefined) return { config: defaults };
  try {
    const parsed = schema.safeParse(parse(text, { maxAliasCount: 10 }) ?? {});
    if (parsed.success) return { config: parsed.data };
    const issue = parsed.error.issues[0];
    const where = issue?.path.join('.') || 'the file';
    return { config: defaults, problem: `${REPOSITORY_FILE}: ${where}: ${issue?.message ?? 'not valid'}` };
  } catch {
    return { config: defaults, problem: `${REPOSITORY_FILE} is not valid YAML` };
  }
}
