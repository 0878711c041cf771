import type { Actor, Issue, Repo, World } from '../world.ts';
import { closeIssue } from './issues.ts';

const KEYWORDS = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)\b/gi;

/** Issue numbers that a text closes, by GitHub's keywords: `Closes #1, fixes #2`. */
export function closingReferences(text: string): number[] {
  return [...new Set([...text.matchAll(KEYWORDS)].map((match) => Number(match[1])))];
}

/** The pull requests into the default branch whose merge closes an issue. */
export function pullsThatClose(world: World, repo: Repo, issue: Issue, includeClosed: boolean): Issue[] {
  return world.store
    .all<Issue>(
      `SELECT issues.* FROM issues JOIN pulls ON pulls.issue_id = issues.id
       WHERE issues.repository_id = ? AND pulls.base_ref = ? AND (issues.state = 'open' OR ?)
       AND (issues.title LIKE '%#' || ? || '%' OR issues.body LIKE '%#' || ? || '%') ORDER BY issues.number`,
      repo.id,
      repo.default_branch,
      includeClosed ? 1 : 0,
      String(issue.number),
      String(issue.number),
    )
    .filter(({ title, body }) => closingReferences(`${title}\n${body}`).includes(issue.number));
}

/** Closes the open issues that a merged text refers to. Needs a transaction. */
export function closeReferenced(world: World, actor: Actor, repo: Repo, text: string, commit: string): void {
  for (const number of closingReferences(text)) {
    const issue = world.store.get<Issue>(
      "SELECT * FROM issues WHERE repository_id = ? AND number = ? AND is_pull = 0 AND state = 'open'",
      repo.id,
      number,
    );
    if (issue) closeIssue(world, actor, repo, issue, { commit });
  }
}
