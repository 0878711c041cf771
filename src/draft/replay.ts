import { ModelError } from '../model/index.ts';
import { type Change, type CodeFile, isTest, type Snapshot } from '../repo/index.ts';
import {
  type Examination,
  type Examined,
  explain,
  type Isolation,
  isOpen,
  issueOfProbePath,
  judge,
  openReplay,
  type Probe,
  type ProbeFile,
  parseProbeFile,
  probesAnswer,
  type Replay,
  type ReplayReport,
  type SurfaceTool,
  type Tools,
  tooWeak,
} from '../surface/index.ts';
import type { DraftAnswer } from './answer.ts';
import type { Material } from './material.ts';
import { renderProbeQuestion, renderRepair } from './prompt.ts';
import { openWorkspace } from './workspace.ts';

/** Where a repository's code may be run, and with what. Absent where it must not be. */
export interface Ground {
  isolation: Isolation;
  tools: Tools;
  /** A `node_modules` folder for a server that brings none of its own: the sample's. */
  modules?: string;
  /** A folder that keeps what was fetched and built at bases, for later runs of the same repository. */
  cache?: string;
}

/** The gap shown red at the base, ready to be looked for in drafts. To be disposed of. */
export interface Proof extends AsyncDisposable {
  probes: Probe[];
  /** What the server lists at the base. */
  tools: SurfaceTool[];
  /** Looks at a draft the same way. */
  examine(changes: Change[], answer: DraftAnswer): Promise<ReplayReport>;
}

/** Why there is no proof: the run goes on without, or ends because the gap is not there any more. */
export type NoProof = { code: string; why: string };

/**
 * Starts the server at the base, asks the model for probes of the gap and shows that they are red there. A probe that holds at the
 * base tells nothing: another is asked for, once.
 */
export async function prove(material: Material, ground: Ground): Promise<Proof | NoProof> {
  const { repository, snapshot, config, status } = material;
  const server = config.server;
  if (!server) return { code: 'not_replayed', why: 'patchwork.yml does not say how to run the server.' };
  await using stack = new AsyncDisposableStack();
  const base = stack.use(await openWorkspace(repository, snapshot, []));
  const replay = stack.use(await openReplay({ ...ground, server }));
  await status.step('Starting the server as it is');
  const bare = await replay.examine({ dir: base.dir, probes: [] });
  if (!bare.surface) {
    return { code: 'not_runnable', why: bare.failure ? explain(bare.failure, server) : 'The server does not answer.' };
  }

  const asked = await askForProbes(material, replay, base.dir, bare);
  if ('code' in asked) return asked;
  const { probes, seen } = asked;
  const kept = stack.move();
  return {
    probes,
    tools: bare.surface.tools,
    examine: (changes, answer) => examine(material, replay, { probes, seen }, changes, answer),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/**
 * Probes that are red at the base. Where there are none, or none that could prove a change, others are asked for, once; weak ones are
 * better than none, and the verdict says what they are.
 */
async function askForProbes(
  material: Material,
  replay: Replay,
  dir: string,
  bare: Examination,
): Promise<{ probes: Probe[]; seen: Examination } | NoProof> {
  const { model, status, snapshot } = material;
  const question = { name: 'probes', schema: probesAnswer };
  const prompt = renderProbeQuestion(material, bare.surface?.tools ?? []);
  let next = prompt;
  let why = '';
  let weak: { probes: Probe[]; seen: Examination } | undefined;
  for (let round = 0; round < 2; round += 1) {
    await status.step(round === 0 ? 'Asking for a check that shows the gap' : 'Asking for another check');
    let probes: Probe[];
    try {
      ({ probes } = (await model.ask({ ...question, system: next.system, user: next.user })).value);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      if (weak) return weak;
      why = error.message;
      if (error.kind !== 'invalid') return { code: 'no_probe', why };
      next = renderRepair(prompt, '(not readable)', why);
      continue;
    }
    const seen = await replay.examine({ dir, probes, earlier: earlierProbes(snapshot, material.gap.number) });
    const open = seen.probes.filter(isOpen);
    if (open.length) {
      // What has to be refused may be refused already, for a parameter that is not there yet.
      const telling = seen.probes.filter(
        (one) => isOpen(one) || (one.probe.kind === 'refuses' && one.state === 'green'),
      );
      const found = { probes: telling.map(({ probe }) => probe), seen: { ...seen, probes: telling } };
      const lack = tooWeak(open);
      if (!lack || round > 0) return lack ? (weak ?? found) : found;
      weak = found;
      next = renderRepair(
        prompt,
        JSON.stringify({ probes }),
        `it would not prove a change: ${lack}. Answer with a result_matches whose held_out has other values, or another setup, and ` +
          'another right answer; if there is none, answer the same again.',
      );
      continue;
    }
    why = seen.probes.map((result) => result.why).join(' ');
    if (weak) return weak;
    if (round > 0 && seen.probes.every(({ state }) => state === 'green')) {
      return { code: 'already_works', why: `The server does this already: ${why}` };
    }
    next = renderRepair(
      prompt,
      JSON.stringify({ probes }),
      `at the base, where the gap is open, all calls have to be red and the control green: ${why}`,
    );
  }
  return { code: 'no_probe', why: `No check tells the gap: ${why}` };
}

async function examine(
  { repository, snapshot, config, gap }: Material,
  replay: Replay,
  { probes, seen }: { probes: Probe[]; seen: Examination },
  changes: Change[],
  answer: DraftAnswer,
): Promise<ReplayReport> {
  const look = async (changes: Change[], what: Omit<Examined, 'dir'>) => {
    await using head = await openWorkspace(repository, snapshot, changes);
    return await replay.examine({ dir: head.dir, checks: config.verify, ...what });
  };
  const after = await look(changes, { probes, earlier: earlierProbes(snapshot, gap.number) });
  // Tests that were changed along with the code say nothing of what they held before: it is asked of them as they were.
  const kept = changes.filter(({ path, before }) => before === undefined || !isTest(path));
  const isTold = kept.length === changes.length || after.failure || after.checks.some(({ ok }) => !ok);
  const former = isTold || config.verify.length === 0 ? undefined : await look(kept, { probes: [] });
  return judge(seen, after, {
    declared: answer.declared_changes,
    code: { base: snapshot.texts, head: withChanges(snapshot.texts, changes) },
    former: former?.checks,
  });
}

/** What gaps closed before have left in the repository: they have to stay closed. */
function earlierProbes(snapshot: Snapshot, issue: number): ProbeFile[] {
  return snapshot.texts.flatMap(({ path, text }) => {
    const of = issueOfProbePath(path);
    return of === undefined || of === issue ? [] : [parseProbeFile(text)];
  });
}

/** The text files of a draft. */
export function withChanges(texts: CodeFile[], changes: Change[]): CodeFile[] {
  const changed = new Map(changes.map((change) => [change.path, change.after]));
  const kept = texts.filter(({ path }) => !changed.has(path));
  return [...kept, ...[...changed].flatMap(([path, text]) => (text === undefined ? [] : [{ path, text }]))];
}
