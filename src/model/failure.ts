import { ModelError, type ModelErrorKind, quote } from './error.ts';
import type { Access, Provider } from './model.ts';

const SPEAKER: Record<Provider, string> = {
  anthropic: 'Anthropic',
  openai: 'OpenAI',
  compatible: 'The OpenAI-compatible server',
  recorded: 'The file of recorded answers',
};

/** Errors that arrive inside a stream that began well have a type and no status. */
const TYPES = new Map<unknown, ModelErrorKind>([
  ['rate_limit_error', 'limited'],
  ['rate_limit_exceeded', 'limited'],
  ['insufficient_quota', 'limited'],
  ['invalid_request_error', 'rejected'],
  ['authentication_error', 'rejected'],
  ['permission_error', 'rejected'],
  ['not_found_error', 'rejected'],
  ['request_too_large', 'rejected'],
  ['invalid_prompt', 'rejected'],
]);

/**
 * Whatever an SDK threw, as a ModelError. Both SDKs' errors are told apart by what they carry, `status` and the provider's own
 * `error` object, because their classes are loaded only when they are needed.
 */
export function failure(thrown: unknown, access: Access & { provider: Provider }): ModelError {
  const own = chain(thrown).find((error) => error instanceof ModelError);
  if (own) return own;
  const who = SPEAKER[access.provider];
  const { status, error: body } = record(thrown);
  const provided = record(record(body).error ?? body);
  const words = typeof provided.message === 'string' ? ` It says: ${quote(provided.message, access.apiKey)}` : '';

  if (typeof status === 'number') {
    // What a provider says about a key repeats parts of the key, so it is not quoted.
    if (status === 401) return new ModelError('rejected', `${who} does not accept the key (401).`);
    if (status === 403)
      return new ModelError('rejected', `${who} does not let this key use the model ${access.name} (403).`);
    if (status === 404)
      return new ModelError(
        'rejected',
        `${who} knows no model ${access.name}, or the base URL is not the right one (404).${words}`,
      );
    if (status === 429) return new ModelError('limited', `${who} answered that the limit is reached (429).${words}`);
    if (status >= 500 || status === 408 || status === 409)
      return new ModelError('unavailable', `${who} could not answer (${status}).${words}`);
    if (status < 400)
      return new ModelError('rejected', `${who} sent a redirect (${status}); the base URL must be the final address.`);
    return new ModelError('rejected', `${who} does not take the request (${status}).${words}`);
  }

  if (Object.keys(provided).length > 0) {
    const kind = TYPES.get(provided.type) ?? TYPES.get(provided.code) ?? 'unavailable';
    return new ModelError(kind, `${who} broke off with an error.${words}`);
  }

  const code = chain(thrown)
    .map((error) => record(error).code)
    .findLast((value) => typeof value === 'string');
  const name = thrown instanceof Error ? thrown.constructor.name : typeof thrown;
  return new ModelError('unavailable', `${who} did not answer, or not in its protocol (${quote(code ?? name)}).`);
}

/** A cause may be anything, itself included: five steps are enough for any SDK. */
function chain(thrown: unknown): unknown[] {
  const found: unknown[] = [];
  for (let error = thrown; error !== undefined && error !== null && found.length < 5; error = record(error).cause)
    found.push(error);
  return found;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
