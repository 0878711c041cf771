// Folding decisions and the index at 10,000 gaps of one server: how long one decision takes, and how long the index needs from
// nothing, over the local forge's own REST interface. For comparison, the same decision among 100 gaps, and the bare lists.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { openForge } from '../../src/forge/index.ts';
import { renderEvidence } from '../../src/issues/evidence.ts';
import { renderGapBody } from '../../src/issues/gap-body.ts';
import { createGapIndex, gapTitle, openRepository } from '../../src/issues/index.ts';
import { type Report, readReport } from '../../src/report/index.ts';
import { createCorpus, decide, readConstraints } from '../../src/triage/index.ts';

const GAPS = Number(process.env.GAPS ?? 10_000);
const DECISIONS = 300;

const VERBS = [
  'filter',
  'sort',
  'export',
  'delete',
  'archive',
  'count',
  'group',
  'page through',
  'rename',
  'copy',
  'lock',
  'share',
];
const THINGS = [
  'invoices',
  'runs',
  'snapshots',
  'volumes',
  'accounts',
  'members',
  'labels',
  'reviews',
  'budgets',
  'alerts',
  'tickets',
  'orders',
  'folders',
  'events',
  'calendars',
  'contacts',
  'pipelines',
  'releases',
  'branches',
  'clusters',
];
const WAYS = [
  'by owner',
  'by date',
  'as csv',
  'in bulk',
  'by tag',
  'by size',
  'with a cursor',
  'by region',
  'by price',
  'in utc',
  'by state',
  'as json',
];

let state = 7;
function random(below: number): number {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
  return state % below;
}
const pick = (words: readonly string[]) => words[random(words.length)] as string;

function reportOf(n: number, words = wish()): Report {
  const { verb, thing, way, other } = words;
  const body = {
    server_name: 'big-server',
    what_i_needed: `${verb} ${thing} ${way} for ${other} of team ${n % 97}`,
    what_i_tried: `list_${thing} and then ${pick(VERBS)} the ${other} by hand`,
    suggestion: `a parameter on list_${thing} to ${verb} them ${way}`,
    gap_type: 'missing_parameter',
    session_id: `session-${n}`,
    tools_available: THINGS.map((name) => `list_${name}`),
  };
  return readReport(body, { now: new Date(Date.UTC(2026, 0, 1) + n * 60_000) }).report;
}
function wish() {
  return { verb: pick(VERBS), thing: pick(THINGS), way: pick(WAYS), other: pick(THINGS) };
}

const quantile = (values: number[], q: number) => values.toSorted((a, b) => a - b)[Math.floor(values.length * q)] ?? 0;

/** Of each decision the time by the clock, and that of the processor: the same on an idle machine. */
async function decisions(reports: Report[]): Promise<{ clock: number[]; processor: number[] }> {
  const corpus = createCorpus();
  for (const [i, report] of reports.entries())
    corpus.put({ number: i + 1, server: report.server_name, reports: [report] });
  const constraints = readConstraints([]);
  const times = { clock: [] as number[], processor: [] as number[] };
  for (let i = 0; i < DECISIONS; i += 1) {
    const report = reportOf(1_000_000 + i);
    const start = performance.now();
    const before = process.cpuUsage();
    await decide(report, corpus, constraints);
    const { user, system } = process.cpuUsage(before);
    times.clock.push(performance.now() - start);
    times.processor.push((user + system) / 1000);
  }
  return times;
}

const reports = Array.from({ length: GAPS }, (_, n) => reportOf(n));
for (const [name, some] of [
  ['100 gaps', reports.slice(0, 100)],
  [`${GAPS.toLocaleString('en')} gaps`, reports],
] as const) {
  const { clock, processor } = await decisions(some);
  const both = (q: number) => `${quantile(clock, q).toFixed(1)} ms (processor ${quantile(processor, q).toFixed(1)} ms)`;
  console.log(`one decision among ${name}: p50 ${both(0.5)}, p95 ${both(0.95)}`);
}

const dir = await mkdtemp(join(tmpdir(), 'patchwork-bench-gaps-'));
const forge = await openForge({ dir, url: 'http://localhost' });
try {
  await forge.createRepository({
    owner: 'owner',
    name: 'big',
    description: '',
    files: { 'a.txt': new TextEncoder().encode('a') },
  });
  const octokit = new Octokit({
    baseUrl: 'http://localhost/api/v3',
    auth: 'owner',
    request: { fetch: (input: string | URL | Request, init?: RequestInit) => forge.fetch(new Request(input, init)) },
  });
  const keys = ['a-secret-of-this-benchmark'];
  const repository = await openRepository({ owner: 'owner', name: 'big', login: 'owner', octokit, keys });
  const signed = { keys, repositoryId: repository.id };
  const at = { owner: 'owner', repo: 'big' };
  for (const report of reports) {
    const { data } = await octokit.rest.issues.create({
      ...at,
      title: gapTitle(report),
      body: renderGapBody({ gap: report.id, first: report }, 'New.', signed),
    });
    if (random(2)) {
      const evidence = { gap: report.id, page: 1, reports: [reportOf(random(1_000_000))] };
      await octokit.rest.issues.createComment({
        ...at,
        issue_number: data.number,
        body: renderEvidence(evidence, report, signed),
      });
    }
  }
  const time = async (work: () => Promise<unknown>) => {
    const start = performance.now();
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    return `${((performance.now() - start) / 1000).toFixed(2)} s (processor ${((user + system) / 1_000_000).toFixed(2)} s)`;
  };
  const lists = await time(async () => {
    await octokit.paginate(octokit.rest.issues.listForRepo, { ...at, state: 'all', per_page: 100 });
    await octokit.paginate(octokit.rest.issues.listCommentsForRepo, { ...at, per_page: 100 });
  });
  const index = createGapIndex(repository, 0);
  const rebuild = await time(() => index.refresh());
  const again = await time(() => index.refresh());
  console.log(
    `the index of ${index.all().length.toLocaleString('en')} gaps from nothing: ${rebuild}; the bare lists alone: ${lists}`,
  );
  console.log(`brought up to date when nothing changed: ${again}`);
} finally {
  await forge.close();
  await rm(dir, { recursive: true, force: true });
}
