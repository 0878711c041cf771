import { ModelError } from '../model/index.ts';
import type { Change, Edit } from '../repo/index.ts';
import { PatchworkError } from '../report/index.ts';
import type { ReplayReport } from '../surface/index.ts';
import { type DraftAnswer, draftAnswer } from './answer.ts';
import { newCapabilities } from './capabilities.ts';
import { type Checked, checkEdits, describeLeftOut, type LeftOut } from './check.ts';
import type { Material } from './material.ts';
import { filesAskedFor, type MoreFiles, showMore } from './more-files.ts';
import { renderMore, renderPrompt, renderRepair } from './prompt.ts';
import { inertProse } from './prose.ts';
import { type NoProof, type Proof, withChanges } from './replay.ts';
import { judgeStatically } from './static-claims.ts';
import { newSyntaxErrors } from './syntax.ts';
import { breaks, lacking, printed, probeFile, shortcomings, unproven, type Verdict, verdictOf } from './verdict.ts';

/** What a run has once the model has answered and its answer was examined: a resumed run publishes exactly this. */
export interface Written {
  answer: DraftAnswer;
  changes: Change[];
  /** Edits that are not among the changes. */
  leftOut: LeftOut[];
  verdict: Verdict;
  model: string;
  /** Files that the model asked for and was shown. */
  more: string[];
}

/** One repair with the real reason is worth more than any wording; after the second there is little to win. */
const REPAIRS = 2;

const NOTHING_FOUND = { shown: [], wrong: [], unjudged: [] };

/** Slips that a second look at the exact reason mends; whatever smells of intent is not asked for twice. */
const REPAIRABLE = new Set([
  'search_not_found',
  'search_not_unique',
  'search_empty',
  'file_not_found',
  'abbreviated',
  'no_change',
  'syntax_error',
  'removes_tests',
  'asks_again',
]);

/**
 * Asks for the change, applies it in memory, and where the gap can be replayed looks whether it is closed. What is wrong goes back
 * to the model, twice at most. Throws the last reason why an answer could not be taken.
 */
export async function askForDraft(material: Material, proof: Proof | NoProof): Promise<Written> {
  const { model, status, snapshot, selection, config, gap } = material;
  await status.step(`Asking ${model.name} with ${selection.files.length} of ${snapshot.files.length} files`);
  const { probes, tools } = 'probes' in proof ? proof : { probes: [], tools: [] };
  let prompt = renderPrompt(material, probes, tools);
  let next = prompt;
  let before: { said: string; report: ReplayReport } | undefined;
  let more: MoreFiles | undefined;
  for (let repairs = 0; ; repairs += 1) {
    let last = repairs === REPAIRS;
    const again = async (said: string, reason: string, words = '') => {
      await status.step(`Asking again: ${inertProse(reason, 300)}`);
      next = renderRepair(prompt, said, reason, words);
    };
    const asked = await model
      .ask({ name: 'draft', schema: draftAnswer, system: next.system, user: next.user })
      .catch(invalid);
    if (asked instanceof ModelError) {
      if (last) throw asked;
      await again('(not readable)', asked.message);
      continue;
    }
    const answer = asked.value;
    const said = JSON.stringify(answer);
    if (!answer.edits.length)
      return {
        answer,
        ...{ changes: [], leftOut: [] },
        verdict: unproven({ code: 'no_edits', why: 'There is nothing to try.' }, NOTHING_FOUND, []),
        model: asked.model,
        more: more?.shown ?? [],
      };
    const wanted = filesAskedFor(answer);
    if (wanted.length && !more) {
      more = showMore(selection, snapshot, wanted, Math.floor(config.draft.budget_tokens / 2));
      await status.step(`Asking with ${more.shown.length} more files`);
      prompt = renderPrompt({ ...material, selection: more.selection }, probes, tools);
      next = renderMore(prompt, more.missing);
      repairs -= 1;
      continue;
    }
    let checked: Checked;
    try {
      checked = checkEdits(snapshot, changing(answer), config);
      await refuseBrokenSyntax(checked.changes, material);
    } catch (error) {
      if (last || !(error instanceof PatchworkError) || !REPAIRABLE.has(error.code)) throw error;
      await again(said, error.message);
      continue;
    }
    const { changes, leftOut } = checked;
    const without = leftOut.length ? describeLeftOut(leftOut) : '';
    if (without) await status.step(inertProse(without, 600));
    const capabilities = newCapabilities(snapshot.texts, changes);
    if (!('probes' in proof)) {
      const found = judgeStatically(answer.declared_changes, snapshot.texts, withChanges(snapshot.texts, changes));
      if (found.wrong.length && !last) {
        await again(said, [...found.wrong, without].join(' '));
        continue;
      }
      return {
        ...{ answer, changes, leftOut },
        verdict: lacking(unproven(proof, found, capabilities), leftOut),
        model: asked.model,
        more: more?.shown ?? [],
      };
    }
    // Whoever answers the same again has no other answer: it was tried, and is not asked for a third time.
    const isRepeated = said === before?.said;
    if (!isRepeated) await status.step('Trying the draft');
    const report = isRepeated && before ? before.report : await proof.examine(changes, answer);
    before = { said, report };
    last ||= isRepeated;
    const wrong = shortcomings(report);
    if (wrong.length && !last) {
      await again(said, [...wrong, without].join(' '), printed(report));
      continue;
    }
    if (breaks(report)) {
      throw new PatchworkError('breaks_server', `The draft breaks what worked: ${wrong.join(' ')}`, { status: 422 });
    }
    return {
      answer,
      changes: [...changes, probeFile(gap.number, proof.probes)],
      leftOut,
      verdict: lacking(verdictOf(report, capabilities), leftOut),
      model: asked.model,
      more: more?.shown ?? [],
    };
  }
}

/** The edits that change something. Asking for files is no change, and once is enough. */
function changing({ edits }: DraftAnswer): Edit[] {
  if (edits.some(({ kind }) => kind === 'read')) {
    throw new PatchworkError('asks_again', 'Files can be asked for once, with nothing else in the answer.', {
      status: 422,
    });
  }
  return edits.filter((edit) => edit.kind !== 'read');
}

/** What cannot be parsed is not worth a build: it goes back with its place. */
async function refuseBrokenSyntax(changes: Change[], { status }: Material): Promise<void> {
  const errors = await newSyntaxErrors(changes);
  if (errors === undefined) {
    await status.step('The syntax is not checked: no grammars are installed here');
    return;
  }
  const [first] = errors;
  if (!first) return;
  const places = errors.map(({ path, line }) => `\`${path}\` at line ${line}`).join(', ');
  throw new PatchworkError('syntax_error', `With the edits, ${places} cannot be parsed.`, { status: 422 });
}

/** An answer that is not of the asked form is worth another try; every other failure is not. */
function invalid(error: unknown): ModelError {
  if (error instanceof ModelError && error.kind === 'invalid') return error;
  throw error;
}
