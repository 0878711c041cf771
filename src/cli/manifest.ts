import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { ROOT } from './repositories.ts';

const schema = z.object({
  name: z.string(),
  description: z.string(),
  public: z.boolean(),
  default_permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])),
  default_events: z.array(z.string()),
});

/** What the App is and asks for, as app.yml says it: the one place. */
export function appManifest(): z.infer<typeof schema> {
  return schema.parse(parse(readFileSync(join(ROOT, 'app.yml'), 'utf8')));
}
