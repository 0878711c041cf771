import { describe, expect, it } from 'vitest';
import { type Loopback, REPO, refused, useForge } from './loopback.ts';

let github: Loopback;

useForge((started) => {
  github = started;
});

let branches = 0;

/** A branch off main with one file of its own. */
async function branchWith(file: string, content = 'one\ntwo\n'): Promise<string> {
  const writer = github.as('writer');
  branches += 1;
  const branch = `topic/${branches}`;
  const { data } = await writer.rest.git.getRef({ ...REPO, ref: 'heads/main' });
  await writer.rest.git.createRef({ ...REPO, ref: `refs/heads/${branch}`, sha: data.object.sha });
  await commitTo(branch, file, content);
  return branch;
}

async function commitTo(branch: string, path: string, content: string) {
  const encoded = Buffer.from(content).toString('base64');
  const message = `Write ${path}`;
  await github.as('writer').rest.repos.createOrUpdateFileContents({ ...REPO, path, message, content: encoded, branch });
}

async function openPull(file: string, more: { draft?: boolean; body?: string } = {}) {
  const head = await branchWith(file);
  const { data } = await github.as('writer').rest.pulls.create({ ...REPO, title: file, head, base: 'main', ...more });
  return { ...REPO, pull_number: data.number, head, sha: data.head.sha };
}

describe('pull requests', () => {
  it('are opened as drafts, read, changed and listed', async () => {
    const writer = github.as('writer');
    const { head, sha, ...pull } = await openPull('draft.txt', { draft: true, body: 'Closes #1' });
    const { data } = await writer.rest.pulls.get(pull);
    expect(data).toMatchObject({ draft: true, commits: 1, changed_files: 1, additions: 2, head: { sha, ref: head } });
    await github.as(null).rest.pulls.get(pull);
    await writer.rest.pulls.update({ ...pull, title: 'Better', body: 'Text' });
    await writer.rest.pulls.list({ ...REPO, state: 'all', head: `owner:${head}`, base: 'main', sort: 'updated' });
    await writer.rest.pulls.listFiles(pull);
    await writer.rest.pulls.listCommits(pull);
    await writer.rest.issues.get({ ...REPO, issue_number: pull.pull_number });
    await writer.rest.issues.listForRepo(REPO);
    await writer.rest.issues.addLabels({ ...REPO, issue_number: pull.pull_number, labels: ['bug'] });
    await writer.rest.issues.createComment({ ...REPO, issue_number: pull.pull_number, body: 'Nice' });
    await writer.rest.repos.listPullRequestsAssociatedWithCommit({ ...REPO, commit_sha: sha });
    const path = `/repos/owner/sample/pulls/${pull.pull_number}`;
    for (const format of ['diff', 'patch']) {
      const accept = `application/vnd.github.v3.${format}`;
      const { body } = await github.ask('writer', 'GET', path, undefined, 200, { accept });
      expect(body).toContain('+two');
    }
    await writer.rest.pulls.update({ ...pull, state: 'closed' });
    await writer.rest.pulls.update({ ...pull, state: 'open' });
  });

  it('follow their branch and close with it', async () => {
    const writer = github.as('writer');
    const { head, sha, ...pull } = await openPull('follow.txt');
    await commitTo(head, 'more.txt', 'more\n');
    const { data } = await writer.rest.pulls.get(pull);
    expect(data.head.sha).not.toBe(sha);
    await writer.rest.git.deleteRef({ ...REPO, ref: `heads/${head}` });
    expect((await writer.rest.pulls.get(pull)).data.state).toBe('closed');
  });

  it.each(['merge', 'squash', 'rebase'] as const)('are merged by %s', async (merge_method) => {
    const writer = github.as('writer');
    const { sha, head: _, ...pull } = await openPull(`${merge_method}.txt`);
    await refused(404, writer.rest.pulls.checkIfMerged(pull));
    await refused(409, writer.rest.pulls.merge({ ...pull, merge_method, sha: 'f'.repeat(40) }));
    await refused(403, github.as('triager').rest.pulls.merge({ ...pull, merge_method }));
    await writer.rest.pulls.merge({ ...pull, merge_method, sha, commit_title: 'Merged', commit_message: 'Text' });
    await writer.rest.pulls.checkIfMerged(pull);
    const { data } = await writer.rest.pulls.get(pull);
    expect(data).toMatchObject({ merged: true, state: 'closed' });
    await writer.rest.issues.listEvents({ ...REPO, issue_number: pull.pull_number });
    await writer.rest.issues.listEventsForTimeline({ ...REPO, issue_number: pull.pull_number });
    await refused(405, writer.rest.pulls.merge({ ...pull, merge_method }));
  });

  it('are not merged as drafts or with conflicts', async () => {
    const writer = github.as('writer');
    const { head: _, sha: __, ...draft } = await openPull('unready.txt', { draft: true });
    await refused(405, writer.rest.pulls.merge(draft));
    const { head, sha: ___, ...torn } = await openPull('torn.txt');
    await commitTo('main', 'torn.txt', 'something else\n');
    expect(head).toBeTruthy();
    await refused(405, writer.rest.pulls.merge(torn));
    expect((await writer.rest.pulls.get(torn)).data.mergeable).toBe(false);
  });

  it('are refused with the error bodies of GitHub', async () => {
    const writer = github.as('writer');
    const { head, sha: _, ...pull } = await openPull('twice.txt');
    const wanted = { ...REPO, title: 'x', base: 'main' };
    await refused(422, writer.rest.pulls.create({ ...wanted, head }));
    await refused(422, writer.rest.pulls.create({ ...wanted, head: 'nowhere' }));
    await refused(422, writer.rest.pulls.create({ ...wanted, head: 'main' }));
    await refused(422, writer.rest.pulls.create({ ...wanted, base: 'nowhere', head: await branchWith('base.txt') }));
    await refused(404, writer.rest.pulls.get({ ...REPO, pull_number: 999_999 }));
    await refused(404, writer.rest.pulls.get({ ...REPO, pull_number: 999_998 }));
    await github.ask('writer', 'POST', '/repos/owner/sample/pulls', {}, 422);
    await github.ask('writer', 'PATCH', `/repos/owner/sample/pulls/${pull.pull_number}`, { state: 'shut' }, 422);
    await github.ask(null, 'POST', '/repos/owner/sample/pulls', { title: 'x', head, base: 'main' }, 401);
    await refused(403, github.as('stranger').rest.pulls.update({ ...pull, title: 'Mine' }));
  });

  it('are reviewed', async () => {
    const owner = github.as('owner');
    const { head: _, sha: __, ...pull } = await openPull('review.txt');
    const writer = github.as('writer');
    await writer.rest.pulls.requestReviewers({ ...pull, reviewers: ['owner'] });
    await writer.rest.pulls.listRequestedReviewers(pull);
    const { data: review } = await owner.rest.pulls.createReview({ ...pull, event: 'APPROVE', body: 'Good' });
    await owner.rest.pulls.getReview({ ...pull, review_id: review.id });
    await owner.rest.pulls.listReviews(pull);
    await refused(422, writer.rest.pulls.createReview({ ...pull, event: 'APPROVE' }));
    await writer.rest.pulls.requestReviewers({ ...pull, reviewers: ['triager'] });
    await writer.rest.pulls.removeRequestedReviewers({ ...pull, reviewers: ['triager'] });
  });
});

describe('checks and statuses', () => {
  it('are reported by Apps', async () => {
    const bot = await github.bot();
    const { sha, head } = await openPull('checked.txt');
    const { data: run } = await bot.rest.checks.create({
      ...REPO,
      name: 'gap replay',
      head_sha: sha,
      status: 'in_progress',
      started_at: new Date().toISOString(),
      external_id: 'x',
    });
    const one = { ...REPO, check_run_id: run.id };
    await bot.rest.checks.update({
      ...one,
      status: 'completed',
      conclusion: 'success',
      completed_at: new Date().toISOString(),
      output: {
        title: 'Green',
        summary: 'The gap is closed.',
        text: 'More',
        annotations: [
          { path: 'checked.txt', start_line: 1, end_line: 1, annotation_level: 'notice', message: 'Here', title: 'T' },
        ],
      },
    });
    await bot.rest.checks.get(one);
    await bot.rest.checks.listAnnotations(one);
    await bot.rest.checks.listForRef({ ...REPO, ref: head, check_name: 'gap replay' });
    await bot.rest.checks.listSuitesForRef({ ...REPO, ref: sha });
    await refused(403, github.as('writer').rest.checks.create({ ...REPO, name: 'mine', head_sha: sha }));
    await refused(404, bot.rest.checks.get({ ...REPO, check_run_id: 999_999 }));
    const { token } = (await bot.auth({ type: 'installation' })) as { token: string };
    const path = '/repos/owner/sample/check-runs';
    await github.ask(token, 'POST', path, { name: 'x' }, 422);
    await github.ask(
      token,
      'POST',
      path,
      { name: 'x', head_sha: sha, output: { title: 't', summary: 's'.repeat(65_536) } },
      422,
    );
    await github.ask(
      token,
      'POST',
      path,
      { name: 'x', head_sha: sha, conclusion: 'splendid', status: 'completed' },
      422,
    );
  });

  it('are combined for a ref', async () => {
    const writer = github.as('writer');
    const { sha, head } = await openPull('status.txt');
    await writer.rest.repos.createCommitStatus({
      ...REPO,
      sha,
      state: 'success',
      context: 'ci/test',
      description: 'Green',
      target_url: 'http://localhost/ci',
    });
    await writer.rest.repos.getCombinedStatusForRef({ ...REPO, ref: head });
    await writer.rest.repos.listCommitStatusesForRef({ ...REPO, ref: sha });
    await github.ask('writer', 'POST', `/repos/owner/sample/statuses/${sha}`, { state: 'green' }, 422);
    await refused(403, github.as('triager').rest.repos.createCommitStatus({ ...REPO, sha, state: 'success' }));
  });
});
