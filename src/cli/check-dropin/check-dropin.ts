import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanText, PatchworkError } from '../../report/index.ts';
import { readOptions } from '../options.ts';
import { type Bench, type Check, DELIVERY, HOSTED, LISTING, MANNERS, SLUG } from './checks.ts';
import { startCollector } from './collector.ts';
import { connect, type Era } from './server.ts';

const HELP = `patchworkmcp check-dropin -- <command> [arguments]

Starts an MCP server on stdio, calls its feedback tool against a collector on this machine, and says check by check whether the
tool is right: what is listed, what is sent and when, what the agent hears, what is left on stdout. Exit status 1 if a check
fails. The contract is dropins/vectors/README.md.`;

export async function checkDropin(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args, { help: { type: 'boolean' } }, Number.POSITIVE_INFINITY);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (!positionals.length) {
    throw new PatchworkError('bad_argument', 'The command of a server is needed.', {
      next: 'Like this: patchworkmcp check-dropin -- node server.js',
    });
  }
  const tally = { passed: 0, failed: 0 };
  const spoken: Era[] = [];
  for (const era of ['legacy', 'modern'] as const) {
    const checks = spoken.length ? [...LISTING, ...MANNERS] : [...LISTING, ...DELIVERY, ...MANNERS];
    if (await checkAll(positionals, era, 'original', checks, tally)) spoken.push(era);
  }
  const [era] = spoken;
  if (!era) throw new PatchworkError('no_server', 'The server does not answer as an MCP server on stdio.');
  await checkAll(positionals, era, 'hosted', [...HOSTED, ...MANNERS], tally);
  console.log(`\n${tally.passed} of ${tally.passed + tally.failed} checks passed.`);
  return tally.failed ? 1 : 0;
}

const ERAS = { legacy: 'protocol up to 2025-11-25', modern: 'protocol 2026-07-28' };

/** One start of the server and all these checks in order; false if it does not speak this era. */
async function checkAll(
  command: string[],
  era: Era,
  contract: 'original' | 'hosted',
  checks: Check[],
  tally: { passed: number; failed: number },
): Promise<boolean> {
  await using collector = await startCollector();
  const spool = await mkdtemp(join(tmpdir(), 'check-dropin-'));
  const [key, other] = [`check-key-${randomUUID()}`, `other-key-${randomUUID()}`];
  const original = { FEEDBACK_SIDECAR_URL: collector.url, FEEDBACK_API_KEY: key };
  const hosted = { PATCHWORKMCP_URL: collector.url, PATCHWORKMCP_API_KEY: key, PATCHWORKMCP_SERVER_SLUG: SLUG };
  const environment = {
    PATCHWORKMCP_SPOOL: spool,
    ...(contract === 'original' ? original : { ...original, FEEDBACK_API_KEY: other, ...hosted }),
  };
  try {
    await using server = await connect(command, environment, era);
    console.log(`\n${ERAS[era]}, ${contract === 'original' ? 'FEEDBACK_SIDECAR_URL' : 'PATCHWORKMCP_URL'}`);
    const path = contract === 'original' ? '/api/feedback' : '/api/v1/feedback/';
    const bench: Bench = { server, collector, key, path, spool };
    for (const { title, run } of checks) {
      const wrong = await run(bench).catch((error: unknown) => [
        error instanceof Error ? error.message : String(error),
      ]);
      tally[wrong.length ? 'failed' : 'passed'] += 1;
      console.log(`  ${wrong.length ? 'FAILED' : 'ok    '} ${title}`);
      // What the server said is of a stranger: no control characters reach the terminal.
      for (const line of wrong) console.log(`         ${cleanText(line).text}`);
    }
    return true;
  } catch (error) {
    if (error instanceof PatchworkError) throw error;
    return false;
  } finally {
    await rm(spool, { recursive: true, force: true });
  }
}
