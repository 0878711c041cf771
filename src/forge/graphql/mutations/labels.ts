import { issueById } from '../../domain/issue-events.ts';
import { createLabel, deleteLabel, editLabels, getLabel, updateLabel } from '../../domain/labels.ts';
import type { Asking } from '../index.ts';
import { labelById, repositoryById, subjectOf } from '../lookup.ts';
import { labelNode } from '../nodes/conversation.ts';
import { subjectNode } from '../nodes/subject.ts';

function edit(asking: Asking, id: string, labelIds: string[], how: 'add' | 'set' | 'remove') {
  const { world, viewer } = asking;
  const { repo, issue } = subjectOf(world, id);
  const names = labelIds.map((labelId) => getLabel(world, repo, labelById(world, labelId).label.name).name);
  editLabels(world, viewer, repo, issue, { names, how });
  return { labelable: () => subjectNode(asking, repo, issueById(world, issue.id)) };
}

interface LabelEdit {
  labelableId: string;
  labelIds: string[];
}

export const labelMutations = {
  addLabelsToLabelable: (asking: Asking, input: LabelEdit) => edit(asking, input.labelableId, input.labelIds, 'add'),
  removeLabelsFromLabelable: (asking: Asking, input: LabelEdit) =>
    edit(asking, input.labelableId, input.labelIds, 'remove'),
  clearLabelsFromLabelable: (asking: Asking, input: { labelableId: string }) =>
    edit(asking, input.labelableId, [], 'set'),

  createLabel(asking: Asking, input: { repositoryId: string; name: string; color: string; description?: string }) {
    const repo = repositoryById(asking.world, input.repositoryId);
    const { name, color, description } = input;
    const label = createLabel(asking.world, asking.viewer, repo, { name, color, description });
    return { label: labelNode(asking, repo, label) };
  },
  updateLabel(asking: Asking, input: { id: string; name?: string; color?: string; description?: string }) {
    const { repo, label } = labelById(asking.world, input.id);
    const { name, color, description } = input;
    const updated = updateLabel(asking.world, asking.viewer, repo, label, { new_name: name, color, description });
    return { label: labelNode(asking, repo, updated) };
  },
  deleteLabel(asking: Asking, input: { id: string }) {
    const { repo, label } = labelById(asking.world, input.id);
    deleteLabel(asking.world, asking.viewer, repo, label);
    return {};
  },
};
