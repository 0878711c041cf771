/** What everybody in a round of the crash harness knows. */
export const SECRET = 'the secret of the crash harness';
/** The forge's person who owns the repositories. */
export const TOKEN = 'owner';
export const REPOSITORIES = Array.from({ length: 6 }, (_, n) => `owner/server-${n}`);
