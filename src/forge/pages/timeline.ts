import { html } from 'hono/html';
import { chip } from './chip.ts';
import type { TimelineEvent } from './github.ts';
import { type Icon, icon } from './icons.ts';
import { type Html, who } from './layout.ts';
import { appearance } from './list.ts';
import type { RepositoryVisit } from './visit.ts';
import { time } from './words.ts';

/** Comments stay as they are; everything else becomes one line each, label changes of one moment become one line. */
export function happenings(visit: RepositoryVisit, events: readonly TimelineEvent[]): (TimelineEvent | Html)[] {
  const entries: (TimelineEvent | Html)[] = [];
  for (let i = 0; i < events.length; i++) {
    const event = events[i] as TimelineEvent;
    if (event.event === 'commented') {
      entries.push(event);
      continue;
    }
    const together = events.slice(i).findIndex((next) => !sameMoment(event, next));
    const group = isLabel(event) ? events.slice(i, together === -1 ? undefined : i + together) : [event];
    const text = isLabel(event) ? labelled(visit, group) : words(visit, event);
    if (text) entries.push(line(visit, event, text));
    i += group.length - 1;
  }
  return entries;
}

const isLabel = (event: TimelineEvent) => event.event === 'labeled' || event.event === 'unlabeled';

function sameMoment(one: TimelineEvent, other: TimelineEvent): boolean {
  const apart = Math.abs(Date.parse(one.created_at ?? '') - Date.parse(other.created_at ?? ''));
  return isLabel(other) && one.actor?.login === other.actor?.login && apart < 60_000;
}

function labelled(visit: RepositoryVisit, group: readonly TimelineEvent[]): Html {
  const chips = (kind: string) =>
    group.flatMap(({ event, label }) => (event === kind && label ? [html` ${chip(visit, label)}`] : []));
  const [added, removed] = [chips('labeled'), chips('unlabeled')];
  return html`${added.length > 0 && html`added${added}`}${added.length > 0 && removed.length > 0 && ' and '}${removed.length > 0 && html`removed${removed}`}`;
}

const icons: Record<string, Icon> = {
  labeled: 'tag',
  unlabeled: 'tag',
  closed: 'closed',
  reopened: 'open',
  renamed: 'edit',
  committed: 'commit',
  merged: 'merged',
  ready_for_review: 'eye',
  convert_to_draft: 'draft',
  locked: 'lock',
  unlocked: 'lock',
  'cross-referenced': 'link',
  referenced: 'commit',
  reviewed: 'eye',
};

function line(visit: RepositoryVisit, event: TimelineEvent, text: Html): Html {
  const kind = event.event ?? '';
  const person = event.actor ?? event.user;
  const at = event.created_at ?? event.submitted_at ?? event.author?.date;
  return html`<div class="event">${icon(icons[kind] ?? 'commit')}<p>${kind === 'committed' ? (event.author?.name ?? '') : who(person)} ${text} <span class="quiet">${time(at, visit.now)}</span></p></div>`;
}

const reasons: Record<string, string> = {
  not_planned: ' as not planned',
  duplicate: ' as duplicate',
  completed: ' as completed',
};

function words(visit: RepositoryVisit, event: TimelineEvent): Html | undefined {
  switch (event.event) {
    case 'closed':
      return html`closed this${reasons[event.state_reason ?? '']}${event.commit_id && html` in ${commit(visit, event.commit_id)}`}`;
    case 'reopened':
      return html`reopened this`;
    case 'renamed':
      return html`changed the title from <del>${event.rename?.from}</del> to <b>${event.rename?.to}</b>`;
    case 'committed':
      return html`committed ${commit(visit, event.sha ?? '')} ${event.message?.split('\n')[0]}`;
    case 'merged':
      return html`merged this${event.commit_id && html` in ${commit(visit, event.commit_id)}`}`;
    case 'referenced':
      return event.commit_id ? html`mentioned this in ${commit(visit, event.commit_id)}` : undefined;
    case 'cross-referenced':
      return crossReference(visit, event);
    case 'ready_for_review':
      return html`marked this as ready for review`;
    case 'convert_to_draft':
    case 'converted_to_draft':
      return html`turned this into a draft`;
    case 'locked':
      return html`locked the conversation${event.lock_reason && ` as ${event.lock_reason}`}`;
    case 'unlocked':
      return html`unlocked the conversation`;
    case 'assigned':
      return html`assigned ${who(event.assignee)}`;
    case 'unassigned':
      return html`unassigned ${who(event.assignee)}`;
    case 'milestoned':
      return html`added this to the milestone <b>${event.milestone?.title}</b>`;
    case 'demilestoned':
      return html`took this out of the milestone <b>${event.milestone?.title}</b>`;
    case 'reviewed':
      return html`reviewed this: ${event.state?.toLowerCase().replaceAll('_', ' ')}${event.body && html`<span class="said">${event.body}</span>`}`;
    case 'head_ref_deleted':
      return html`deleted the branch`;
    case 'head_ref_restored':
      return html`restored the branch`;
    case 'head_ref_force_pushed':
      return html`replaced the commits of the branch`;
    case 'pinned':
      return html`pinned this`;
    case 'unpinned':
      return html`unpinned this`;
    default:
      // Subscriptions and mentions say nothing to a reader; GitHub hides them too.
      return undefined;
  }
}

function commit(visit: RepositoryVisit, sha: string): Html {
  return html`<a class="sha" href="${visit.root}/commit/${sha}">${sha.slice(0, 7)}</a>`;
}

function crossReference(visit: RepositoryVisit, event: TimelineEvent): Html | undefined {
  const issue = event.source?.issue;
  if (!issue) return undefined;
  const place = issue.repository?.full_name ?? `${visit.owner}/${visit.name}`;
  const kind = issue.pull_request ? 'pull' : 'issues';
  const look = appearance(issue);
  return html`mentioned this in <span class="state ${look.tone}">${icon(look.icon)}<span class="hidden">${look.words}</span></span> <a href="/${place}/${kind}/${issue.number}">${issue.title} <span class="quiet">${place === `${visit.owner}/${visit.name}` ? '' : place}#${issue.number}</span></a>`;
}
