import { accountById } from '../../domain/accounts.ts';
import type { IssueEvent } from '../../domain/issue-events.ts';
import { findLabel } from '../../domain/labels.ts';
import { nodeId } from '../../nodes.ts';
import type { Issue, Repo } from '../../world.ts';
import { type ConnectionArguments, connection, listSource } from '../connection.ts';
import type { Asking } from '../index.ts';
import { accountNode } from './account.ts';
import { labelNode } from './conversation.ts';
import { subjectNode } from './subject.ts';

/** The events that the forge gives through GraphQL, by their names in REST. */
const EVENTS: Record<string, { typename: string; item: string }> = {
  labeled: { typename: 'LabeledEvent', item: 'LABELED_EVENT' },
  unlabeled: { typename: 'UnlabeledEvent', item: 'UNLABELED_EVENT' },
  renamed: { typename: 'RenamedTitleEvent', item: 'RENAMED_TITLE_EVENT' },
};

interface EventData {
  label?: { name: string; color: string };
  rename?: { from: string; to: string };
}

/** `timelineItems` of an issue or pull request. */
export function timelineOf(asking: Asking, repo: Repo, issue: Issue) {
  const { world } = asking;
  return (args: ConnectionArguments & { itemTypes?: string[] | null }) => {
    const rows = world.store
      .all<IssueEvent>('SELECT * FROM issue_events WHERE issue_id = ? ORDER BY id', issue.id)
      .filter(({ event }) => EVENTS[event] && (args.itemTypes?.includes(EVENTS[event].item) ?? true));
    const result = connection('timelineItems', args, listSource(rows), (row) => {
      const { label, rename } = JSON.parse(row.data_json) as EventData;
      const known = label && findLabel(world, repo, label.name);
      const subject = () => subjectNode(asking, repo, issue);
      return {
        __typename: EVENTS[row.event]?.typename,
        id: nodeId('IssueEvent', row.id),
        createdAt: row.created_at,
        actor: accountNode(world, accountById(world, row.actor_id)),
        ...(label ? { labelable: subject, label: known ? labelNode(asking, repo, known) : label } : {}),
        ...(rename ? { subject, previousTitle: rename.from, currentTitle: rename.to } : {}),
      };
    });
    return { ...result, filteredCount: rows.length, pageCount: rows.length, updatedAt: issue.updated_at };
  };
}
