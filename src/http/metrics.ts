import { Counter, Gauge, Registry } from 'prom-client';
import type { DraftRun } from '../issues/index.ts';
import type { Model } from '../model/index.ts';
import type { Outbox } from '../outbox/index.ts';
import { PatchworkError } from '../report/index.ts';
import { type Route, route } from './route.ts';

/** US dollars for a million tokens. */
export interface Price {
  input: number;
  output: number;
}

/** What this process did since it started, for Prometheus. No name of a repository, a person or a server is ever a label. */
export interface Metrics {
  /** The same outbox, counting what it takes. */
  outbox(outbox: Outbox): Outbox;
  /** The same requests to GitHub, counted, with the budget that its answers tell. */
  github(fetch: typeof globalThis.fetch): typeof globalThis.fetch;
  /** The same model, counting questions, tokens and, where a price is known, what they cost. */
  model(model: Model, price: Price | undefined): Model;
  placed(how: 'opened' | 'folded', reports: number): void;
  drafted(run: Pick<DraftRun, 'outcome' | 'reason'>): void;
  noticed(result: 'delivered' | 'failed' | 'disabled'): void;
  /** When GitHub last answered with anything but an error of its own; milliseconds since 1970. */
  githubAnsweredAt(): number;
  render(): Promise<{ text: string; type: string }>;
}

export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter({ name: `patchwork_${name}_total`, help, labelNames, registers });
  const gauge = (name: string, help: string, collect: (this: Gauge) => void | Promise<void>) =>
    new Gauge({ name, help, registers, collect });

  const accepted = counter(
    'accepted',
    'What the doors took, durable, by kind; repeats are known already.',
    'kind',
    'as',
  );
  const placed = counter('reports', 'Reports that reached GitHub: opened an issue or folded into one.', 'how');
  const drafts = counter('drafts', 'Drafts that ended.', 'outcome', 'reason');
  const notices = counter('notices', 'Attempts to tell somebody of an event.', 'result');
  const requests = counter('github_requests', 'Requests to GitHub.', 'method', 'status');
  const remaining = new Gauge({
    name: 'patchwork_github_budget_remaining',
    help: 'Requests that GitHub still grants in its hour, as its last answer says.',
    labelNames: ['resource'],
    registers,
  });
  const questions = counter('model_questions', 'Questions to the model.', 'stage', 'result');
  const tokens = counter('model_tokens', 'Tokens as the provider counted them.', 'stage', 'direction');
  const cost = counter('model_cost_dollars', 'What they cost by PATCHWORK_MODEL_PRICE.', 'stage');
  const info = new Gauge({
    name: 'patchwork_info',
    help: 'The version that runs.',
    labelNames: ['version'],
    registers,
  });
  info.set({ version }, 1);
  const startedAt = Date.now() / 1000 - process.uptime();
  gauge('process_start_time_seconds', 'Start of the process, seconds since 1970.', function () {
    this.set(startedAt);
  });
  gauge('process_resident_memory_bytes', 'Memory of the process.', function () {
    this.set(process.memoryUsage.rss());
  });
  let answeredAt = 0;

  return {
    outbox(outbox) {
      gauge('patchwork_queue_entries', 'Accepted and not yet done.', async function () {
        this.set((await outbox.stats()).waiting);
      });
      gauge('patchwork_queue_age_seconds', 'Age of the oldest that waits.', async function () {
        const { oldest } = await outbox.stats();
        this.set(oldest ? Math.max(0, (Date.now() - oldest.getTime()) / 1000) : 0);
      });
      gauge('patchwork_dead_letters', 'What failed for good and waits for a person.', async function () {
        this.set((await outbox.stats()).dead);
      });
      gauge('patchwork_failing_lanes', 'Repositories’ lanes whose last turn ended in an error.', async function () {
        this.set((await outbox.stats()).failing.length);
      });
      return {
        ...outbox,
        async accept(entry) {
          const taken = await outbox.accept(entry);
          accepted.inc({ kind: entry.kind, as: taken.mismatch ? 'mismatch' : taken.repeat ? 'repeat' : 'new' });
          return taken;
        },
      };
    },
    github: (fetch) => async (input, init) => {
      const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase();
      try {
        const answer = await fetch(input, init);
        requests.inc({ method, status: String(answer.status) });
        const left = answer.headers.get('x-ratelimit-remaining');
        if (left) remaining.set({ resource: answer.headers.get('x-ratelimit-resource') ?? 'core' }, Number(left));
        if (answer.status < 500) answeredAt = Date.now();
        return answer;
      } catch (error) {
        requests.inc({ method, status: 'none' });
        throw error;
      }
    },
    model: (model, price) => ({
      ...model,
      async ask(question) {
        const stage = question.name;
        try {
          const answer = await model.ask(question);
          questions.inc({ stage, result: 'answered' });
          const { input, output } = answer.usage;
          tokens.inc({ stage, direction: 'input' }, input);
          tokens.inc({ stage, direction: 'output' }, output);
          if (price) cost.inc({ stage }, (input * price.input + output * price.output) / 1e6);
          return answer;
        } catch (error) {
          questions.inc({ stage, result: 'failed' });
          throw error;
        }
      },
    }),
    placed: (how, reports) => placed.inc({ how }, reports),
    drafted: ({ outcome = 'interrupted', reason = '' }) => drafts.inc({ outcome, reason }),
    noticed: (result) => notices.inc({ result }),
    githubAnsweredAt: () => answeredAt,
    render: async () => ({ text: await registry.metrics(), type: registry.contentType }),
  };
}

/** `GET /metrics`: to whoever may read the server's own repository. Without keys, the server listens on loopback only. */
export function metricsRoutes(metrics: Metrics, repository: string): Route[] {
  return [
    route({
      method: 'get',
      path: '/metrics',
      tag: 'Operations',
      summary: 'Figures for Prometheus',
      description: 'Needs a key for the server’s own repository, if the server has keys at all.',
      scope: 'report:read',
      answer: { status: 200, what: 'Prometheus’ text format.', types: ['text/plain'] },
      async handle({ c, access }) {
        if (access.repository.toLowerCase() !== repository.toLowerCase()) {
          throw new PatchworkError('forbidden', 'This key is for another repository.', { status: 403 });
        }
        const { text, type } = await metrics.render();
        return c.body(text, 200, { 'Content-Type': type });
      },
    }),
  ];
}
