import { isKey, ModelError, quote } from './error.ts';
import { failure } from './failure.ts';
import { finish } from './finish.ts';
import { type Access, type Answer, LIMITS, type Model, type Provider, type Question, type Wire } from './model.ts';
import { assertPortable } from './schema.ts';
import { openTransport } from './transport.ts';

const RETRIES = 2;

/**
 * A model behind one wire format; everything else is the same for all: the limits, what may be asked, and that each question
 * ends with an answer or a ModelError. `guaranteed`: the provider promises the bare JSON that the schema describes.
 */
export function modelBehind(wire: Wire, access: Access & { provider: Provider; guaranteed: boolean }): Model {
  return {
    provider: access.provider,
    name: access.name,
    ask: (question) => converse(question, wire, access),
  };
}

async function converse<T>(
  question: Question<T>,
  wire: Wire,
  access: Access & { provider: Provider; guaranteed: boolean },
): Promise<Answer<T>> {
  assertPortable(question.name, question.schema);
  const limits = access.limits ?? LIMITS;
  const stopped = () => question.signal?.aborted === true;
  const cancelled = () => new ModelError('cancelled', 'The question was cancelled.');
  if (stopped()) throw cancelled();

  const transport = openTransport(limits, question.signal);
  try {
    const pieces = wire(question, {
      signal: transport.signal,
      client: {
        baseURL: access.baseURL ?? null,
        fetch: transport.fetch,
        maxRetries: RETRIES,
        timeout: limits.stall,
        logLevel: 'off',
      },
    });
    const ended = (thrown?: unknown): ModelError | undefined => {
      if (stopped()) return cancelled();
      if (!transport.late()) return thrown === undefined ? undefined : failure(thrown, access);
      const seconds = limits.deadline / 1000;
      return transport.limited()
        ? new ModelError('limited', `The model's limit was reached and did not lift within ${seconds} s.`)
        : new ModelError('unavailable', `The model gave no complete answer within ${seconds} s.`);
    };
    const next = () =>
      pieces.next().catch((thrown: unknown) => {
        throw ended(thrown);
      });

    let text = '';
    let step = await next();
    while (!step.done) {
      if (typeof step.value !== 'string') throw failure(new TypeError('not text'), access);
      text += step.value;
      if (text.length > limits.characters)
        throw new ModelError('invalid', `The model's answer is longer than ${limits.characters} characters.`);
      question.onProgress?.(text.length);
      step = await next();
    }
    // An SDK takes an aborted stream for a finished one.
    const early = ended();
    if (early) throw early;
    if (isKey(access.apiKey) && text.includes(access.apiKey))
      throw new ModelError('invalid', "The model's answer holds the key that it was asked with.");
    // From here on, types are what the SDKs say and a server need not heed.
    const { stop, explanation, usage, model } = step.value;
    const ending = {
      stop,
      explanation: typeof explanation === 'string' ? quote(explanation, access.apiKey) : undefined,
      usage: { input: tokens(usage.input), output: tokens(usage.output) },
      model: typeof model === 'string' ? quote(model, access.apiKey) : access.name,
    };
    return finish(question, text, ending, access.guaranteed);
  } finally {
    transport.close();
  }
}

function tokens(count: unknown): number {
  return typeof count === 'number' && Number.isFinite(count) && count > 0 ? count : 0;
}
