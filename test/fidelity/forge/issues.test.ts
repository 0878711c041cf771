import { describe, expect, it } from 'vitest';
import { type Loopback, REPO, refused, useForge } from './loopback.ts';

let github: Loopback;

useForge((started) => {
  github = started;
});

const LONG = 'x'.repeat(65_537);

describe('issues', () => {
  it('are created, read, changed and listed', async () => {
    const writer = github.as('writer');
    const { data: issue } = await writer.rest.issues.create({
      ...REPO,
      title: 'A gap',
      body: 'Text with `code`',
      labels: ['bug', 'gap:other'],
      assignees: ['writer'],
    });
    expect(issue.labels).toHaveLength(2);
    const one = { ...REPO, issue_number: issue.number };
    await writer.rest.issues.get(one);
    await writer.rest.issues.update({ ...one, title: 'A wider gap', body: 'More', labels: ['bug'] });
    await writer.rest.issues.update({ ...one, state: 'closed', state_reason: 'not_planned' });
    await writer.rest.issues.update({ ...one, state: 'open' });
    await writer.rest.issues.update({ ...one, state: 'closed' });
    await github.as(null).rest.issues.get(one);
    await writer.rest.issues.listForRepo({
      ...REPO,
      labels: 'bug',
      state: 'all',
      since: '2020-01-01T00:00:00Z',
      sort: 'updated',
      direction: 'asc',
      creator: 'writer',
      assignee: 'writer',
      per_page: 1,
    });
    for (const state of ['open', 'closed', 'all'] as const) await writer.rest.issues.listForRepo({ ...REPO, state });
  });

  it('are listed page by page with links', async () => {
    const writer = github.as('writer');
    for (const number of [1, 2, 3])
      await writer.rest.issues.create({ ...REPO, title: `Paged ${number}`, labels: ['paged'] });
    const all = await writer.paginate(writer.rest.issues.listForRepo, { ...REPO, labels: 'paged', per_page: 1 });
    expect(all).toHaveLength(3);
  });

  it('are closed as duplicates of another', async () => {
    const writer = github.as('writer');
    const { data: first } = await writer.rest.issues.create({ ...REPO, title: 'First' });
    const { data: second } = await writer.rest.issues.create({ ...REPO, title: 'Second' });
    const { data: closed } = await writer.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
      ...REPO,
      issue_number: second.number,
      state: 'closed',
      state_reason: 'duplicate',
      duplicate_issue_id: first.id,
    });
    expect(closed.state_reason).toBe('duplicate');
  });

  it('are locked and unlocked', async () => {
    const writer = github.as('writer');
    const { data: issue } = await writer.rest.issues.create({ ...REPO, title: 'Heated' });
    const one = { ...REPO, issue_number: issue.number };
    await writer.rest.issues.lock({ ...one, lock_reason: 'too heated' });
    await refused(403, github.as('stranger').rest.issues.createComment({ ...one, body: 'But!' }));
    await refused(403, github.as('stranger').rest.issues.unlock(one));
    await writer.rest.issues.unlock(one);
    await writer.rest.issues.lock(one);
    await github.ask(
      'writer',
      'PUT',
      `/repos/owner/sample/issues/${issue.number}/lock`,
      { lock_reason: 'boring' },
      422,
    );
  });

  it('tell their events and their timeline', async () => {
    const writer = github.as('writer');
    const { data: issue } = await writer.rest.issues.create({ ...REPO, title: 'Eventful', labels: ['bug'] });
    const one = { ...REPO, issue_number: issue.number };
    await writer.rest.issues.createComment({ ...one, body: 'A note.' });
    await writer.rest.issues.update({ ...one, title: 'Very eventful', state: 'closed' });
    await writer.rest.issues.update({ ...one, state: 'open' });
    await writer.rest.issues.addAssignees({ ...one, assignees: ['triager'] });
    await writer.rest.issues.removeAssignees({ ...one, assignees: ['triager'] });
    await writer.rest.issues.removeLabel({ ...one, name: 'bug' });
    await writer.rest.issues.lock(one);
    const { data: events } = await writer.rest.issues.listEvents(one);
    expect(events.map((event) => event.event)).toEqual(
      expect.arrayContaining([
        'labeled',
        'renamed',
        'closed',
        'reopened',
        'assigned',
        'unassigned',
        'unlabeled',
        'locked',
      ]),
    );
    const { data: timeline } = await writer.rest.issues.listEventsForTimeline(one);
    expect(timeline.map((event) => event.event)).toContain('commented');
    await writer.rest.issues.listEventsForRepo(REPO);
  });

  it('have sub-issues', async () => {
    const writer = github.as('writer');
    const { data: parent } = await writer.rest.issues.create({ ...REPO, title: 'Parent' });
    const { data: child } = await writer.rest.issues.create({ ...REPO, title: 'Child' });
    const one = { ...REPO, issue_number: parent.number };
    await writer.rest.issues.addSubIssue({ ...one, sub_issue_id: child.id });
    await writer.rest.issues.listSubIssues(one);
    await writer.rest.issues.get(one);
    await writer.rest.issues.get({ ...REPO, issue_number: child.number });
    await writer.rest.issues.removeSubIssue({ ...one, sub_issue_id: child.id });
    await refused(404, github.as('writer').rest.issues.addSubIssue({ ...one, sub_issue_id: 999_999 }));
  });

  it('are refused with the error bodies of GitHub', async () => {
    const writer = github.as('writer');
    const path = '/repos/owner/sample/issues';
    await github.ask('writer', 'POST', path, {}, 422);
    await github.ask('writer', 'POST', path, { title: '' }, 422);
    await github.ask('writer', 'POST', path, { title: 'x'.repeat(257) }, 422);
    await github.ask('writer', 'POST', path, { title: 'x', body: LONG }, 422);
    await github.ask('writer', 'POST', path, { title: 'x', labels: ['y'.repeat(51)] }, 422);
    await github.ask('writer', 'POST', path, { title: { a: 1 } }, 422);
    await github.ask('writer', 'POST', path, { title: 'x', assignees: ['stranger'] }, 422);
    await github.ask('writer', 'POST', path, '{"title":', 400);
    await github.ask('writer', 'POST', path, [], 422);
    await github.ask('writer', 'PATCH', `${path}/1`, { state: 'shut' }, 422);
    await github.ask('writer', 'PATCH', `${path}/1`, { state_reason: 'wontfix', state: 'closed' }, 422);
    await github.ask('writer', 'PATCH', `${path}/1`, { title: '' }, 422);
    await github.ask('nobody-at-all', 'GET', path, undefined, 401);
    await github.ask(null, 'POST', path, { title: 'x' }, 401);
    await github.ask('writer', 'GET', `${path}/999999`, undefined, 404);
    await github.ask('writer', 'GET', `${path}/one`, undefined, 404);
    await github.ask('writer', 'GET', '/repos/owner/elsewhere/issues', undefined, 404);
    await github.ask('writer', 'GET', '/repos/owner/sample/nothing', undefined, 404);
    await github.ask('writer', 'DELETE', path, undefined, 404);
    await refused(403, github.as('stranger').rest.issues.update({ ...REPO, issue_number: 1, state: 'closed' }));
    await refused(403, github.as('triager').rest.issues.update({ ...REPO, issue_number: 1, body: 'Mine now' }));
    await refused(404, writer.rest.issues.update({ ...REPO, issue_number: 999_999, title: 'x' }));
  });

  it('answer 304 without a body to an ETag that still holds', async () => {
    const path = '/repos/owner/sample/issues/1';
    const { headers } = await github.ask('writer', 'GET', path, undefined, 200);
    const again = await github.ask('writer', 'GET', path, undefined, 304, {
      'if-none-match': headers.get('etag') ?? '',
    });
    expect(again.headers.get('x-ratelimit-remaining')).toBe(headers.get('x-ratelimit-remaining'));
  });
});

describe('labels', () => {
  it('of a repository are created, read, changed, listed and deleted', async () => {
    const writer = github.as('writer');
    await writer.rest.issues.createLabel({
      ...REPO,
      name: 'patchwork:draft',
      color: '0e8a16',
      description: 'Asked for',
    });
    await writer.rest.issues.createLabel({ ...REPO, name: 'plain' });
    await writer.rest.issues.getLabel({ ...REPO, name: 'Patchwork:DRAFT' });
    await writer.rest.issues.updateLabel({
      ...REPO,
      name: 'plain',
      new_name: 'fancy',
      color: 'ff00ff',
      description: 'x',
    });
    await writer.rest.issues.listLabelsForRepo({ ...REPO, per_page: 2 });
    await writer.rest.issues.deleteLabel({ ...REPO, name: 'fancy' });
    await refused(422, writer.rest.issues.createLabel({ ...REPO, name: 'PATCHWORK:draft' }));
    await refused(404, writer.rest.issues.getLabel({ ...REPO, name: 'fancy' }));
    await refused(404, writer.rest.issues.deleteLabel({ ...REPO, name: 'fancy' }));
    await refused(403, github.as('stranger').rest.issues.createLabel({ ...REPO, name: 'mine' }));
    const path = '/repos/owner/sample/labels';
    await github.ask('writer', 'POST', path, { name: 'x'.repeat(51) }, 422);
    await github.ask('writer', 'POST', path, { name: 'hash', color: '#ff00ff' }, 422);
    await github.ask('writer', 'POST', path, { name: 'long', description: 'x'.repeat(101) }, 422);
    await github.ask('writer', 'POST', path, {}, 422);
  });

  it('of an issue are added, listed, set and removed', async () => {
    const triager = github.as('triager');
    const { data: issue } = await github.as('stranger').rest.issues.create({ ...REPO, title: 'Labels' });
    const one = { ...REPO, issue_number: issue.number };
    await github.as('writer').rest.issues.addLabels({ ...one, labels: ['gap:missing_tool'] });
    await triager.rest.issues.addLabels({ ...one, labels: ['bug', 'gap:missing_tool'] });
    await triager.rest.issues.listLabelsOnIssue(one);
    await triager.rest.issues.setLabels({ ...one, labels: ['bug'] });
    await triager.rest.issues.removeLabel({ ...one, name: 'BUG' });
    await refused(404, triager.rest.issues.removeLabel({ ...one, name: 'bug' }));
    await triager.rest.issues.addLabels({ ...one, labels: ['bug'] });
    await triager.rest.issues.removeAllLabels(one);
    await refused(403, github.as('stranger').rest.issues.addLabels({ ...one, labels: ['bug'] }));
    await refused(404, triager.rest.issues.addLabels({ ...REPO, issue_number: 999_999, labels: ['bug'] }));
    await github.ask('triager', 'POST', `/repos/owner/sample/issues/${issue.number}/labels`, { labels: [7] }, 422);
  });
});

describe('comments and reactions', () => {
  it('are created, read, changed, listed and deleted', async () => {
    const writer = github.as('writer');
    const { data: issue } = await writer.rest.issues.create({ ...REPO, title: 'Talk' });
    const one = { ...REPO, issue_number: issue.number };
    const { data: comment } = await writer.rest.issues.createComment({ ...one, body: 'A **note**.' });
    const it = { ...REPO, comment_id: comment.id };
    await writer.rest.issues.getComment(it);
    await writer.rest.issues.updateComment({ ...it, body: 'A better note.' });
    await writer.rest.issues.listComments({ ...one, since: '2020-01-01T00:00:00Z' });
    await writer.rest.issues.listCommentsForRepo({ ...REPO, sort: 'updated', direction: 'desc' });
    await refused(403, github.as('stranger').rest.issues.updateComment({ ...it, body: 'Mine' }));
    await refused(403, github.as('stranger').rest.issues.deleteComment(it));
    const path = `/repos/owner/sample/issues/${issue.number}/comments`;
    await github.ask('writer', 'POST', path, { body: LONG }, 422);
    await github.ask('writer', 'POST', path, {}, 422);
    await github.ask('writer', 'POST', path, { body: ' ' }, 422);
    await writer.rest.issues.deleteComment(it);
    await refused(404, writer.rest.issues.getComment(it));
    await refused(404, writer.rest.issues.createComment({ ...REPO, issue_number: 999_999, body: 'x' }));
  });

  it('count reactions on issues and comments', async () => {
    const writer = github.as('writer');
    const { data: issue } = await writer.rest.issues.create({ ...REPO, title: 'Cheers' });
    const one = { ...REPO, issue_number: issue.number };
    const { data: comment } = await writer.rest.issues.createComment({ ...one, body: 'Hurrah' });
    const it = { ...REPO, comment_id: comment.id };
    const { data: heart } = await writer.rest.reactions.createForIssue({ ...one, content: 'heart' });
    const again = await writer.rest.reactions.createForIssue({ ...one, content: 'heart' });
    expect(again.status).toBe(200);
    await writer.rest.reactions.listForIssue(one);
    await writer.rest.reactions.createForIssueComment({ ...it, content: 'rocket' });
    await writer.rest.reactions.listForIssueComment(it);
    await writer.rest.issues.get(one);
    await writer.rest.reactions.deleteForIssue({ ...one, reaction_id: heart.id });
    await github.ask(
      'writer',
      'POST',
      `/repos/owner/sample/issues/${issue.number}/reactions`,
      { content: 'shrug' },
      422,
    );
  });
});

describe('milestones and assignees', () => {
  it('of a repository are worked on', async () => {
    const writer = github.as('writer');
    const { data: milestone } = await writer.rest.issues.createMilestone({
      ...REPO,
      title: '1.0',
      description: 'First',
      due_on: '2027-01-01T00:00:00Z',
    });
    const one = { ...REPO, milestone_number: milestone.number };
    await writer.rest.issues.getMilestone(one);
    await writer.rest.issues.listMilestones({ ...REPO, state: 'all' });
    const { data: issue } = await writer.rest.issues.create({ ...REPO, title: 'Planned', milestone: milestone.number });
    await writer.rest.issues.listForRepo({ ...REPO, milestone: String(milestone.number) });
    await writer.rest.issues.update({ ...REPO, issue_number: issue.number, milestone: null });
    await writer.rest.issues.updateMilestone({ ...one, state: 'closed' });
    await writer.rest.issues.deleteMilestone(one);
    await refused(404, writer.rest.issues.getMilestone(one));
    await github.ask('writer', 'POST', '/repos/owner/sample/milestones', {}, 422);
  });

  it('are the people who may be assigned', async () => {
    const writer = github.as('writer');
    await writer.rest.issues.listAssignees(REPO);
    await writer.rest.issues.checkUserCanBeAssigned({ ...REPO, assignee: 'writer' });
    await refused(404, writer.rest.issues.checkUserCanBeAssigned({ ...REPO, assignee: 'stranger' }));
  });
});

describe('search', () => {
  it('finds issues, and says when a query makes no sense', async () => {
    const writer = github.as('writer');
    await writer.rest.issues.create({ ...REPO, title: 'Searchable needle', labels: ['bug'] });
    await writer.rest.search.issuesAndPullRequests({ q: 'repo:owner/sample is:issue needle label:bug', per_page: 5 });
    await github.ask('writer', 'GET', '/search/issues', undefined, 422);
    await github.ask('writer', 'GET', '/search/issues?q=repo%3Aowner%2Felsewhere', undefined, 422);
  });
});
