import * as z from 'zod';
import { modelBehind } from './converse.ts';
import { ModelError } from './error.ts';
import type { Connection, Ending, Limits, Model, Question } from './model.ts';

const usage = { input: 0, output: 0 };

const Recorded = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({ json: z.json() }),
  z.strictObject({ stop: z.enum(['refused', 'truncated']), text: z.string().optional() }),
]);

/** Answers by question name: the first time the first, then the next, and the last again and again. */
export const RecordedAnswers = z.record(z.string(), z.array(Recorded).nonempty());
export type RecordedAnswers = z.infer<typeof RecordedAnswers>;

/** A model that answers from a file, for demonstrations and tests: what it says is judged like any other model's answer. */
export function recordedModel({
  answers,
  name,
  limits,
}: {
  answers: RecordedAnswers;
  name: string;
  limits?: Limits;
}): Model {
  const given = new Map<string, number>();
  const access = { name, apiKey: '', ...(limits ? { limits } : {}) };
  return modelBehind(playback, { ...access, provider: 'recorded', guaranteed: true });

  async function* playback(question: Question<unknown>, _: Connection): AsyncGenerator<string, Ending> {
    const all = Object.hasOwn(answers, question.name) ? answers[question.name] : undefined;
    const turn = given.get(question.name) ?? 0;
    given.set(question.name, turn + 1);
    const answer = all?.[turn] ?? all?.at(-1);
    if (!answer)
      throw new ModelError('rejected', `The file of recorded answers has none for the question ${question.name}.`);
    if ('stop' in answer) {
      yield answer.text ?? '';
      return {
        stop: answer.stop,
        explanation: answer.stop === 'refused' ? answer.text : undefined,
        usage,
        model: name,
      };
    }
    yield 'json' in answer ? JSON.stringify(answer.json) : answer.text;
    return { stop: 'complete', usage, model: name };
  }
}
