import type { Probot } from 'probot';
import { REPOSITORY_FILE } from '../../config/index.ts';
import { parseBranch } from '../../draft/index.ts';
import { renderLane } from '../../intake/index.ts';
import type { Gaps } from '../../issues/index.ts';
import type { Outbox } from '../../outbox/index.ts';
import { newId } from '../../report/index.ts';
import { type Level, reaches } from '../../triage/index.ts';
import { forgetClosed } from './lifecycle.ts';
import { STOP_FILE } from './standing.ts';

export interface TendEvents {
  outbox: Outbox;
  /** What the repository wants to happen by itself, as far as that is known here. */
  config(repository: string): Promise<{ level: Level }>;
  known(repository: string): Gaps | undefined;
}

/** Has a repository looked after in its lane of drafts, so that nothing is drafted and merged at the same time. */
export async function askToTend(outbox: Outbox, repository: string, cause: string): Promise<void> {
  const lane = renderLane('drafts', repository);
  await outbox.accept({ lane, id: newId(), kind: 'tend', key: `tend ${cause}`, body: { cause } });
}

/** What may change a decision: pull requests of ours, what is said of them, releases, and the repository's own wishes. */
export function listenToTend(probot: Probot, { outbox, config, known }: TendEvents): void {
  const ask = (repository: { full_name: string }, cause: string) => askToTend(outbox, repository.full_name, cause);
  const acts = async ({ full_name }: { full_name: string }) => reaches((await config(full_name)).level, 'auto-draft');

  probot.on(['pull_request.closed', 'pull_request.reopened'], async ({ id, payload }) => {
    const gaps = known(payload.repository.full_name.toLowerCase());
    if (gaps) forgetClosed(gaps.repository, payload.pull_request.number);
    const branch = payload.pull_request.head.ref;
    if (parseBranch(branch) || /(?:^|\/)revert-\d+-/.test(branch)) await ask(payload.repository, id);
  });
  probot.on('release.published', async ({ id, payload }) => ask(payload.repository, id));
  probot.on(
    [
      ...(['ready_for_review', 'converted_to_draft', 'synchronize', 'labeled', 'unlabeled'] as const).map(
        (action) => `pull_request.${action}` as const,
      ),
      'pull_request.review_request_removed',
      'pull_request_review.submitted',
      'pull_request_review.dismissed',
      'check_suite.completed',
      'issues.unlabeled',
      'issues.labeled',
      'issues.reopened',
    ],
    async ({ id, payload }) => {
      if (await acts(payload.repository)) await ask(payload.repository, id);
    },
  );
  probot.on('status', async ({ id, payload }) => {
    if (payload.state !== 'pending' && (await acts(payload.repository))) await ask(payload.repository, id);
  });
  probot.on('push', async ({ id, payload: { ref, repository, commits } }) => {
    if (ref !== `refs/heads/${repository.default_branch}`) return;
    const isOurs = (path: string) => path === REPOSITORY_FILE || path === STOP_FILE;
    const wishes = commits.some(({ added, modified, removed }) =>
      [added, modified, removed].flat().some((path) => path && isOurs(path)),
    );
    if (wishes || (await acts(repository))) await ask(repository, id);
  });
}
