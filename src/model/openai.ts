import { modelBehind } from './converse.ts';
import { type Access, type Connection, type Ending, MAX_TOKENS, type Model, type Question } from './model.ts';

/** OpenAI's Responses API, with `text.format`. Nothing is stored at the provider. */
export function openaiModel(access: Access): Model {
  return modelBehind(responses, { ...access, provider: 'openai', guaranteed: true });

  async function* responses(
    question: Question<unknown>,
    { client, signal }: Connection,
  ): AsyncGenerator<string, Ending> {
    const [{ OpenAI }, { zodTextFormat }] = await Promise.all([import('openai'), import('openai/helpers/zod')]);
    const { type, name, schema } = zodTextFormat(question.schema, question.name);
    const events = await new OpenAI({ ...client, apiKey: access.apiKey }).responses.create(
      {
        model: access.name,
        instructions: question.system,
        input: question.user,
        max_output_tokens: question.maxTokens ?? MAX_TOKENS,
        store: false,
        text: { format: { type, name, schema, strict: true } },
        stream: true,
      },
      { signal },
    );
    // Some models think aloud in messages of their own before the answer.
    const asides = new Set<string>();
    let refusal = '';
    for await (const event of events) {
      if (event.type === 'response.output_item.added') {
        if (event.item.type === 'message' && event.item.phase === 'commentary') asides.add(event.item.id);
      } else if (event.type === 'response.output_text.delta') {
        if (!asides.has(event.item_id)) yield event.delta;
      } else if (event.type === 'response.refusal.delta') {
        refusal += event.delta;
      } else if (event.type === 'response.failed') {
        throw Object.assign(new Error('response.failed'), { error: event.response.error });
      } else if (event.type === 'response.completed' || event.type === 'response.incomplete') {
        const { usage, model, incomplete_details } = event.response;
        const reason = incomplete_details?.reason;
        const stop =
          event.type === 'response.completed' ? 'complete' : reason === 'content_filter' ? 'refused' : 'truncated';
        return {
          stop: refusal ? 'refused' : stop,
          explanation: refusal || reason,
          usage: { input: usage?.input_tokens ?? 0, output: usage?.output_tokens ?? 0 },
          model,
        };
      }
    }
    return { stop: 'cut', usage: { input: 0, output: 0 }, model: access.name };
  }
}
