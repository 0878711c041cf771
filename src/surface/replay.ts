import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Isolation } from './isolate.ts';
import { makePlace, openScratch } from './place.ts';
import { type Ground, type Inventory, reuseInstall, runStep, type Step, takeInventory } from './prepare.ts';
import type { Probe, ProbeFile } from './probe.ts';
import { plain } from './process.ts';
import { type ProbeResult, runProbes } from './run-probes.ts';
import type { Place } from './sandbox.ts';
import { type Era, type Live, type Rung, rungsOf, type ServerSpec, startServer } from './start.ts';
import { readSurface, type Surface } from './surface.ts';
import type { Tools } from './tools.ts';

/** What was asked of one commit of a repository, and what its server answered. */
export interface Examination {
  install?: Step;
  build?: Step;
  /** How the server was started. */
  start?: { rung: Rung['name']; era: Era };
  /** Why there is no surface. */
  failure?: { stage: 'install' | 'build' | 'start' | 'list'; code: string; why: string; tail: string };
  surface?: Surface;
  probes: ProbeResult[];
  /** Of gaps that were closed before, by their issue. */
  earlier: { issue: number; probes: ProbeResult[] }[];
  /** The repository's own commands, in their order, up to the first that failed. */
  checks: (Step & { command: string })[];
  /** Milliseconds; `start` reaches to the listed surface. */
  ms: { total: number; prepare: number; start: number; probes: number };
}

/** How long the probes of one side may take together, in milliseconds. */
const PROBES_LIMIT = 3 * 60_000;

export interface ReplayOptions {
  server: ServerSpec;
  isolation: Isolation;
  tools: Tools;
  /** A `node_modules` folder for a server that has none of its own: the sample's. */
  modules?: string | undefined;
  /** A folder that keeps what was fetched, and what bases built, for later replays of the same repository. */
  cache?: string | undefined;
  /** Ends whatever runs. */
  signal?: AbortSignal | undefined;
}

export interface Examined {
  /** The files of the commit. They are copied; nothing runs in this folder or writes to it. */
  dir: string;
  probes: Probe[];
  earlier?: ProbeFile[];
  /** Command lines to run in the tree after the server, without a network. */
  checks?: string[];
}

/** Runs a server at several commits of one repository, always in the same way. To be disposed of. */
export interface Replay extends AsyncDisposable {
  /**
   * The first one examined is the base: later ones start as it did and take over what it installed, if that is the same; the base
   * itself is not built again. Whatever goes wrong with the server is in the answer.
   */
  examine(what: Examined): Promise<Examination>;
}

/** What the first examination leaves to the others. */
interface Base {
  dir: string;
  place: Place;
  before: Inventory;
  isInstalled: boolean;
  /** Its tree as it was before the server ran in it, for when it is examined again. */
  prepared?: { tree: string; install?: Step; build?: Step };
  start?: { rung: Rung; era: Era };
}

export async function openReplay(options: ReplayOptions): Promise<Replay> {
  const { isolation, tools, signal, server } = options;
  const ground: Ground = { isolation, tools, signal };
  const stack = new AsyncDisposableStack();
  const scratch = stack.use(await openScratch());
  let count = 0;
  let base: Base | undefined;
  return {
    async examine(what) {
      const began = performance.now();
      const since = (from: number) => Math.round(performance.now() - from);
      const seen: Examination = {
        probes: [],
        earlier: [],
        checks: [],
        ms: { total: 0, prepare: 0, start: 0, probes: 0 },
      };
      count += 1;
      const prepared = what.dir === base?.dir ? base.prepared : undefined;
      const place = await makePlace(scratch, String(count), isolation, {
        ...(prepared ? {} : { dir: what.dir }),
        modules: options.modules,
        cache: options.cache,
      });
      const before = await takeInventory(place.tree);
      const isReady = prepared
        ? await takePrepared(prepared, place, seen)
        : await prepare(ground, place, server, seen, before, base);
      const isBuilt = isReady && !base && (server.install !== undefined || server.build !== undefined);
      const kept = isBuilt ? await keepPrepared(place, seen) : undefined;
      seen.ms.prepare = since(began);
      const starting = performance.now();
      const started = isReady ? await startAny(ground, place, server, seen, base?.start) : undefined;
      base ??= {
        ...{ dir: what.dir, place, before, isInstalled: seen.install?.ok ?? false },
        ...(kept ? { prepared: kept } : {}),
        ...(started ? { start: { rung: started.rung, era: started.live.era } } : {}),
      };
      if (started) {
        await using live = started.live;
        seen.start = { rung: started.rung.name, era: live.era };
        seen.surface = started.surface;
        seen.ms.start = since(starting);
        const asking = performance.now();
        const run = (probes: Probe[]) => runProbes(probes, live, started.surface, asking + PROBES_LIMIT);
        seen.probes = await run(what.probes);
        for (const { issue, probes } of what.earlier ?? []) seen.earlier.push({ issue, probes: await run(probes) });
        seen.ms.probes = since(asking);
      }
      for (const command of isReady ? (what.checks ?? []) : []) {
        const step = await runStep(ground, place, { kind: 'check', command, cwd: server.dir ?? '.' });
        seen.checks.push({ ...step, command });
        if (!step.ok) break;
      }
      seen.ms.total = since(began);
      return seen;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Installs and builds; false when that failed, which is then in `seen`. */
async function prepare(
  ground: Ground,
  place: Place,
  server: ServerSpec,
  seen: Examination,
  before: Inventory,
  base: Base | undefined,
): Promise<boolean> {
  const cwd = server.dir ?? '.';
  if (server.install !== undefined) {
    const reused =
      base?.isInstalled &&
      (await reuseInstall(
        server.install,
        { tree: base.place.tree, before: base.before },
        { tree: place.tree, before },
      ));
    seen.install = reused || (await runStep(ground, place, { kind: 'install', command: server.install, cwd }));
    if (!seen.install.ok) return failedStep(ground, seen, 'install', seen.install);
  }
  if (server.build !== undefined) {
    seen.build = await runStep(ground, place, { kind: 'build', command: server.build, cwd, keepsCache: !base });
    if (!seen.build.ok) return failedStep(ground, seen, 'build', seen.build);
  }
  return true;
}

async function keepPrepared({ tree }: Place, { install, build }: Examination): Promise<NonNullable<Base['prepared']>> {
  const kept = `${tree}.prepared`;
  await promisify(execFile)('cp', ['-a', '--reflink=auto', '--', tree, kept]);
  return { tree: kept, ...(install ? { install } : {}), ...(build ? { build } : {}) };
}

async function takePrepared({ tree, install, build }: NonNullable<Base['prepared']>, place: Place, seen: Examination) {
  await promisify(execFile)('cp', ['-a', '--reflink=auto', '--', `${tree}/.`, place.tree]);
  if (install) seen.install = { ...install, reused: true };
  if (build) seen.build = { ...build, reused: true };
  return true;
}

function failedStep({ signal }: Ground, seen: Examination, stage: 'install' | 'build', step: Step): false {
  const { why = '', tail } = step;
  seen.failure = { stage, code: signal?.aborted ? 'stopped' : `${stage}_failed`, why, tail };
  return false;
}

interface Started {
  live: Live;
  rung: Rung;
  surface: Surface;
}

/**
 * Starts the server with all its configuration; where that does not answer, or lists no tool, with less, because made-up values can
 * hurt. Whatever answered at the base is the only way for the rest.
 */
async function startAny(
  ground: Ground,
  place: Place,
  server: ServerSpec,
  seen: Examination,
  known: Base['start'],
): Promise<Started | undefined> {
  const rungs = known ? [known.rung] : rungsOf(server).reverse();
  let failure: Examination['failure'];
  let empty: Rung | undefined;
  for (const rung of rungs) {
    const started = await startOn(rung, ground, place, server, known?.era);
    if ('stage' in started) {
      failure ??= started;
      if (started.code === 'stopped' || started.code === 'sandbox') break;
    } else if (started.surface.tools.length > 0 || rungs.length === 1) return started;
    else {
      await started.live[Symbol.asyncDispose]();
      empty ??= rung;
    }
  }
  // A server without tools is one as well, where no way to start it shows any.
  const again = empty && (await startOn(empty, ground, place, server));
  if (again && !('stage' in again)) return again;
  failure = again ?? failure;
  if (failure) seen.failure = failure;
  return undefined;
}

async function startOn(
  rung: Rung,
  ground: Ground,
  place: Place,
  server: ServerSpec,
  era?: Era,
): Promise<Started | NonNullable<Examination['failure']>> {
  const live = await startServer(ground, place, server, rung, era);
  if ('failed' in live) return { stage: 'start', code: live.failed, why: live.why, tail: live.tail };
  try {
    return { live, rung, surface: await readSurface(live) };
  } catch (error) {
    const why = live.ended() ?? plain((error as Error).message, 300);
    await live[Symbol.asyncDispose]();
    return { stage: 'list', code: 'not_listed', why: `It does not list its tools: ${why}`, tail: '' };
  }
}
