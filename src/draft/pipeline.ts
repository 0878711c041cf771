import { REPOSITORY_FILE, readRepositoryConfig } from '../config/index.ts';
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
import { commitChanges, openPull, readSnapshot, selectContext } from '../repo/index.ts';
import { issueOfProbePath } from '../surface/index.ts';
import { askForDraft, type Written } from './ask.ts';
import { renderBranch } from './branch.ts';
import { renderBrief } from './brief.ts';
import { declined, type Ending, failureOf } from './failure.ts';
import { type Frozen, freeze, mayWrite } from './freeze.ts';
import { refusedByLevel } from './level.ts';
import type { Material } from './material.ts';
import { inertProse } from './prose.ts';
import { commitMessage, pullTitle, renderPullBody } from './pull-text.ts';
import { type Ground, type NoProof, prove } from './replay.ts';
import type { DraftRequest } from './request.ts';
import { openStatus, type StatusComment } from './status.ts';

export interface DraftOptions {
  gaps: Gaps;
  model: Model | undefined;
  /** Where the repository's server may be run to replay the gap; undefined where it must not. */
  ground: Ground | undefined;
  /** Called with each step, in words for people. */
  onStep(text: string): void;
  /** Throws when the run is no longer ours: nothing is written to GitHub after that. */
  hold(): Promise<void>;
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
export async function draftGap(request: DraftRequest, options: DraftOptions): Promise<DraftRun | undefined> {
  const { gaps } = options;
  await gaps.index.refresh();
  const gap = gaps.index.byNumber(request.issue);
  if (!gap) return undefined;
  const earlier = gap.status?.runs.find((run) => run.request === request.request);
  if (earlier?.outcome) return earlier;
  const actor = request.actor === 'operator' ? 'operator' : request.actor.login;
  const { by, guidance, revise } = request;
  const run: DraftRun = earlier ?? {
    request: request.request,
    actor,
    by,
    startedAt: new Date().toISOString(),
    ...(guidance === undefined ? {} : { guidance }),
    ...(revise === undefined ? {} : { revise }),
  };
  const status = openStatus(gaps, gap, run, options.onStep);

  // A label that is gone was already acted upon: the same event told twice, or taken back.
  if (!earlier && request.by === 'label' && !gap.labels.includes(DRAFT_LABEL)) return undefined;

  const end: End = async (ending, below) => {
    const ended = { ...run, ...ending };
    const label = LABEL_AFTER[ending.outcome];
    await relabel(gaps, gap, { add: label ? [label] : [], remove: [DRAFTING_LABEL] });
    await status.end(ended, below);
    return ended;
  };

  // The run is on the issue before its label is off: a crash in between finds one or the other.
  await status.step('Looking at the request');
  await relabel(gaps, gap, { add: [], remove: [DRAFT_LABEL] });
  if (
    request.by !== 'auto' &&
    request.actor !== 'operator' &&
    !(await mayWrite(gaps.repository, request.actor.login))
  ) {
    return end(
      declined('not_allowed', 'Only people with write access can ask for a draft: one of them may apply the label.'),
    );
  }
  if (gap.state === 'closed') {
    return end(declined('issue_closed', 'The issue is closed: reopen it to ask for a draft.'));
  }
  await relabel(gaps, gap, { add: [DRAFTING_LABEL], remove: [DRAFTED_LABEL, DRAFT_FAILED_LABEL] });
  try {
    return await write(request, options, gap, run, status, end);
  } catch (error) {
    const failure = failureOf(error);
    if (!failure) throw error;
    return end(failure);
  }
}

type End = (ending: Ending, below?: string) => Promise<DraftRun>;

async function write(
  request: DraftRequest,
  options: DraftOptions,
  gap: Gap,
  run: DraftRun,
  status: StatusComment,
  end: End,
): Promise<DraftRun> {
  const { repository } = options.gaps;
  const kept = (await options.recall()) as Kept | undefined;
  await status.step('Freezing what the draft is based on');
  const frozen = kept?.frozen ?? (await freeze(repository, gap, request.at));
  await status.step(`Reading \`${frozen.base.branch}\` at ${frozen.base.commit.slice(0, 10)}`);
  const snapshot = await readSnapshot(repository.octokit, repository, frozen.base.commit);
  const { config, problem } = readRepositoryConfig(snapshot.texts.find((file) => file.path === REPOSITORY_FILE)?.text);
  if (problem) options.onStep(`${problem}; the defaults are used`);
  // The probes of earlier gaps hold calls that whoever writes a change must not know.
  const readable = snapshot.texts.filter(({ path }) => issueOfProbePath(path) === undefined);
  const selection = selectContext(readable, gapText(gap, frozen), { budgetTokens: config.draft.budget_tokens });

  const refused = refusedByLevel(config.level, request.by);
  if (refused) return end(refused, renderBrief(gap, frozen, selection));
  if (!options.model) {
    const brief = renderBrief(gap, frozen, selection);
    return end(
      declined(
        'no_model',
        'No model is configured, so here is the brief instead. To get drafts, set `ANTHROPIC_API_KEY` or `OPENAI_API_KEY` (or ' +
          '`PATCHWORK_PROVIDER` and `PATCHWORK_MODEL` for a compatible server) where this runs, and apply the label again.',
      ),
      brief,
    );
  }
  const work =
    kept ??
    (await draw(options, { repository, model: options.model, status, gap, frozen, snapshot, selection, config }));
  if ('outcome' in work) return end(work);
  if (!(await stillWanted(options.gaps, gap))) {
    return end(declined('cancelled', 'The label was taken off or the issue closed while the draft was being written.'));
  }
  return publish(options, gap, run, status, end, work);
}

/** Shows the gap where that is possible, and has the change written; an ending where there is nothing to change. */
async function draw(options: DraftOptions, material: Material): Promise<Kept | Ending> {
  const { frozen, selection } = material;
  const proof = options.ground ? await prove(material, options.ground) : NOT_HERE;
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
  const kept: Kept = { ...written, frozen, considered: selection.files.map(({ path, why }) => ({ path, why })) };
  await options.remember(kept);
  return kept;
}

const NOT_HERE: NoProof = { code: 'not_replayed', why: 'Code of the repository is not run here.' };

async function publish(
  options: DraftOptions,
  gap: Gap,
  run: DraftRun,
  status: StatusComment,
  end: End,
  work: Kept,
): Promise<DraftRun> {
  const { repository } = options.gaps;
  const { answer, frozen, changes, verdict } = work;
  const branch = renderBranch(gap.number, gapTitle(gap.held[0]), run.request);
  await options.hold();
  await status.step(`Committing ${changes.length} ${changes.length === 1 ? 'file' : 'files'} to \`${branch}\``);
  const head = await commitChanges(repository.octokit, repository, {
    branch,
    base: frozen.base.commit,
    ...commitMessage(answer, gap),
    changes,
  });
  await options.hold();
  await status.step('Opening the draft pull request');
  const pull = await openPull(repository.octokit, repository, {
    branch,
    base: frozen.base.branch,
    title: pullTitle(answer, gap),
    body: renderPullBody({ ...work, gap, actor: run.actor }),
  });
  return end({
    outcome: verdict.outcome,
    reason: verdict.reason,
    summary: `Draft pull request #${pull.number} is ready for review. ${verdict.summary}`,
    branch,
    pull: { number: pull.number, url: pull.url },
    ...(verdict.outcome === 'verified' ? { proof: { head, stops: verdict.stops, confidence: answer.confidence } } : {}),
  });
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

/** Labels are put on and taken off one by one, never replaced as a set. */
async function relabel(
  { repository, index }: Gaps,
  gap: Gap,
  { add, remove }: { add: string[]; remove: string[] },
): Promise<void> {
  const route = { ...at(repository), issue_number: gap.number };
  const { rest } = repository.octokit;
  const { data } = await rest.issues.listLabelsOnIssue({ ...route, per_page: 100 });
  const has = new Set(data.map((label) => label.name));
  const missing = add.filter((name) => !has.has(name));
  if (missing.length) await rest.issues.addLabels({ ...route, labels: missing });
  for (const name of remove) {
    if (!has.has(name)) continue;
    try {
      await rest.issues.removeLabel({ ...route, name });
    } catch (error) {
      // Someone took it off in the meantime.
      if ((error as { status?: number }).status !== 404) throw error;
    }
  }
  index.markStale();
}

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
