/**
 * The one error that a user can cause. `code` is stable and documented, the message is one sentence that says what is wrong
 * (never echoing a rejected value), `next` says what to do about it.
 */
export class PatchworkError extends Error {
  readonly code: string;
  /** HTTP status when the error leaves through a door that speaks HTTP. */
  readonly status: number;
  readonly next: string | undefined;
  /** The input field that is wrong, when there is one. */
  readonly field: string | undefined;

  constructor(
    code: string,
    message: string,
    more: { status?: number; next?: string; field?: string; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'PatchworkError';
    this.code = code;
    this.status = more.status ?? 400;
    this.next = more.next;
    this.field = more.field;
  }

  /** The JSON of DESIGN's error contract: `{error: {code, message, field?}}`. */
  toJSON(): { error: { code: string; message: string; field?: string } } {
    const message = this.next ? `${this.message} ${this.next}` : this.message;
    return { error: { code: this.code, message, ...(this.field ? { field: this.field } : {}) } };
  }
}

/** What an error says, for logs: without the details that octokit appends, in which GitHub repeats the values it refused. */
export function reasonOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return said.replace(/:? *[[{].*$/s, '').slice(0, 300);
}
