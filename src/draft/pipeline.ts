import { REPOSITORY_FILE, type RepositoryConfig, readRepositoryConfig } from '../config/index.ts';
import {
  at,
  DRAFT_FAILED_LABEL,
  DRAFT_LABEL,
  DRAFTED_LABEL,
  DRAFTING_LABEL,
  type DraftRun,
  type Gap,
  type Gaps,
  type Outcome,
} from '../issues/index.ts';
import { type Model, ModelError } from '../model/index.ts';
import {
  type Change,
  commitChanges,
  openPull,
  readSnapshot,
  type Selection,
  type Snapshot,
  selectContext,
} from '../repo/index.ts';
import { PatchworkError } from '../report/index.ts';
import { type DraftAnswer, draftAnswer } from './answer.ts';
import { renderBranch } from './branch.ts';
import { renderBrief } from './brief.ts';
import { checkEdits } from './check.ts';
import { declined, type Ending, failureOf } from './failure.ts';
import { type Frozen, freeze, mayWrite } from './freeze.ts';
import { renderPrompt, renderRepair } from './prompt.ts';
import { inertProse } from './prose.ts';
import { commitMessage, pullTitle, renderPullBody } from './pull-text.ts';
import { openStatus, type StatusComment } from './status.ts';

export interface DraftRequest {
  issue: number;
  /** Identifies the request: the same one never drafts twice. */
  request: string;
  /** GitHub login of who asked; it is looked up live whether they may. `operator` is whoever runs our command line. */
  actor: { login: string } | 'operator';
  /** When it was asked, ISO 8601: what was written later stays out. */
  at: string;
}

export interface DraftOptions {
  gaps: Gaps;
  model: Model | undefined;
  /** Called with each step, in words for people. */
  onStep(text: string): void;
  /** Throws when the run is no longer ours: nothing is written to GitHub after that. */
  hold(): Promise<void>;
  /** An answer that an interrupted run of the same request already paid for. */
  recall(): Promise<unknown>;
  remember(answer: Kept): Promise<void>;
}

/** What is kept of a run once the model has answered: a resumed run publishes exactly this. */
export interface Kept {
  answer: DraftAnswer;
  frozen: Frozen;
  considered: { path: string; why: string }[];
  model: string;
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
  const run: DraftRun = earlier ?? { request: request.request, actor, startedAt: new Date().toISOString() };
  const status = openStatus(gaps, gap, run, options.onStep);

  // A label that is gone was already acted upon: the same event told twice, or taken back.
  if (!earlier && request.actor !== 'operator' && !gap.labels.includes(DRAFT_LABEL)) return undefined;

  const end: End = async (ending, below) => {
    const ended = { ...run, ...ending };
    const label = LABEL_AFTER[ending.outcome];
    await relabel(gaps, gap, { add: label ? [label] : [], remove: [DRAFTING_LABEL] });
    await status.end(ended, below);
    return ended;
  };

  await relabel(gaps, gap, { add: [], remove: [DRAFT_LABEL] });
  if (request.actor !== 'operator' && !(await mayWrite(gaps.repository, request.actor.login))) {
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
  const selection = selectContext(snapshot.texts, gapText(gap, frozen), { budgetTokens: config.draft.budget_tokens });

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
  const work = kept ?? (await ask(options, options.model, status, { gap, frozen, snapshot, selection, config }));
  if (!work.answer.edits.length) {
    return end(
      declined(
        'no_edits',
        'The model sees no change of code that would close this gap. Add a note that says more, or close the issue.',
      ),
    );
  }
  const changes = checkEdits(snapshot, work.answer.edits, config);
  if (!(await stillWanted(options.gaps, gap))) {
    return end(declined('cancelled', 'The label was taken off or the issue closed while the draft was being written.'));
  }
  return publish(options, gap, run, status, end, { ...work, changes });
}

async function ask(
  options: DraftOptions,
  model: Model,
  status: StatusComment,
  material: { gap: Gap; frozen: Frozen; snapshot: Snapshot; selection: Selection; config: RepositoryConfig },
): Promise<Kept> {
  const { gap, frozen, snapshot, selection, config } = material;
  await status.step(`Asking ${model.name} with ${selection.files.length} of ${snapshot.files.length} files`);
  const prompt = renderPrompt(gap, frozen, snapshot, selection);
  const question = { name: 'draft', schema: draftAnswer };
  const first = await model.ask({ ...question, ...prompt }).catch(invalid);
  const reason = first instanceof ModelError ? first : refusal(snapshot, first.value, config);
  let answer = first instanceof ModelError ? undefined : first;
  if (!answer || (reason && REPAIRABLE.has(reason.code))) {
    await status.step(`Asking again: ${inertProse(reason?.message ?? '', 300)}`);
    const said = answer ? JSON.stringify(answer.value) : '(not readable)';
    answer = await model.ask({ ...question, ...renderRepair(prompt, said, reason?.message ?? '') });
  }
  const kept: Kept = {
    answer: answer.value,
    frozen,
    considered: selection.files.map(({ path, why }) => ({ path, why })),
    model: answer.model,
  };
  await options.remember(kept);
  return kept;
}

/** Slips that a second look at the exact reason mends; whatever smells of intent is not asked for twice. */
const REPAIRABLE = new Set([
  'search_not_found',
  'search_not_unique',
  'search_empty',
  'file_not_found',
  'abbreviated',
  'no_change',
]);

/** Why the edits may not be made as they stand; an answer without edits is an answer, too. */
function refusal(snapshot: Snapshot, answer: DraftAnswer, config: RepositoryConfig): PatchworkError | undefined {
  if (!answer.edits.length) return undefined;
  try {
    checkEdits(snapshot, answer.edits, config);
    return undefined;
  } catch (error) {
    if (error instanceof PatchworkError) return error;
    throw error;
  }
}

/** An answer that is not of the asked form is worth a second try; every other failure is not. */
function invalid(error: unknown): ModelError {
  if (error instanceof ModelError && error.kind === 'invalid') return error;
  throw error;
}

async function publish(
  options: DraftOptions,
  gap: Gap,
  run: DraftRun,
  status: StatusComment,
  end: End,
  work: Kept & { changes: Change[] },
): Promise<DraftRun> {
  const { repository } = options.gaps;
  const { answer, frozen, changes } = work;
  const branch = renderBranch(gap.number, answer.title, run.request);
  await options.hold();
  await status.step(`Committing ${changes.length} ${changes.length === 1 ? 'file' : 'files'} to \`${branch}\``);
  await commitChanges(repository.octokit, repository, {
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
    outcome: 'unverified',
    reason: 'not_replayed',
    summary: `Draft pull request #${pull.number} is ready for review. The gap was not replayed: try the branch before you trust it.`,
    branch,
    pull: { number: pull.number, url: pull.url },
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

function gapText(gap: Gap, frozen: Frozen) {
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
    notes: frozen.notes.map((note) => note.content),
  };
}
