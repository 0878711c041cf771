import { forbidden, GitHubError, invalid, notFound } from '../answers.ts';
import { emit } from '../hooks/emit.ts';
import { labelJson } from '../present/issue.ts';
import type { Actor, Issue, Label, Repo, World } from '../world.ts';
import { demand, may } from './access.ts';
import { type Input, optionalText, requiredText } from './fields.ts';
import { announce, changesOf, record, touch } from './issue-events.ts';

const NAME = { resource: 'Label', max: 50 };
const DESCRIPTION = { resource: 'Label', max: 100 };
const MOST_LABELS = 100;

export const labelPermission = (issue: Issue) => (issue.is_pull ? 'issues:write|pull_requests:write' : 'issues:write');

export function findLabel(world: World, repo: Repo, name: string): Label | undefined {
  return world.store.get<Label>('SELECT * FROM labels WHERE repository_id = ? AND name = ?', repo.id, name);
}

export function getLabel(world: World, repo: Repo, name: string): Label {
  const label = findLabel(world, repo, name);
  if (!label) throw notFound();
  return label;
}

export function listLabels(world: World, repo: Repo): Label[] {
  return world.store.all<Label>('SELECT * FROM labels WHERE repository_id = ? ORDER BY id', repo.id);
}

export function labelsOf(world: World, issue: Issue): Label[] {
  return world.store.all<Label>(
    'SELECT labels.* FROM issue_labels JOIN labels ON labels.id = label_id WHERE issue_id = ? ORDER BY labels.id',
    issue.id,
  );
}

function colorOf(input: Input): string | undefined {
  const color = optionalText(input, 'color', { resource: 'Label' });
  if (color === undefined || color === null) return undefined;
  if (!/^[0-9a-fA-F]{6}$/.test(color)) throw invalid({ resource: 'Label', field: 'color', code: 'invalid' });
  return color.toLowerCase();
}

const randomColor = () =>
  Math.floor(Math.random() * 0x1000000)
    .toString(16)
    .padStart(6, '0');

function insertLabel(
  world: World,
  actor: Actor,
  repo: Repo,
  name: string,
  color: string,
  description: string | null,
): Label {
  world.store.run(
    'INSERT INTO labels (repository_id, name, color, description) VALUES (?, ?, ?, ?)',
    repo.id,
    name,
    color,
    description,
  );
  const label = getLabel(world, repo, name);
  announceLabel(world, actor, repo, label, 'created');
  return label;
}

function announceLabel(
  world: World,
  actor: Actor,
  repo: Repo,
  label: Label,
  action: 'created' | 'edited' | 'deleted',
  changes: Record<string, { from: string }> = {},
): void {
  emit(world, repo, actor.account, 'label', action, () => ({
    ...(action === 'edited' ? { changes } : {}),
    label: labelJson(world.links, repo, label),
  }));
}

export function createLabel(world: World, actor: Actor, repo: Repo, input: Input): Label {
  demand(world, actor, repo, 'write', 'issues:write|pull_requests:write');
  const name = requiredText(input, 'name', NAME);
  const description = optionalText(input, 'description', DESCRIPTION) ?? null;
  const color = colorOf(input) ?? randomColor();
  if (findLabel(world, repo, name)) throw invalid({ resource: 'Label', code: 'already_exists', field: 'name' });
  return world.store.transaction(() => insertLabel(world, actor, repo, name, color, description));
}

export function updateLabel(world: World, actor: Actor, repo: Repo, label: Label, input: Input): Label {
  demand(world, actor, repo, 'write', 'issues:write|pull_requests:write');
  const name = optionalText(input, 'new_name', NAME) ?? label.name;
  if (name.trim() === '') throw invalid({ resource: 'Label', field: 'name', code: 'missing_field' });
  const description = optionalText(input, 'description', DESCRIPTION);
  const color = colorOf(input) ?? label.color;
  const other = findLabel(world, repo, name);
  if (other && other.id !== label.id) throw invalid({ resource: 'Label', code: 'already_exists', field: 'name' });
  return world.store.transaction(() => {
    world.store.run(
      'UPDATE labels SET name = ?, color = ?, description = ? WHERE id = ?',
      name,
      color,
      description === undefined ? label.description : description,
      label.id,
    );
    const updated = getLabel(world, repo, name);
    const changes = changesOf({ ...label }, { ...updated }, ['name', 'color', 'description']);
    if (Object.keys(changes).length > 0) announceLabel(world, actor, repo, updated, 'edited', changes);
    return updated;
  });
}

export function deleteLabel(world: World, actor: Actor, repo: Repo, label: Label): void {
  demand(world, actor, repo, 'write', 'issues:write|pull_requests:write');
  world.store.transaction(() => {
    world.store.run('DELETE FROM labels WHERE id = ?', label.id);
    announceLabel(world, actor, repo, label, 'deleted');
  });
}

/** The labels of these names; those that do not exist are made, by people who may. */
export function resolveLabels(world: World, actor: Actor, repo: Repo, names: readonly string[]): Label[] {
  if (names.length > MOST_LABELS) {
    throw invalid({ resource: 'Issue', field: 'labels', code: 'custom', message: 'too many labels (maximum is 100)' });
  }
  const found = names.map((name) => {
    requiredText({ name }, 'name', NAME);
    const label = findLabel(world, repo, name);
    if (label) return label;
    if (!may(world, actor, repo, 'write', 'issues:write|pull_requests:write')) throw forbidden();
    return insertLabel(world, actor, repo, name, 'ededed', null);
  });
  return [...new Map(found.map((label) => [label.id, label])).values()];
}

/**
 * Puts labels on an issue and takes others off. Needs a transaction. The result tells the world about it, one event per
 * label; whoever creates an issue first tells that it was opened.
 */
export function changeLabels(
  world: World,
  actor: Actor,
  repo: Repo,
  issue: Issue,
  change: { add?: readonly Label[]; remove?: readonly Label[] },
): () => void {
  const present = new Set(labelsOf(world, issue).map((label) => label.id));
  const remove = (change.remove ?? []).filter((label) => present.has(label.id));
  const add = (change.add ?? []).filter((label) => !present.has(label.id));
  if (present.size - remove.length + add.length > MOST_LABELS) {
    throw invalid({ resource: 'Issue', field: 'labels', code: 'custom', message: 'too many labels (maximum is 100)' });
  }
  for (const label of remove) {
    world.store.run('DELETE FROM issue_labels WHERE label_id = ? AND issue_id = ?', label.id, issue.id);
  }
  for (const label of add) {
    world.store.run('INSERT INTO issue_labels (label_id, issue_id) VALUES (?, ?)', label.id, issue.id);
  }
  if (remove.length + add.length > 0) touch(world, issue);
  return () => {
    for (const [labels, event] of [
      [remove, 'unlabeled'],
      [add, 'labeled'],
    ] as const) {
      for (const label of labels) {
        record(world, actor, repo, issue, event, { label: { name: label.name, color: label.color } });
        announce(world, actor, repo, issue, event, { label });
      }
    }
  };
}

/** What `POST`, `PUT` and `DELETE …/issues/{n}/labels` do. */
export function editLabels(
  world: World,
  actor: Actor,
  repo: Repo,
  issue: Issue,
  edit: { names: readonly string[]; how: 'add' | 'set' | 'remove' },
): Label[] {
  demand(world, actor, repo, 'triage', labelPermission(issue));
  return world.store.transaction(() => {
    if (edit.how === 'remove') {
      const named = new Set(edit.names.map((name) => name.toLowerCase()));
      const remove = labelsOf(world, issue).filter((label) => named.has(label.name.toLowerCase()));
      if (remove.length === 0 && edit.names.length > 0) throw new GitHubError(404, 'Label does not exist');
      changeLabels(world, actor, repo, issue, { remove })();
    } else {
      const add = resolveLabels(world, actor, repo, edit.names);
      const kept = new Set(add.map((label) => label.id));
      const remove = edit.how === 'set' ? labelsOf(world, issue).filter((label) => !kept.has(label.id)) : [];
      changeLabels(world, actor, repo, issue, { add, remove })();
    }
    return labelsOf(world, issue);
  });
}
