import { type Check, type Finding, ok } from './check.ts';

/** Shorter keys can be guessed by trying. */
const SHORTEST_KEY = 16;

export const configuration: Check = {
  name: 'environment',
  async look({ environment }) {
    const { github, apiKeys, secrets, databaseUrl } = environment;
    const where = github.mode === 'local' ? 'a GitHub on this machine' : `${github.repository} at ${github.api}`;
    const findings: Finding[] = [
      ok(`${github.mode} mode: ${where}; outbox in ${databaseUrl ? 'PostgreSQL' : 'SQLite'}`),
    ];
    if (github.mode !== 'local' && apiKeys.length === 0) {
      findings.push({
        state: 'warning',
        what: 'FEEDBACK_API_KEY is not set: the server answers its own machine only',
        next: 'Set it, and give it or keys made with `patchworkmcp keys create` to drop-ins.',
      });
    } else if (apiKeys.some((key) => key.length < SHORTEST_KEY)) {
      findings.push({
        state: 'warning',
        what: `FEEDBACK_API_KEY has fewer than ${SHORTEST_KEY} characters`,
        next: 'Make one with `openssl rand -hex 32`.',
      });
    }
    if (secrets.length > 1) findings.push(ok(`PATCHWORK_SECRET is being rotated: ${secrets.length - 1} earlier`));
    return findings;
  },
};

export const repositoryFile: Check = {
  name: 'patchwork.yml',
  async look({ connected }) {
    const { config } = await connected();
    const { problem } = await config();
    if (!problem) return [ok('valid, or absent: then the defaults hold')];
    return [{ state: 'problem', what: problem, next: 'Until it is mended, the defaults hold for all of it.' }];
  },
};
