import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import {
  acceptWebhook,
  announceThrough,
  askToTend,
  type DraftWork,
  type GitHub,
  isThrottled,
  listen as listenToEvents,
  listenToTend,
  needsTending,
  tellAnswer,
  tend,
  workDrafts,
  workEvents,
  workNotices,
} from '../bot/index.ts';
import { type Environment, readEnvironment, targetsOf } from '../config/index.ts';
import { briefOf, type Ground } from '../draft/index.ts';
import type { Forge } from '../forge/index.ts';
import { createApp, createHeartbeats, createMetrics, createProgress, type OAuth, WEBHOOK_PATH } from '../http/index.ts';
import {
  type LaneBodies,
  type LaneKind,
  parseLane,
  type Runner,
  renderLane,
  runLanes,
  workLane,
} from '../intake/index.ts';
import { type Model, modelFromEnvironment } from '../model/index.ts';
import { type Lease, type Outbox, openOutbox } from '../outbox/index.ts';
import { newId, reasonOf } from '../report/index.ts';
import { createConsole } from './console.ts';
import { gapsOfAll } from './gaps.ts';
import { connect, type LocalRepository } from './github.ts';
import { hostOf, listen } from './listen.ts';
import { openSettings, type Variables } from './settings.ts';
import { VERSION } from './version.ts';

export interface ServerOptions {
  environment: Environment;
  model: Model | undefined;
  local: LocalRepository;
  /** Where code of the repository may be run, to replay gaps: on the user's own machine, never on a server for others. */
  ground?: Ground | undefined;
  /** Whether repositories get a dashboard; their patchwork.yml may still say no. */
  dashboard?: boolean;
  /** Each step of a draft, for a progress display. */
  onStep?: DraftWork['onStep'];
  /** What the environment of the process says; the data folder's `.env` counts where it is silent. */
  variables?: Variables;
  /** How long a report waits for its agent's answer; tests are impatient. */
  askedMs?: number | undefined;
  /** Wraps what goes to GitHub and what it delivers: tests watch the traffic. */
  around?: (part: 'github' | 'webhooks', handler: Handler) => Handler;
}

type Handler = (request: Request) => Promise<Response>;

export interface Server {
  url: string;
  mode: Environment['github']['mode'];
  /** owner/name: where reports go. */
  repository: string;
  outbox: Outbox;
  forge: Forge | undefined;
  /** Looks for what was missed, as is done every few minutes. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** How many lanes one process works at the same time. */
const LANES = 4;
/** How long a lane stays with a process that died. Longer than GitHub's slowest answer with its retries; at home nothing is slow. */
const LEASE_MS = 30_000;
const LOCAL_LEASE_MS = 3000;
/** How old an answer of the API may be before GitHub is asked again; webhooks keep it younger. */
const REMOTE_FRESHNESS_MS = 10_000;
/** GitHub's lists may lag a little behind a creation. */
const LIST_LAG_MS = 3000;
/** Reports of a gap that come within this time share an edit, which costs GitHub's budget; the answer to the agent never waits. */
const PACE_MS = 10_000;
/** The lanes whose work may change what the dashboard says. */
const CHANGING: ReadonlySet<string> = new Set(['reports', 'drafts', 'events'] satisfies LaneKind[]);
/** The lanes that go with a repository which is renamed. */
const FOLLOWING: ReadonlySet<string> = new Set(['reports', 'drafts', 'console'] satisfies LaneKind[]);
const SWEEP_MS = 5 * 60_000;
const LOCAL_LOOKS = { soonMs: 100, everyMs: 1000 };
const REMOTE_LOOKS = { soonMs: 3000, everyMs: 60_000 };

/** A worker that has not looked for a lane for so long hangs: a draft takes minutes. */
const STUCK_MS = 45 * 60_000;
const ANSWERED_LATELY_MS = 5 * 60_000;
/** Whoever asks whether we are ready does not wait long. */
const READY_WAIT_MS = 4000;

/** Starts the whole product in this process: the one place that knows in which mode it runs. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { environment } = options;
  const { mode } = environment.github;
  const log = pino({ level: environment.logLevel }, pino.destination({ dest: 2, sync: true }));
  const say = (message: string, details: object = {}) => log.info(details, message);
  const { host, loopbackOnly } = hostOf(environment);
  await mkdir(environment.dataDir, { recursive: true, mode: 0o700 });

  await using stack = new AsyncDisposableStack();
  const leaseMs = mode === 'local' ? LOCAL_LEASE_MS : LEASE_MS;
  // A write that comes after the lease may stand over what the next holder wrote.
  const requestMs = leaseMs / 3;
  const store = environment.databaseUrl
    ? { databaseUrl: environment.databaseUrl }
    : { file: join(environment.dataDir, 'outbox.db') };
  const opened = await openOutbox(store, { leaseMs });
  stack.defer(() => opened.close());
  const metrics = createMetrics(VERSION);
  const outbox = metrics.outbox(opened);
  const counted = (asked: Model | undefined) => asked && metrics.model(asked, environment.modelPrice);
  let model = counted(options.model);

  let answer = async (_request: Request) => new Response('starting', { status: 503, headers: { 'retry-after': '1' } });
  const port = await listen(host, environment.port, (request) => answer(request));
  const { url } = port;
  stack.defer(() => port.stop());

  // Probot logs what it sends and receives, and that is texts of reports.
  const quiet = pino({ level: 'silent' });
  const around = options.around ?? ((_part, handler) => handler);
  const { github, forge, repository, keys, oauth } = await connect(environment, options.local, url, quiet, (inside) => {
    // Requests to the forge of this process need no socket.
    const remote: Handler = (request) =>
      fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(requestMs)]) });
    const handler = around('github', inside ? (request) => inside.fetch(request) : remote);
    return metrics.github(async (input, init) => {
      const request = new Request(input, init);
      const { pathname } = new URL(request.url);
      const reply = await handler(request);
      log.debug({ method: request.method, path: pathname, status: reply.status }, 'GitHub answered');
      return reply;
    });
  });
  if (forge) stack.defer(() => forge.close());
  const gaps = gapsOfAll(github, keys, forge ? 0 : REMOTE_FRESHNESS_MS, environment.logins);
  const { probot } = github;
  if (probot) {
    listenToEvents(probot, {
      ...{ outbox, known: gaps.known, login: github.login, keys },
      changed: (names) => {
        for (const name of names) gaps.forget(name);
        if (names.some((name) => name.toLowerCase() === repository.toLowerCase())) void sweep();
      },
      reached() {
        gaps.doubt();
        void sweep();
      },
    });
    listenToTend(probot, { outbox, config: gaps.config, known: gaps.known });
  }

  const budget = async (lane: string, writes: number, reserve?: 'people') => {
    // GitHub limits content creation; the forge in this process does not.
    if (forge) return { granted: true, retryAfterMs: 0 };
    const grant = await outbox.take(lane, writes, reserve);
    return { granted: grant.granted >= writes, retryAfterMs: grant.retryAfterMs };
  };
  const recheck = async (lane: string) => {
    await outbox.accept({ lane, id: newId(), kind: 'recheck', body: null });
  };
  const heartbeats = createHeartbeats();
  const desk = createConsole({
    ...{ outbox, github, gaps, heartbeats, budget, log: say, now: () => new Date() },
    dashboard: options.dashboard !== false && probot !== undefined,
    pace: isThrottled(github.api) ? REMOTE_LOOKS : LOCAL_LOOKS,
  });
  stack.defer(async () => desk.close());
  const progress = createProgress();
  const onStep: DraftWork['onStep'] = (step) => {
    progress.publish(step);
    if (options.onStep) options.onStep(step);
    // A step's words may be the model's.
    else say('draft step', { repository: step.repository, issue: step.issue, request: step.request });
  };
  const notify = announceThrough(outbox);
  const ground = mode === 'local' ? options.ground : undefined;
  const slow = new Set<Promise<void>>();
  const ending = new AbortController();
  stack.defer(async () => {
    ending.abort();
    await Promise.all(slow);
  });
  /** Others may take their time to answer: what waits for GitHub does not wait for them, unless they are many. */
  const aside = async (work: () => Promise<void>) => {
    const done = work().finally(() => slow.delete(done));
    slow.add(done);
    if (slow.size > LANES) await done;
  };
  const work = async (lease: Lease): Promise<void> => {
    const lane = parseLane(lease.lane);
    if (lane && FOLLOWING.has(lane.kind)) {
      const name = await gaps.nameNow(lane.repository);
      if (name !== lane.repository) return follow(lease, renderLane(lane.kind, name));
    }
    await workLaneOf(lease, lane);
    // Events about no repository go by `-`.
    if (lane?.repository.includes('/') && CHANGING.has(lane.kind)) desk.changed(lane.repository);
  };
  /** One repository has one lane of a kind, whatever it was called when something came in. */
  const follow = async (lease: Lease, lane: string) => {
    await lease.moveTo(lane);
    // Whoever holds that lane may believe to be the only one who wrote.
    if (parseLane(lane)?.kind === 'reports') await recheck(lane);
    await lease.release();
    say('lane moved', { from: lease.lane, to: lane });
  };
  const workLaneOf = async (lease: Lease, lane: ReturnType<typeof parseLane>): Promise<void> => {
    if (lane?.kind === 'reports') {
      await workLane(lease, {
        gaps: () => gaps.openNamed(lane.repository),
        budget,
        model,
        notify,
        // Nobody but the user reads the GitHub on the user's machine.
        ...(forge ? {} : { sealed: async () => (await gaps.config(lane.repository)).privacy.sealed }),
        answered: (given, answer) => tellAnswer(outbox, lane.repository, given, answer),
        requestMs,
        listLagMs: forge ? 0 : LIST_LAG_MS,
        paceMs: forge ? 0 : PACE_MS,
        recheck,
        placed: metrics.placed,
        now: Date.now,
        log: say,
      });
    } else if (lane?.kind === 'drafts') {
      await workDrafts(lease, lane.repository, {
        gaps: gaps.openNamed,
        model: () => model,
        ground,
        tend: async (opened, hold) =>
          tend({
            gaps: opened,
            inAction: mode !== 'local' && (await gaps.draftsInAction(lane.repository)),
            outbox,
            ground,
            able: model !== undefined,
            hold,
            notify,
            now: () => new Date(),
            log: say,
          }),
        inAction: async (repository) => mode !== 'local' && gaps.draftsInAction(repository),
        onStep,
        notify,
        ended: metrics.drafted,
        log: say,
        renewMs: leaseMs / 3,
      });
    } else if (lane?.kind === 'notices') {
      await aside(async () =>
        workNotices(lease, lane.repository, {
          outbox,
          targets: async () => targetsOf(environment.notify.targets, (await gaps.config(lane.repository)).notify),
          networks: environment.notify.networks,
          secrets: keys,
          attempted: metrics.noticed,
          stop: ending.signal,
          now: () => new Date(),
          log: say,
          renewMs: leaseMs / 3,
        }),
      );
    } else if (lane?.kind === 'console') {
      await desk.work(lease, lane.repository);
    } else if (lane?.kind === 'events' && probot) {
      await workEvents(lease, probot, say);
    } else {
      await lease.release({ error: 'nobody here works this lane' });
    }
  };

  const settings = openSettings({
    dataDir: environment.dataDir,
    env: options.variables ?? {},
    writable: mode === 'local',
    check(variables) {
      readEnvironment(variables);
      modelFromEnvironment(variables);
    },
    apply(variables) {
      model = counted(modelFromEnvironment(variables));
    },
    configured: () => model !== undefined,
  });
  let runner: Runner | undefined;
  const app = createApp({
    settings,
    outbox,
    repository,
    nameOf: gaps.nameOf,
    apiKeys: environment.apiKeys,
    ratePerMinute: environment.ratePerMinute,
    origins: environment.corsOrigins,
    loopbackOnly,
    progress,
    heartbeats,
    gaps: gaps.open,
    known: gaps.known,
    secrets: keys,
    mcpWrites: async (name) => (await gaps.config(name)).mcp.write,
    brief: async (name, issue, budget) => briefOf(await gaps.open(name), issue, budget),
    revoked: async (name) => (await gaps.config(name)).revoked_keys,
    now: () => new Date(),
    model: () => model,
    askedMs: options.askedMs,
    health: { mode, api: github.api },
    setup: await setupOf(github, oauth, environment.url ?? (forge && url)),
    metrics,
    ready: {
      lanes: () => Date.now() - (runner?.turnedAt() ?? 0) < STUCK_MS,
      github: async () => {
        if (Date.now() - metrics.githubAnsweredAt() < ANSWERED_LATELY_MS) return true;
        return isReachable(async () => (await gaps.open(repository)).repository.octokit.request('GET /rate_limit'));
      },
    },
    ...(probot ? { webhook: (raw: string, headers: Headers) => acceptWebhook(probot, outbox, raw, headers) } : {}),
    ...(forge ? { otherwise: around('github', (request) => forge.fetch(request)) } : {}),
    log: say,
  });
  const routes: Handler = async (request) => app.fetch(request);
  const webhooks = around('webhooks', routes);
  answer = (request) => (new URL(request.url).pathname === WEBHOOK_PATH ? webhooks(request) : routes(request));

  const running = runLanes({ outbox, owner: newId(), work, lanes: LANES, log: say });
  runner = running;
  stack.defer(() => running.stop());
  async function sweep(): Promise<void> {
    try {
      // First, so that the lanes begin with the same look at GitHub as what follows.
      await recheck(renderLane('reports', repository));
      await desk.sweep(repository);
      const opened = await gaps.open(repository);
      const { level } = await gaps.config(repository);
      if (needsTending(opened, level)) await askToTend(outbox, repository, newId());
    } catch (error) {
      // GitHub may be away; reports are accepted all the same, and the next sweep comes.
      say('sweep failed', { error: reasonOf(error) });
    }
  }
  if (probot) {
    const timer = setInterval(sweep, SWEEP_MS).unref();
    stack.defer(async () => clearInterval(timer));
    void sweep();
  }

  if (mode === 'app') {
    // Whoever installs the App finds out there what to do next; asked for again at each start, and opened once.
    const setup: LaneBodies['welcome'] = { setup: environment.url ? `${environment.url}/setup` : null };
    const lane = renderLane('reports', repository);
    await outbox.accept({ lane, id: newId(), kind: 'welcome', key: 'welcome', body: setup });
  }

  const all = stack.move();
  return { url, mode, repository, outbox, forge, sweep, close: () => all.disposeAsync() };
}

async function isReachable(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    const impatient = new Promise((_resolve, reject) => setTimeout(reject, READY_WAIT_MS).unref());
    await Promise.race([ask(), impatient]);
    return true;
  } catch {
    return false;
  }
}

async function setupOf({ probot }: GitHub, oauth: OAuth | undefined, url: string | undefined) {
  if (!probot || !oauth || url === undefined) return undefined;
  const { data } = await (await probot.auth()).request('GET /app');
  return { url, oauth, installUrl: `${data?.html_url}/installations/new` };
}
