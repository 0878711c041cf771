import type { RestEndpointMethodTypes } from '@octokit/rest';
import type { Report } from '../report/index.ts';
import type { Harm } from '../triage/index.ts';
import type { Answers } from './answers.ts';
import type { Decisions } from './decisions.ts';
import type { DraftStatus } from './draft-status.ts';
import type { EvidencePage } from './evidence.ts';
import type { Shipped } from './shipped.ts';

export type IssueData = RestEndpointMethodTypes['issues']['get']['response']['data'];
export type CommentData = RestEndpointMethodTypes['issues']['getComment']['response']['data'];

/** What one or more reports ask for, as its issue says it. */
export interface Gap {
  /** The ULID of its first report. */
  id: string;
  number: number;
  url: string;
  title: string;
  body: string;
  state: 'open' | 'closed';
  /** Why it was closed, or that it was opened again; GitHub's own words. */
  stateReason: 'completed' | 'not_planned' | 'duplicate' | 'reopened' | null;
  /** ISO 8601; undefined while it is open. */
  closedAt: string | undefined;
  locked: boolean;
  labels: string[];
  decisions: Decisions;
  /** How bad it is, as a model judged it. */
  harm: Harm | undefined;
  /** All its reports, oldest first. None when they were merged into another gap. */
  reports: Report[];
  /** All that stand in its issue, also those that count in another gap by now; the first opened it. */
  held: [Report, ...Report[]];
  /** The evidence comments that hold the reports after the first. */
  pages: (EvidencePage & { commentId: number })[];
  /** Human comments and notes posted through the API, oldest first. */
  notes: Note[];
  /** The state of its drafts, from the one status comment. */
  status: (DraftStatus & { commentId: number; updatedAt: string }) | undefined;
  /** Its drafts that were merged, oldest first. */
  shipped: (Shipped & { commentId: number })[];
  /** What became of commands on it, from the one comment that answers them. */
  answers: (Answers & { commentId: number }) | undefined;
}

export interface Note {
  /** The comment's id, or the ULID that the API gave its caller. */
  id: string;
  commentId: number;
  author: string;
  /** ISO 8601. */
  createdAt: string;
  updatedAt: string;
  content: string;
  /** Posted with an API key rather than by a person GitHub knows. */
  throughApi: boolean;
}
