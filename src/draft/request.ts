import type { DraftCause } from '../issues/index.ts';

/** A wish for a draft, as every door puts it into the `drafts:` lane of its repository. */
export interface DraftRequest {
  issue: number;
  /** Identifies the request: the same one never drafts twice. A label's is found again on the issue, whoever tells of it. */
  request: string;
  /** What led to it. `auto` is allowed by the repository's policy; everybody else is looked up live before anything happens. */
  by: DraftCause;
  /** GitHub login of who asked. `operator` is whoever runs our command line or holds a key with `gap:write`. */
  actor: { login: string } | 'operator';
  /** When it was asked, ISO 8601: what was written later stays out. */
  at: string;
  /** What to do otherwise than the draft before: the words after `/patchwork redraft`. */
  guidance?: string;
  /** The draft to start from, when the wish is about one. */
  revise?: { pull: number };
}
