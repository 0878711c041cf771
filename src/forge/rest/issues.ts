import { createComment, deleteComment, getComment, updateComment } from '../domain/comments.ts';
import { nameOf, optionalList } from '../domain/fields.ts';
import { listComments, listIssues } from '../domain/issue-list.ts';
import { createIssue, getIssue, lockIssue, updateAssignees, updateIssue } from '../domain/issues.ts';
import { freshGit } from '../domain/refs.ts';
import { viewComment, viewComments, viewIssue, viewIssues } from '../domain/views.ts';
import { commentJson, issueJson } from '../present/issue.ts';
import type { Issue, Repo, World } from '../world.ts';
import { created, listed, noContent, ok, pageOf } from './answer.ts';
import type { Surface, WriteCall } from './surface.ts';

const NUMBER = ':number{[0-9]+}';
const READ = 'issues:read|pull_requests:read';

const issueOf = (world: World, repo: Repo, issue: Issue) => issueJson(world.links, viewIssue(world, repo, issue));

export function issueRoutes({ read, write }: Surface): void {
  read(READ, '/issues', async ({ world, repo, query, url }) => {
    await freshGit(world, repo); // pull requests are issues, and follow the branches of a linked repository
    const page = pageOf(query);
    const { rows, total } = listIssues(world, repo, query, page);
    const json = viewIssues(world, repo, rows).map((view) => issueJson(world.links, view));
    return listed(world.links, url, page, total, json);
  });

  write('POST', '/issues', ({ world, viewer, repo, input }) => {
    const json = issueOf(world, repo, createIssue(world, viewer, repo, input));
    return created(json, json.url);
  });

  read(READ, `/issues/${NUMBER}`, async ({ world, repo, params }) => {
    await freshGit(world, repo);
    const issue = getIssue(world, repo, Number(params.number));
    const modified = new Date(issue.updated_at).toUTCString();
    return { ...ok(issueOf(world, repo, issue)), headers: { 'last-modified': modified } };
  });

  write('PATCH', `/issues/${NUMBER}`, ({ world, viewer, repo, params, input }) => {
    const issue = getIssue(world, repo, Number(params.number));
    return ok(issueOf(world, repo, updateIssue(world, viewer, repo, issue, input)));
  });

  write('PUT', `/issues/${NUMBER}/lock`, ({ world, viewer, repo, params, input }) => {
    lockIssue(world, viewer, repo, getIssue(world, repo, Number(params.number)), input);
    return noContent();
  });
  write('DELETE', `/issues/${NUMBER}/lock`, ({ world, viewer, repo, params }) => {
    lockIssue(world, viewer, repo, getIssue(world, repo, Number(params.number)), null);
    return noContent();
  });

  const assign = (how: 'add' | 'remove') => (call: WriteCall) => {
    const { world, viewer, repo, params, input } = call;
    const issue = getIssue(world, repo, Number(params.number));
    const logins = (optionalList(input, 'assignees') ?? []).map((item) => nameOf(item, 'assignees', 'login'));
    return issueOf(world, repo, updateAssignees(world, viewer, repo, issue, { logins, how }));
  };
  write('POST', `/issues/${NUMBER}/assignees`, (call) => created(assign('add')(call)));
  write('DELETE', `/issues/${NUMBER}/assignees`, (call) => ok(assign('remove')(call)));

  read(READ, `/issues/${NUMBER}/comments`, ({ world, repo, params, query, url }) => {
    const page = pageOf(query);
    const issue = getIssue(world, repo, Number(params.number));
    const { rows, total } = listComments(world, repo, issue, query, page);
    const json = viewComments(world, repo, rows).map((view) => commentJson(world.links, view));
    return listed(world.links, url, page, total, json);
  });

  write('POST', `/issues/${NUMBER}/comments`, ({ world, viewer, repo, params, input }) => {
    const issue = getIssue(world, repo, Number(params.number));
    const comment = createComment(world, viewer, repo, issue, input);
    const json = commentJson(world.links, viewComment(world, repo, comment));
    return created(json, json.url);
  });

  read(READ, '/issues/comments', ({ world, repo, query, url }) => {
    const page = pageOf(query);
    const { rows, total } = listComments(world, repo, null, query, page);
    const json = viewComments(world, repo, rows).map((view) => commentJson(world.links, view));
    return listed(world.links, url, page, total, json);
  });

  read(READ, '/issues/comments/:id{[0-9]+}', ({ world, repo, params }) =>
    ok(commentJson(world.links, viewComment(world, repo, getComment(world, repo, Number(params.id))))),
  );
  write('PATCH', '/issues/comments/:id{[0-9]+}', ({ world, viewer, repo, params, input }) => {
    const comment = updateComment(world, viewer, repo, getComment(world, repo, Number(params.id)), input);
    return ok(commentJson(world.links, viewComment(world, repo, comment)));
  });
  write('DELETE', '/issues/comments/:id{[0-9]+}', ({ world, viewer, repo, params }) => {
    deleteComment(world, viewer, repo, getComment(world, repo, Number(params.id)));
    return noContent();
  });
}
