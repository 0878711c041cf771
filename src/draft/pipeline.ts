import { type RepositoryConfig, readRepositoryConfig } from '../config/index.ts';
import {
  at,
  DRAFT_FAILED_LABEL,
  DRAFT_LABEL,
  DRAFTED_LABEL,
  DRAFTING_LABEL,
  type DraftRun,
  type Gap,
  type Gaps,
  gapTitle,
  type Outcome,
} from '../issues/index.ts';
import type { Model } from '../model/index.ts';
import {
  type Commit,
  commitChanges,
  openPull,
  publishAtOnce,
  readCheckout,
  readSnapshot,
  selectContext,
} from '../repo/index.ts';
import { issueOfProbePath } from '../surface/index.ts';
import { type CheckRun, takeOff } from './act.ts';
import { askForDraft, type Written } from './ask.ts';
import { renderBranch } from './branch.ts';
import { renderBrief } from './brief.ts';
import { declined, type Ending, failureOf } from './failure.ts';
import { earlierDraft, type Frozen, freeze, rightsOf } from './freeze.ts';
import { refusedByLevel, refusedBySeal } from './level.ts';
import type { Material } from './material.ts';
import { preflight } from './preflight.ts';
import { inertProse } from './prose.ts';
import { commitMessage, pullTitle, renderPullBody } from './pull-text.ts';
import { type Ground, type NoProof, prove } from './replay.ts';
import type { DraftRequest } from './request.ts';
import { readStanding, type Standing } from './standing.ts';
import { openStatus, type StatusComment } from './status.ts';
import { supersede } from './supersede.ts';
import { checkOf } from './verdict.ts';

export interface DraftOptions {
  gaps: Gaps;
  model: Model | undefined;
  /** Where the repository's server may be run to replay the gap, or why it must not. */
  ground: Ground | NoProof | undefined;
  /** A clone on this machine that may hold the base commit: it is read instead of asking GitHub. */
  checkout?: string | undefined;
  /** Comes before what patchwork.yml says. */
  settings?: Partial<Pick<RepositoryConfig, 'server' | 'verify'>>;
  /** Called with each step, in words for people. */
  onStep(text: string): void;
  /** Throws when the run is no longer ours: nothing is written to GitHub after that. */
  hold(): Promise<void>;
  /** Names who runs it: an interrupted run is taken up by its own runner at once, by another one only when nothing was heard for long. */
  runner: string;
  /** What an interrupted run of the same request already had. */
  recall(): Promise<unknown>;
  remember(kept: Kept): Promise<void>;
}

/** What is kept of a run once its draft is written: a resumed run publishes exactly this. */
export interface Kept extends Written {
  frozen: Frozen;
  considered: { path: string; why: string }[];
}

/**
 * Turns a gap into a draft pull request. Whatever happens is an outcome on the issue; only failures that may pass (GitHub down,
 * the lease lost) are thrown, so that the caller can try the same request again. Undefined when the request is none of ours.
 */
export async function draftGap(told: DraftRequest, options: DraftOptions): Promise<DraftRun | undefined> {
  const { gaps } = options;
  const { repository, index } = gaps;
  const standing = await readStanding(repository, told.issue);
  if (!standing) return undefined;
  const { issue, comments } = standing;
  if (!comments || !index.holds(told.issue, { body: issue.body, comments })) await index.refresh();
  const gap = index.byNumber(told.issue);
  if (!gap) return undefined;

  const request = asLabeled(told, standing);
  const isLabeled = issue.labels.includes(DRAFT_LABEL);
  const runs = gap.status?.runs ?? [];
  const earlier = runs.find((run) => run.request === request.request);
  if (earlier?.outcome) {
    if (request.by === 'label' && isLabeled) await takeOff(repository, gap.number, DRAFT_LABEL);
    if (earlier === runs.at(-1)) await finishLabels(gaps, issue.labels, gap, earlier.outcome);
    return earlier;
  }
  if (earlier && isElsewhere(earlier, gap, options.runner)) return undefined;
  // A label that is gone was already acted upon: the same event told twice, or taken back.
  if (!earlier && request.by === 'label' && !isLabeled) return undefined;

  const run = earlier ? { ...earlier, runner: options.runner } : begun(request, options.runner);
  const status = openStatus(gaps, gap, run, standing, options.onStep);
  const { config: own, problem } = readRepositoryConfig(standing.config);
  const config = { ...own, ...options.settings };
  if (problem) options.onStep(`${problem}; the defaults are used`);
  const rights = rightsOf(repository);
  let asks = request.by === 'label' && isLabeled ? [DRAFT_LABEL] : [];

  const end: End = async (ending, more = {}) => {
    const ended: DraftRun = { ...run, ...ending, endedAt: new Date().toISOString() };
    const label = LABEL_AFTER[ending.outcome];
    await options.hold();
    await status.end(ended, {
      ...more,
      add: label ? [label] : [],
      remove: [DRAFTING_LABEL, ...asks],
    });
    return ended;
  };

  const refusal = await preflight({
    request,
    issue: gap.number,
    standing,
    runs: runs.filter(({ outcome }) => outcome),
    parked: gap.decisions.parked?.why,
    notes: gap.notes,
    maxInFlight: config.draft.max_in_flight,
    isResumed: earlier !== undefined,
    mayWrite: rights,
  });
  if (refusal) return end(refusal);

  // The run is on the issue before its label is off: a crash in between finds one or the other.
  await options.hold();
  await status.begin('Looking at the request', {
    add: [DRAFTING_LABEL],
    remove: [DRAFTED_LABEL, DRAFT_FAILED_LABEL].filter((name) => issue.labels.includes(name)),
  });
  if (asks.length && !(await takeOff(repository, gap.number, DRAFT_LABEL))) {
    // Of two runners of one request exactly one takes the label off; a person may do so, too.
    const now = await readStanding(repository, gap.number);
    if (now?.unlabeled?.byUs) return undefined;
    return end(declined('cancelled', 'The label was taken off again.'));
  }
  asks = [];
  try {
    return await write({ request, options, gap, run, status, standing, config, rights, end });
  } catch (error) {
    const failure = failureOf(error);
    if (!failure) throw error;
    return end(failure);
  }
}

/** A crash between the last word of a run and its labels leaves them as they were while it ran. */
async function finishLabels({ repository }: Gaps, labels: string[], gap: Gap, outcome: Outcome): Promise<void> {
  if (!labels.includes(DRAFTING_LABEL)) return;
  await takeOff(repository, gap.number, DRAFTING_LABEL);
  const label = LABEL_AFTER[outcome];
  const route = { ...at(repository), issue_number: gap.number };
  if (label) await repository.octokit.rest.issues.addLabels({ ...route, labels: [label] });
}

/**
 * A label's request is known by the event of putting it on, and its author is who put it on: whoever tells of it, and however
 * often, it is one request.
 */
function asLabeled(told: DraftRequest, { labeled, issue }: Standing): DraftRequest {
  if (told.by !== 'label' || !labeled) return told;
  // A lost run is told by its own name, while a newer label may wait.
  if (told.request.startsWith(LABELED) && !issue.labels.includes(DRAFT_LABEL)) return told;
  return { ...told, request: `${LABELED}${labeled.id}`, actor: { login: labeled.login }, at: labeled.at };
}

const LABELED = 'label ';

/** After so long without a word from another runner, its run is taken over. */
const SILENT_MS = 30 * 60_000;

function isElsewhere(run: DraftRun, gap: Gap, runner: string): boolean {
  const heard = Date.parse(gap.status?.updatedAt ?? '') || 0;
  return run.runner !== undefined && run.runner !== runner && Date.now() - heard < SILENT_MS;
}

function begun({ request, by, actor, guidance, revise }: DraftRequest, runner: string): DraftRun {
  return {
    request,
    actor: actor === 'operator' ? 'operator' : actor.login,
    by,
    runner,
    startedAt: new Date().toISOString(),
    ...(guidance === undefined ? {} : { guidance }),
    ...(revise === undefined ? {} : { revise }),
  };
}

/** A comment holds 65,536 characters, and the steps and earlier runs are in it, too. */
const COMMENT_TOKENS = 8000;

type End = (ending: Ending, more?: { below?: string; check?: CheckRun }) => Promise<DraftRun>;

/** What the stages after the preflight work on. */
interface Work {
  request: DraftRequest;
  options: DraftOptions;
  gap: Gap;
  run: DraftRun;
  status: StatusComment;
  standing: Standing;
  config: RepositoryConfig;
  rights: (login: string) => Promise<boolean>;
  end: End;
}

async function write(work: Work): Promise<DraftRun> {
  const { request, options, gap, status, standing, config, rights, end } = work;
  const { repository } = options.gaps;
  const kept = (await options.recall()) as Kept | undefined;
  const frozen = kept?.frozen ?? (await freezeAll(work));
  await status.step(`Reading \`${frozen.base.branch}\` at ${frozen.base.commit.slice(0, 10)}`);
  const snapshot =
    (options.checkout && (await readCheckout(options.checkout, frozen.base.commit))) ||
    (await readSnapshot(repository.octokit, repository, frozen.base.commit));
  // The probes of earlier gaps hold calls that whoever writes a change must not know.
  const readable = snapshot.texts.filter(({ path }) => issueOfProbePath(path) === undefined);
  const selection = selectContext(readable, gapText(gap, frozen), { budgetTokens: config.draft.budget_tokens });

  const refused = refusedBySeal(gap) ?? refusedByLevel(config.level, request.by);
  const brief = () => renderBrief(gap, frozen, { selection, snapshot, config, budgetTokens: COMMENT_TOKENS });
  if (refused) return end(refused, { below: brief() });
  if (!options.model) {
    return end(
      declined(
        'no_model',
        'No model is configured, so here is the brief instead. To get drafts, set `ANTHROPIC_API_KEY` or `OPENAI_API_KEY` (or ' +
          '`PATCHWORK_PROVIDER` and `PATCHWORK_MODEL` for a compatible server) where this runs, and apply the label again.',
      ),
      { below: brief() },
    );
  }
  const material = { repository, model: options.model, status, gap, frozen, snapshot, selection, config };
  const written = kept ?? (await draw(options, material));
  if ('outcome' in written) return end(written);
  if (!(await stillWanted(options.gaps, gap))) {
    return end(declined('cancelled', 'The label was taken off or the issue closed while the draft was being written.'));
  }
  return publish(work, written);

  async function freezeAll({ run }: Work): Promise<Frozen> {
    const own = standing.drafts.filter((draft) => draft.issue === gap.number);
    const pull = request.revise?.pull ?? (run.guidance === undefined ? undefined : own[0]?.number);
    const earlier =
      pull !== undefined && own.some((draft) => draft.number === pull) && (await earlierDraft(repository, pull));
    return { ...(await freeze(gap, request, standing, rights)), ...(earlier ? { earlier } : {}) };
  }
}

/** Shows the gap where that is possible, and has the change written; an ending where there is nothing to change. */
async function draw(options: DraftOptions, material: Material): Promise<Kept | Ending> {
  const { frozen, selection } = material;
  const { ground = NOT_HERE } = options;
  const proof = 'isolation' in ground ? await prove(material, ground) : ground;
  await using _proof = 'probes' in proof ? proof : undefined;
  if ('code' in proof && proof.code === 'already_works') {
    return declined(
      'already_works',
      `${inertProse(proof.why, 600)} If something is still missing, a note that says what leads to another try.`,
    );
  }
  const written = await askForDraft(material, proof);
  if (!written.answer.edits.length) {
    return declined(
      'no_edits',
      'The model sees no change of code that would close this gap. Add a note that says more, or close the issue.',
    );
  }
  const considered = [
    ...written.more.map((path) => ({ path, why: 'the model asked for it' })),
    ...selection.files.filter(({ path }) => !written.more.includes(path)).map(({ path, why }) => ({ path, why })),
  ];
  const kept: Kept = { ...written, frozen, considered };
  await options.remember(kept);
  return kept;
}

const NOT_HERE: NoProof = { code: 'not_replayed', why: 'Code of the repository is not run here.' };

async function publish({ options, gap, run, status, standing, end }: Work, written: Kept): Promise<DraftRun> {
  const { gaps } = options;
  const { repository } = gaps;
  const { octokit } = repository;
  const { answer, frozen, changes, verdict } = written;
  const branch = renderBranch(gap.number, gapTitle(gap.held[0]), run.request);
  const before = standing.drafts.filter((draft) => draft.issue === gap.number && draft.branch !== branch);
  const commit = { branch, base: frozen.base.commit, ...commitMessage(answer, gap), changes };
  const pull = {
    branch,
    base: frozen.base.branch,
    title: pullTitle(answer, gap),
    body: renderPullBody({ ...written, gap, run, follows: before.map(({ number }) => number) }),
  };
  await status.step(`Publishing ${changes.length} ${changes.length === 1 ? 'file' : 'files'} on \`${branch}\``);
  await options.hold();
  const { ids } = standing;
  const atOnce = ids && (await publishAtOnce(octokit, repository, ids.repository, commit, pull));
  const made = atOnce ?? (await publishByStep(options, commit, pull));
  await supersede(repository, before, gap.status?.runs ?? [], made.pull.number);
  return end(
    {
      outcome: verdict.outcome,
      reason: verdict.reason,
      summary: `Draft pull request #${made.pull.number} is ready for review. ${verdict.summary}`,
      branch,
      commit: made.commit,
      ...(verdict.outcome === 'verified'
        ? { proof: { head: made.commit, stops: verdict.stops, confidence: answer.confidence } }
        : {}),
      pull: { number: made.pull.number, url: made.pull.url },
    },
    { check: checkOf(verdict, made.commit) },
  );
}

async function publishByStep({ gaps, hold }: DraftOptions, commit: Commit, pull: Parameters<typeof openPull>[2]) {
  const { octokit, owner, name } = gaps.repository;
  const oid = await commitChanges(octokit, { owner, name }, commit);
  await hold();
  return { commit: oid, pull: await openPull(octokit, { owner, name }, pull) };
}

async function stillWanted({ repository }: Gaps, gap: Gap): Promise<boolean> {
  const { data } = await repository.octokit.rest.issues.get({ ...at(repository), issue_number: gap.number });
  const labels = data.labels.map((label) => (typeof label === 'string' ? label : label.name));
  return data.state === 'open' && !data.locked && labels.includes(DRAFTING_LABEL);
}

const LABEL_AFTER: Partial<Record<Outcome, string>> = {
  verified: DRAFTED_LABEL,
  plausible: DRAFTED_LABEL,
  unverified: DRAFTED_LABEL,
  failed: DRAFT_FAILED_LABEL,
};

/** What the places in the code are looked for by. */
export function gapText(gap: Gap, { notes }: Pick<Frozen, 'notes'>) {
  const first = gap.reports[0];
  const tools = new Set(gap.reports.flatMap((report) => report.tools_available));
  return {
    server_name: first?.server_name ?? '',
    what_i_needed: first?.what_i_needed ?? '',
    what_i_tried: first?.what_i_tried ?? '',
    gap_type: first?.gap_type ?? 'other',
    suggestion: first?.suggestion ?? '',
    user_goal: first?.user_goal ?? '',
    tools_available: [...tools],
    notes: notes.map((note) => note.content),
  };
}
