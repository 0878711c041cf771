import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { SAMPLE } from '../repositories.ts';

const args = z.record(z.string(), z.unknown());
const call = z.object({ tool: z.string(), arguments: args });

const schema = z.object({
  /** The call in which the agent meets the gap. */
  call,
  /** What it reports, and what another session reports in the same words. */
  report: args,
  repeat: args,
  /** The maintainer's note. */
  note: z.string(),
  /** The call that shows that the gap is closed. */
  probe_call: call,
});

export type Script = z.infer<typeof schema>;

export const RECORDED = `${SAMPLE}.recorded.json`;

export async function readScript(): Promise<Script> {
  return schema.parse(JSON.parse(await readFile(`${SAMPLE}.demo.json`, 'utf8')));
}
