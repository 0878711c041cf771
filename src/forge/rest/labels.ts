import { nameOf, optionalList } from '../domain/fields.ts';
import { getIssue } from '../domain/issues.ts';
import { createLabel, deleteLabel, editLabels, getLabel, labelsOf, listLabels, updateLabel } from '../domain/labels.ts';
import { labelJson } from '../present/issue.ts';
import { created, noContent, ok, pageOf, sliced } from './answer.ts';
import type { Surface, WriteCall } from './surface.ts';

const ON_ISSUE = '/issues/:number{[0-9]+}/labels';
const READ = 'issues:read|pull_requests:read';

export function labelRoutes({ read, write }: Surface): void {
  read(READ, '/labels', ({ world, repo, query, url }) =>
    sliced(world.links, url, pageOf(query), listLabels(world, repo), (label) => labelJson(world.links, repo, label)),
  );
  write('POST', '/labels', ({ world, viewer, repo, input }) => {
    const json = labelJson(world.links, repo, createLabel(world, viewer, repo, input));
    return created(json, json.url);
  });
  read(READ, '/labels/:name', ({ world, repo, params }) =>
    ok(labelJson(world.links, repo, getLabel(world, repo, params.name ?? ''))),
  );
  write('PATCH', '/labels/:name', ({ world, viewer, repo, params, input }) => {
    const label = updateLabel(world, viewer, repo, getLabel(world, repo, params.name ?? ''), input);
    return ok(labelJson(world.links, repo, label));
  });
  write('DELETE', '/labels/:name', ({ world, viewer, repo, params }) => {
    deleteLabel(world, viewer, repo, getLabel(world, repo, params.name ?? ''));
    return noContent();
  });

  read(READ, ON_ISSUE, ({ world, repo, params, query, url }) => {
    const labels = labelsOf(world, getIssue(world, repo, Number(params.number)));
    return sliced(world.links, url, pageOf(query), labels, (label) => labelJson(world.links, repo, label));
  });

  const edit = ({ world, viewer, repo, params }: WriteCall, names: string[], how: 'add' | 'set' | 'remove') => {
    const issue = getIssue(world, repo, Number(params.number));
    const labels = editLabels(world, viewer, repo, issue, { names, how });
    return ok(labels.map((label) => labelJson(world.links, repo, label)));
  };
  const named = ({ input }: WriteCall) => (optionalList(input, 'labels') ?? []).map((item) => nameOf(item, 'labels'));
  write('POST', ON_ISSUE, (call) => edit(call, named(call), 'add'));
  write('PUT', ON_ISSUE, (call) => edit(call, named(call), 'set'));
  write('DELETE', ON_ISSUE, (call) => {
    edit(call, [], 'set');
    return noContent();
  });
  write('DELETE', `${ON_ISSUE}/:name`, (call) => edit(call, [call.params.name ?? ''], 'remove'));
}
