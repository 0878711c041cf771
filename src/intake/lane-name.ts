/** What a lane of the outbox carries for one repository. */
export type LaneKind = 'reports' | 'events' | 'drafts' | 'notices' | 'console';

/**
 * Reports, notes and reviews go one way; webhooks another, so that they never wait for GitHub; drafts, which take
 * minutes, a third; what others are told, and others may be slow, a fourth; what people ask for on the dashboard and in
 * comments, and what becomes of it, a fifth.
 */
export function renderLane(kind: LaneKind, repository: string): string {
  return `${kind}:${repository.toLowerCase()}`;
}

export function parseLane(lane: string): { kind: LaneKind; repository: string } | undefined {
  const match = /^(reports|events|drafts|notices|console):(.+)$/.exec(lane);
  return match ? { kind: match[1] as LaneKind, repository: match[2] as string } : undefined;
}
