import { getIssue } from '../domain/issues.ts';
import { addSubIssue, moveSubIssue, parentOf, removeSubIssue, subIssuesOf } from '../domain/sub-issues.ts';
import { viewIssue } from '../domain/views.ts';
import { issueJson } from '../present/issue.ts';
import type { Issue, Repo, World } from '../world.ts';
import { created, ok, pageOf, sliced } from './answer.ts';
import type { RepoCall, Surface } from './surface.ts';

const ONE = '/issues/:number{[0-9]+}';

const toJson = (world: World, repo: Repo, issue: Issue) => issueJson(world.links, viewIssue(world, repo, issue));
const named = ({ world, repo, params }: RepoCall) => getIssue(world, repo, Number(params.number));

export function subIssueRoutes({ read, write }: Surface): void {
  read('issues:read', `${ONE}/sub_issues`, (call) => {
    const { world, repo, query, url } = call;
    return sliced(world.links, url, pageOf(query), subIssuesOf(world, named(call)), (row) => toJson(world, repo, row));
  });
  read('issues:read', `${ONE}/parent`, (call) => ok(toJson(call.world, call.repo, parentOf(call.world, named(call)))));
  write('POST', `${ONE}/sub_issues`, (call) => {
    const { world, viewer, repo, input } = call;
    return created(toJson(world, repo, addSubIssue(world, viewer, repo, named(call), input)));
  });
  write('DELETE', `${ONE}/sub_issue`, (call) => {
    const { world, viewer, repo, input } = call;
    return ok(toJson(world, repo, removeSubIssue(world, viewer, repo, named(call), input)));
  });
  write('PATCH', `${ONE}/sub_issues/priority`, (call) => {
    const { world, viewer, repo, input } = call;
    return ok(toJson(world, repo, moveSubIssue(world, viewer, repo, named(call), input)));
  });
}
