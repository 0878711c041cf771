import { modelBehind } from './converse.ts';
import { type Access, type Connection, type Ending, MAX_TOKENS, type Model, type Question } from './model.ts';

/**
 * Anthropic's Messages API, with `output_config.format`. The raw events are read: the SDK's own parsing throws on a truncated
 * or refused answer and takes `stop_reason` with it.
 */
export function anthropicModel(access: Access): Model {
  return modelBehind(messages, { ...access, provider: 'anthropic', guaranteed: true });

  async function* messages(
    question: Question<unknown>,
    { client, signal }: Connection,
  ): AsyncGenerator<string, Ending> {
    const [{ Anthropic }, { zodOutputFormat }] = await Promise.all([
      import('@anthropic-ai/sdk'),
      import('@anthropic-ai/sdk/helpers/zod'),
    ]);
    const { type, schema } = zodOutputFormat(question.schema);
    const events = await new Anthropic({ ...client, apiKey: access.apiKey }).messages.create(
      {
        model: access.name,
        max_tokens: question.maxTokens ?? MAX_TOKENS,
        system: [{ type: 'text', text: question.system, cache_control: { type: 'ephemeral' } }],
        messages: [{ role: 'user', content: question.user }],
        output_config: { format: { type, schema } },
        stream: true,
      },
      { signal },
    );
    const ending: Ending = { stop: 'cut', usage: { input: 0, output: 0 }, model: access.name };
    for await (const event of events) {
      if (event.type === 'message_start') {
        const { usage, model } = event.message;
        ending.model = model;
        ending.usage.input =
          usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0);
      } else if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') {
        yield event.delta.text;
      } else if (event.type === 'message_delta') {
        const { stop_reason, stop_details } = event.delta;
        ending.stop = STOPS.get(stop_reason) ?? 'other';
        ending.explanation = stop_details?.explanation ?? undefined;
        ending.usage.output = event.usage.output_tokens;
      }
    }
    return ending;
  }
}

const STOPS = new Map<string | null, Ending['stop']>([
  [null, 'cut'],
  ['end_turn', 'complete'],
  ['stop_sequence', 'complete'],
  ['refusal', 'refused'],
  ['max_tokens', 'truncated'],
  ['model_context_window_exceeded', 'truncated'],
]);
