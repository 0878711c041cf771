import { ModelError } from '../model/index.ts';
import type { Change } from '../repo/index.ts';
import { PatchworkError } from '../report/index.ts';
import type { ReplayReport } from '../surface/index.ts';
import { type DraftAnswer, draftAnswer } from './answer.ts';
import { checkEdits } from './check.ts';
import type { Material } from './material.ts';
import { renderPrompt, renderRepair } from './prompt.ts';
import { inertProse } from './prose.ts';
import type { NoProof, Proof } from './replay.ts';
import { breaks, printed, probeFile, shortcomings, unproven, type Verdict, verdictOf } from './verdict.ts';

/** What a run has once the model has answered and its answer was examined: a resumed run publishes exactly this. */
export interface Written {
  answer: DraftAnswer;
  changes: Change[];
  verdict: Verdict;
  model: string;
}

/** One repair with the real reason is worth more than any wording; after the second there is little to win. */
const REPAIRS = 2;

/** Slips that a second look at the exact reason mends; whatever smells of intent is not asked for twice. */
const REPAIRABLE = new Set([
  'search_not_found',
  'search_not_unique',
  'search_empty',
  'file_not_found',
  'abbreviated',
  'no_change',
]);

/**
 * Asks for the change, applies it in memory, and where the gap can be replayed looks whether it is closed. What is wrong goes back
 * to the model, twice at most. Throws the last reason why an answer could not be taken.
 */
export async function askForDraft(material: Material, proof: Proof | NoProof): Promise<Written> {
  const { model, status, snapshot, selection, config, gap } = material;
  await status.step(`Asking ${model.name} with ${selection.files.length} of ${snapshot.files.length} files`);
  const prompt = renderPrompt(material, 'probes' in proof ? proof.probes : []);
  let next = prompt;
  let before: { said: string; report: ReplayReport } | undefined;
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
        changes: [],
        verdict: unproven({ code: 'no_edits', why: 'There is nothing to try.' }),
        model: asked.model,
      };
    let changes: Change[];
    try {
      changes = checkEdits(snapshot, answer.edits, config);
    } catch (error) {
      if (last || !(error instanceof PatchworkError) || !REPAIRABLE.has(error.code)) throw error;
      await again(said, error.message);
      continue;
    }
    if (!('probes' in proof)) return { answer, changes, verdict: unproven(proof), model: asked.model };
    // Whoever answers the same again has no other answer: it was tried, and is not asked for a third time.
    const isRepeated = said === before?.said;
    if (!isRepeated) await status.step('Trying the draft');
    const report = isRepeated && before ? before.report : await proof.examine(changes, answer);
    before = { said, report };
    last ||= isRepeated;
    const wrong = shortcomings(report);
    if (wrong.length && !last) {
      await again(said, wrong.join(' '), printed(report));
      continue;
    }
    if (breaks(report)) {
      throw new PatchworkError('breaks_server', `The draft breaks what worked: ${wrong.join(' ')}`, { status: 422 });
    }
    return {
      answer,
      changes: [...changes, probeFile(gap.number, proof.probes)],
      verdict: verdictOf(report),
      model: asked.model,
    };
  }
}

/** An answer that is not of the asked form is worth another try; every other failure is not. */
function invalid(error: unknown): ModelError {
  if (error instanceof ModelError && error.kind === 'invalid') return error;
  throw error;
}
