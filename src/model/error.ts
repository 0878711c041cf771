import { cleanLine, PatchworkError, redact } from '../report/index.ts';

/**
 * - `refused`: the model or its provider declined to answer
 * - `truncated`: the answer did not fit into the tokens allowed
 * - `invalid`: there is an answer, but not the JSON that was asked for; the message says what is wrong, for a repair prompt
 * - `unavailable`: network, 5xx, timeout, a broken stream, after retries
 * - `rejected`: the request as configured can never succeed (key, model, base URL, or a request the provider will not take)
 * - `limited`: 429, after retries, or asked to wait longer than is sensible
 * - `cancelled`: the question's own signal
 */
export type ModelErrorKind = keyof typeof NEXT;

const NEXT = {
  refused: 'Reword the issue or its notes, or choose another model with PATCHWORK_MODEL.',
  truncated: 'Make the gap smaller, or choose a model with more room with PATCHWORK_MODEL.',
  invalid: 'Ask again; if it happens often, choose another model with PATCHWORK_MODEL.',
  unavailable: 'Try again later; if it persists, check the provider and the base URL.',
  rejected: 'Check the key, PATCHWORK_MODEL and the base URL.',
  limited: "Try again later, or raise the key's limits at the provider.",
  cancelled: 'Ask again when it is wanted.',
};

/**
 * Why there is no answer. Never carries the SDK's error as its cause: that one holds the request, its headers and whatever
 * the provider chose to echo.
 */
export class ModelError extends PatchworkError {
  readonly kind: ModelErrorKind;

  constructor(kind: ModelErrorKind, message: string) {
    super(`model_${kind}`, message, { status: 502, next: NEXT[kind] });
    this.name = 'ModelError';
    this.kind = kind;
  }
}

/**
 * A provider's or a model's words, fit to be shown: one short line without secrets. `key` is the one in use, which no pattern
 * knows when it belongs to a private gateway.
 */
export function quote(text: string, key = ''): string {
  // Cleaned first: what is taken out later could have hidden a key from the search for it.
  const line = cleanLine(text.slice(0, 100_000), 4000);
  const withoutKey = isKey(key) ? line.replaceAll(key, '[redacted key]') : line;
  return cleanLine(redact(withoutKey).text, 300);
}

/** Shorter than eight characters it is a placeholder, and stands in ordinary words too. */
export function isKey(key: string): boolean {
  return key.length >= 8;
}
