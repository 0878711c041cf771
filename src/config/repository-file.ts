import { parse } from 'yaml';
import * as z from 'zod';

export const REPOSITORY_FILE = '.github/patchwork.yml';

const globs = z.array(z.string().min(1).max(200)).max(100);

const httpRule = z.strictObject({
  method: z.string().default('*'),
  path: z.string(),
  query: z.record(z.string(), z.string()).default({}),
  status: z.number().int().min(100).max(599).default(200),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.unknown(),
});

/** Stand-ins for what the server talks to: rules and texts, never code. */
const stubs = z.strictObject({
  http: z.array(httpRule).default([]),
  hosts: z.array(z.string()).default([]),
  commands: z
    .array(
      z.strictObject({
        command: z.string(),
        args: z.string().default('*'),
        stdout: z.string().default(''),
        exit: z.number().int().min(0).max(255).default(0),
      }),
    )
    .default([]),
  files: z.array(z.strictObject({ path: z.string(), content: z.string() })).default([]),
});

const schema = z.strictObject({
  draft: z
    .strictObject({
      budget_tokens: z.number().int().min(2000).max(500_000).default(30_000),
      max_files: z.number().int().min(1).max(100).default(20),
      max_lines: z.number().int().min(1).max(10_000).default(1500),
      paths: z.strictObject({ allow: globs.default([]), deny: globs.default([]) }).prefault({}),
    })
    .prefault({}),
  /** Ids of keys that are no longer good. */
  revoked_keys: z.array(z.string()).max(1000).default([]),
  /** How the MCP server is run when a gap is replayed. */
  server: z
    .strictObject({
      dir: z.string().optional(),
      install: z.string().optional(),
      build: z.string().optional(),
      command: z.string(),
      args: z.array(z.string()).default([]),
      env: z.record(z.string(), z.string()).default({}),
      url: z.url({ protocol: /^https?$/ }).optional(),
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
