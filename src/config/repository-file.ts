import { parse } from 'yaml';
import * as z from 'zod';

export const REPOSITORY_FILE = '.github/patchwork.yml';

const globs = z.array(z.string().min(1).max(200)).max(100);

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
  server: z
    .strictObject({
      dir: z.string().optional(),
      install: z.string().optional(),
      build: z.string().optional(),
      command: z.string(),
      args: z.array(z.string()).default([]),
      env: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
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
