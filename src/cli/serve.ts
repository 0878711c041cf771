import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { readEnvironment } from '../config/index.ts';
import { modelFromEnvironment } from '../model/index.ts';
import type { LocalRepository } from './github.ts';
import { findGround } from './ground.ts';
import { readOptions } from './options.ts';
import { linkedRepository, sampleRepository } from './repositories.ts';
import { type Server, startServer } from './server.ts';
import { readVariables } from './settings.ts';

const HELP = `patchworkmcp serve [--repo <path>]

Takes reports at http://localhost:8099 (PORT) and works on them until stopped. Without GitHub credentials it brings its own
small GitHub: on the git repository given with --repo (drafts appear there as branches patchwork/…, nothing else is touched),
else on a sample. With APP_ID, PRIVATE_KEY, WEBHOOK_SECRET, PATCHWORK_SECRET and PATCHWORK_REPO it serves a repository on GitHub.`;

export async function serve(args: string[]): Promise<number> {
  const { values } = readOptions(args, { repo: { type: 'string' }, help: { type: 'boolean' } }, 0);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const variables = await readVariables(process.env);
  const environment = readEnvironment(variables);
  const model = modelFromEnvironment(variables);
  const local = values.repo === undefined ? await sampleRepository() : await linkedRepository(values.repo);
  const ground =
    environment.github.mode === 'local' ? await findGround(cacheOf(environment.dataDir, local)) : undefined;
  const server = await startServer({ environment, model, local, ground, variables: process.env });
  console.log(describe(server, model?.name));
  for (const missing of (model && ground?.isolation.missing) || [])
    console.log(`Replays are not fully isolated here: ${missing}`);
  await stopSignal();
  console.log('Stopping: what was accepted is on disk, the rest of the work goes on at the next start.');
  await server.close();
  return 0;
}

/** A folder for each repository: none finds what the code of another has left. */
function cacheOf(dataDir: string, { source, name }: LocalRepository): string {
  const place = 'linked' in source ? source.linked : '';
  const key = createHash('sha256').update(place).digest('hex').slice(0, 12);
  return join(resolve(dataDir), 'replays', `${name}-${key}`);
}

function describe(server: Server, model: string | undefined): string {
  const lines = [
    `PatchworkMCP takes reports at ${server.url}/api/feedback`,
    server.forge
      ? `Issues and drafts: ${server.url}/${server.repository} (a GitHub on this machine; people: ${server.forge.people.join(', ')})`
      : `Issues and drafts: ${server.repository} on GitHub`,
    model
      ? `Drafts are written by ${model}`
      : 'No model is configured: the label yields the brief (set ANTHROPIC_API_KEY or OPENAI_API_KEY)',
    'Stop with Ctrl-C.',
  ];
  return lines.join('\n');
}

/** Resolves when the process is asked to end. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
