import { modelBehind } from './converse.ts';
import type { Access, Connection, Ending, Model, Question } from './model.ts';

/**
 * A server that speaks OpenAI's chat completions (Ollama, vLLM, a gateway), with `response_format: json_schema`: what such
 * servers have most in common. Some take the schema for a hint, so JSON in a fence or among prose is accepted.
 */
export function compatibleModel(access: Access & { baseURL: string }): Model {
  return modelBehind(completions, { ...access, provider: 'compatible', guaranteed: false });

  async function* completions(
    question: Question<unknown>,
    { client, signal }: Connection,
  ): AsyncGenerator<string, Ending> {
    const [{ OpenAI }, { zodResponseFormat }] = await Promise.all([import('openai'), import('openai/helpers/zod')]);
    // Organisation and project are names at OpenAI, and none of another server's business.
    const options = { ...client, apiKey: access.apiKey, organization: null, project: null };
    const chunks = await new OpenAI(options).chat.completions.create(
      {
        model: access.name,
        messages: [
          { role: 'system', content: question.system },
          { role: 'user', content: question.user },
        ],
        response_format: zodResponseFormat(question.schema, question.name),
        // A small model's window may be smaller than any default of ours, and the server knows its size.
        ...(question.maxTokens === undefined ? {} : { max_tokens: question.maxTokens }),
        stream: true,
        stream_options: { include_usage: true },
      },
      { signal },
    );
    const ending: Ending = { stop: 'cut', usage: { input: 0, output: 0 }, model: access.name };
    let refusal = '';
    for await (const { choices, usage, model } of chunks) {
      if (model) ending.model = model;
      if (usage) ending.usage = { input: usage.prompt_tokens, output: usage.completion_tokens };
      const choice = choices[0];
      if (choice?.delta.refusal) refusal += choice.delta.refusal;
      if (choice?.delta.content) yield choice.delta.content;
      if (choice?.finish_reason) ending.stop = STOPS.get(choice.finish_reason) ?? 'other';
    }
    return refusal ? { ...ending, stop: 'refused', explanation: refusal } : ending;
  }
}

const STOPS = new Map<string, Ending['stop']>([
  ['stop', 'complete'],
  ['length', 'truncated'],
  ['content_filter', 'refused'],
]);
