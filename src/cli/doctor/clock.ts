import { type Check, ok } from './check.ts';

/** GitHub refuses an App's tokens that were made more than a minute from its own time. */
const TOO_FAR_S = 45;
const FAR_S = 5;

export const clock: Check = {
  name: 'clock',
  async look({ connected }) {
    const { octokit } = await connected();
    const before = Date.now();
    const { headers } = await octokit.request('GET /rate_limit');
    const there = Date.parse(String(headers.date));
    if (Number.isNaN(there)) return [{ state: 'skipped', what: 'GitHub did not say its time' }];
    // It gives whole seconds, cut off.
    const seconds = Math.round((there + 500 - (before + Date.now()) / 2) / 1000);
    if (Math.abs(seconds) < FAR_S) return [ok('agrees with GitHub’s')];
    return [
      {
        state: Math.abs(seconds) < TOO_FAR_S ? 'warning' : 'problem',
        what: `${Math.abs(seconds)} s ${seconds > 0 ? 'behind' : 'ahead of'} GitHub’s`,
        next: 'Have the machine keep time (NTP): GitHub refuses an App whose clock is a minute off.',
      },
    ];
  },
};
