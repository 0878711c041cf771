import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findGround } from '../../src/cli/ground.ts';
import { ROOT } from '../../src/cli/repositories.ts';
import { readRepositoryConfig } from '../../src/config/index.ts';
import type { Ground } from '../../src/draft/index.ts';
import type { DraftRun } from '../../src/issues/index.ts';
import { openReplay } from '../../src/surface/index.ts';
import { shortHash } from '../dropins/match.ts';
import { venv } from '../dropins/venv.ts';
import { startProduct } from '../support/product.ts';
import type { Gap, GapServer, Recording } from './gap.ts';

const CACHE = join(ROOT, 'node_modules/.cache/gaps');
const LIMIT = 10 * 60_000;

/**
 * Where a server's drafts are tried: this machine with the packages the server needs, fetched once and then kept. What its base
 * needs to be built is built here, so that no replay begins from nothing.
 */
export async function groundFor(server: GapServer): Promise<Ground> {
  const ground = await findGround();
  if (server.packages) {
    const bin = dirname(await venv(server.packages));
    const { tools } = ground;
    return { ...ground, tools: { ...tools, path: `${bin}:${tools.path}`, folders: [...tools.folders, dirname(bin)] } };
  }
  if (!server.fetch) return ground;
  const cache = join(CACHE, `${server.name}-${shortHash(ground.isolation.user + lockOf(server))}`);
  await mkdir(cache, { recursive: true });
  const warmed = { ...ground, cache };
  const spec = readRepositoryConfig(text(server, '.github/patchwork.yml')).config.server;
  if (!spec) throw new Error(`${server.name}: patchwork.yml is not valid`);
  const dir = await mkdtemp(join(tmpdir(), 'gaps-'));
  try {
    for (const [path, content] of Object.entries(server.files)) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), content);
    }
    await using replay = await openReplay({ ...warmed, server: { ...spec, install: server.fetch } });
    const { failure } = await replay.examine({ dir, probes: [] });
    if (failure) throw new Error(`${server.name}: ${failure.why}\n${failure.tail}`);
  } finally {
    await rm(dir, { recursive: true });
  }
  return warmed;
}

function lockOf(server: GapServer): string {
  return text(server, 'Cargo.lock') ?? text(server, 'go.sum') ?? '';
}

function text(server: GapServer, path: string): string | undefined {
  return server.files[path] && Buffer.from(server.files[path]).toString();
}

export interface Ended extends Pick<DraftRun, 'outcome' | 'reason' | 'summary'> {
  ms: number;
}

/** A gap's whole way through the product, from its reports to the outcome of its draft. */
export async function draftOf(server: GapServer, gap: Gap, ground: Ground, answers: Recording): Promise<Ended> {
  const began = performance.now();
  const local = { name: server.name, description: 'A server with gaps', source: { files: server.files } };
  const product = await startProduct({ local, replays: ground, probes: answers.probes, drafts: answers.draft });
  try {
    const common = { server_name: server.name, gap_type: gap.type, tools_available: [] };
    const { id } = await product.report({ ...common, ...gap.report });
    const { gap: issue } = await product.until(id, (item) => item.gap !== null);
    for (const [at, more] of gap.more_reports.entries()) {
      await product.report({ ...common, ...more, session_id: `session-${at + 2}` });
    }
    await product.settled();
    for (const body of gap.notes) await product.as('owner', 'POST', `/issues/${issue}/comments`, { body });
    if (gap.notes.length) await sleep(1000 - (Date.now() % 1000));
    await product.as('owner', 'POST', `/issues/${issue}/labels`, { labels: ['patchwork:draft'] });
    const deadline = performance.now() + LIMIT;
    while (performance.now() < deadline) {
      const { outcome, reason, summary } = (await product.ask('GET', `/api/feedback/${id}`)).json.drafts.at(-1) ?? {};
      if (outcome) return { outcome, reason, summary, ms: Math.round(performance.now() - began) };
      await sleep(50);
    }
    throw new Error(`${server.name}/${gap.name}: no outcome within ${LIMIT} ms`);
  } finally {
    await product.stop();
  }
}
