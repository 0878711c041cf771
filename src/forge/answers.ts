/**
 * GitHub's way of saying no: a status, a `message`, sometimes `errors[]`, and always `documentation_url` and `status`.
 * Domain code throws these; the surfaces turn them into answers.
 */
export interface FieldError {
  resource: string;
  code: 'missing' | 'missing_field' | 'invalid' | 'already_exists' | 'unprocessable' | 'custom';
  field?: string;
  value?: unknown;
  message?: string;
}

export class GitHubError extends Error {
  readonly status: number;
  readonly errors: readonly (FieldError | string)[] | undefined;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    message: string,
    errors?: readonly (FieldError | string)[],
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }

  body(): Record<string, unknown> {
    return {
      message: this.message,
      ...(this.errors ? { errors: this.errors } : {}),
      documentation_url: 'https://docs.github.com/rest',
      status: String(this.status),
    };
  }
}

export const notFound = () => new GitHubError(404, 'Not Found');
export const badCredentials = () => new GitHubError(401, 'Bad credentials');
export const requiresAuthentication = () => new GitHubError(401, 'Requires authentication');
export const forbidden = (message = 'Must have admin rights to Repository.') => new GitHubError(403, message);
export const notForIntegration = () => new GitHubError(403, 'Resource not accessible by integration');
export const conflict = (message: string) => new GitHubError(409, message);
export const unprocessable = (message: string) => new GitHubError(422, message);
export const invalid = (...errors: FieldError[]) => new GitHubError(422, 'Validation Failed', errors);

/** A value of the wrong JSON type, in the words GitHub's request validator uses. */
export const wrongType = (path: string, value: unknown, wanted: string) =>
  unprocessable(
    `Invalid request.\n\nFor '${path}', ${value === null ? 'nil' : JSON.stringify(value)} is not ${wanted}.`,
  );
