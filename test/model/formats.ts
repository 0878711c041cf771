import { anthropicModel } from '../../src/model/anthropic.ts';
import { compatibleModel } from '../../src/model/compatible.ts';
import type { Limits, Model } from '../../src/model/model.ts';
import { openaiModel } from '../../src/model/openai.ts';

/** A wire format as its provider speaks it: an answer in pieces, and how it ends. */
export interface Format {
  name: string;
  path: string;
  /** Events of a whole answer. */
  answer(text: string): string[];
  refusal(text: string): string[];
  truncated(text: string): string[];
  /** An error in the middle of a stream. */
  broken(message: string): string[];
  /** The body of an answer with an error status. */
  error(type: string, message: string): unknown;
  connect(at: { origin: string; key?: string; limits?: Limits }): Model;
}

export const KEY = 'sk-test-0123456789abcdef0123456789abcdef';

const pieces = (text: string) => text.match(/[\s\S]{1,7}/g) ?? [];
const event = (type: string, data: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

const messages = (text: string, stop_reason: string, stop_details: object | null = null) => [
  event('message_start', {
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-dated',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 8, cache_creation_input_tokens: 2, cache_read_input_tokens: 1, output_tokens: 1 },
    },
  }),
  'event: ping\ndata: {"type":"ping"}\n\n',
  ...(text ? [event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })] : []),
  ...pieces(text).map((piece) =>
    event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: piece } }),
  ),
  ...(text ? [event('content_block_stop', { index: 0 })] : []),
  event('message_delta', { delta: { stop_reason, stop_sequence: null, stop_details }, usage: { output_tokens: 7 } }),
  event('message_stop', {}),
];

const response = (
  part: { type: string; text?: string; refusal?: string },
  ending: object = { status: 'completed' },
) => {
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  const whole = {
    id: 'resp_1',
    object: 'response',
    model: 'gpt-dated',
    error: null,
    incomplete_details: null,
    output: [{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [part] }],
    usage: { input_tokens: 11, output_tokens: 7, total_tokens: 18 },
    ...ending,
  };
  const kind = part.type === 'refusal' ? 'response.refusal.delta' : 'response.output_text.delta';
  return [
    event('response.created', { response: { ...whole, status: 'in_progress', output: [] } }),
    event('response.output_item.added', { output_index: 0, item: { ...whole.output[0], content: [] } }),
    ...pieces(part.text ?? part.refusal ?? '').map((delta) => event(kind, { ...at, delta })),
    event(`response.${(whole as { status?: string }).status}`, { response: whole }),
  ];
};

const chunk = (choice: object | null, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', model: 'local-dated', choices: choice ? [{ index: 0, finish_reason: null, ...choice }] : [], ...more })}\n\n`;
const completion = (deltas: object[], finish_reason: string) => [
  ...deltas.map((delta) => chunk({ delta })),
  chunk({ delta: {}, finish_reason }),
  chunk(null, { usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } }),
  'data: [DONE]\n\n',
];

export const FORMATS: Format[] = [
  {
    name: 'anthropic',
    path: '/v1/messages',
    answer: (text) => messages(text, 'end_turn'),
    refusal: (text) => messages('', 'refusal', { type: 'refusal', category: null, explanation: text }),
    truncated: (text) => messages(text, 'max_tokens'),
    broken: (message) => [event('error', { error: { type: 'overloaded_error', message } })],
    error: (type, message) => ({ type: 'error', error: { type, message } }),
    connect: ({ origin, key = KEY, ...more }) =>
      anthropicModel({ name: 'claude-x', apiKey: key, baseURL: origin, ...more }),
  },
  {
    name: 'openai',
    path: '/v1/responses',
    answer: (text) => response({ type: 'output_text', text }),
    refusal: (text) => response({ type: 'refusal', refusal: text }),
    truncated: (text) =>
      response(
        { type: 'output_text', text },
        { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
      ),
    broken: (message) => [event('error', { code: 'server_error', message, param: null })],
    error: (type, message) => ({ error: { type, code: null, param: null, message } }),
    connect: ({ origin, key = KEY, ...more }) =>
      openaiModel({ name: 'gpt-x', apiKey: key, baseURL: `${origin}/v1`, ...more }),
  },
  {
    name: 'compatible',
    path: '/v1/chat/completions',
    answer: (text) =>
      completion(
        pieces(text).map((content) => ({ content })),
        'stop',
      ),
    refusal: (text) => completion([{ role: 'assistant', refusal: text }], 'stop'),
    truncated: (text) => completion([{ content: text }], 'length'),
    broken: (message) => [`data: ${JSON.stringify({ error: { message, type: 'server_error' } })}\n\n`],
    error: (type, message) => ({ error: { type, code: null, param: null, message } }),
    connect: ({ origin, key = KEY, ...more }) =>
      compatibleModel({ name: 'local-x', apiKey: key, baseURL: `${origin}/v1`, ...more }),
  },
];
