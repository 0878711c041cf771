/** Every code an answer of the API can carry, with its status: stable, and documented at `/openapi.json` and `/docs`. */
export const ERRORS = {
  invalid_json: { status: 400, what: 'The body is not JSON, or gives a field twice.' },
  bad_delivery: { status: 400, what: 'The webhook says no event or no delivery.' },
  repository_too_large: { status: 400, what: 'GitHub does not list all files of the repository at once.' },
  unauthorized: { status: 401, what: 'No key, or one that is not valid here: unknown, expired, revoked.' },
  bad_signature: { status: 401, what: 'The webhook’s signature is missing or wrong.' },
  forbidden: {
    status: 403,
    what: 'The key lacks the scope, or is one of a repository where the server’s own is asked for.',
  },
  forbidden_host: { status: 403, what: 'The request comes from where this server does not answer.' },
  not_local: { status: 403, what: 'Settings can be changed in local mode only.' },
  not_found: { status: 404, what: 'There is nothing at this address.' },
  method_not_allowed: { status: 405, what: 'The address knows other methods; `Allow` says which.' },
  not_yet: { status: 409, what: 'The report has no issue yet.' },
  draft_running: { status: 409, what: 'A draft is being written; the message has its address.' },
  draft_exists: {
    status: 409,
    what: 'A draft exists; the message has its address. `force=true` asks for another one.',
  },
  set_elsewhere: { status: 409, what: 'The environment of the server sets it.' },
  body_too_large: { status: 413, what: 'The body is larger than what is read.' },
  invalid_body: { status: 422, what: 'The body is not one JSON object.' },
  missing_field: { status: 422, what: '`field` is missing or empty.' },
  invalid_field: { status: 422, what: '`field` has a value that is not allowed.' },
  invalid_settings: { status: 422, what: 'The server could not work with these settings.' },
  unknown_parameter: {
    status: 422,
    what: '`field` is no parameter of this address: a misspelt filter finds too much.',
  },
  rate_limited: { status: 429, what: 'Too many requests with this key; `Retry-After` says when.' },
  outbox_full: { status: 503, what: 'More waits here than is held; nothing was taken.' },
  outbox_unavailable: { status: 503, what: 'The store does not take writes; nothing was taken.' },
  github_unavailable: { status: 503, what: 'GitHub does not answer, and what it knows was not read yet.' },
} as const satisfies Record<string, { status: number; what: string }>;

export type ErrorCode = keyof typeof ERRORS;
