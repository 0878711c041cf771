import { fullName } from '../present/repository.ts';
import type { Actor, Issue, Repo, World } from '../world.ts';
import { record } from './issue-events.ts';

/** Text that is shown as code or as a link's words, or not at all, mentions nobody and nothing. Where a link leads to counts. */
const UNREAD = /<!--[\s\S]*?-->|^(```|~~~)[\s\S]*?^\1|`[^`\n]*`|\[[^[\]\n]*\](?=\()/gm;
const MENTION = /(?:^|[\s([{,;:"'*_])([\w.-]+\/[\w.-]+)?#(\d{1,9})\b/g;

/** Numbers of the issues and pull requests of the repository that a text names: `#7`, `owner/name#7`, or by address. */
export function mentionedNumbers(world: World, repo: Repo, text: string): number[] {
  const read = text.replace(UNREAD, ' ');
  const base = `${world.links.html}/${fullName(repo)}/`;
  const addresses = read.split(base).slice(1);
  const numbers = [
    ...[...read.matchAll(MENTION)]
      .filter(([, name]) => name === undefined || name.toLowerCase() === fullName(repo).toLowerCase())
      .map(([, , number]) => Number(number)),
    ...addresses.map((rest) => Number(/^(?:issues|pull)\/(\d{1,9})\b/.exec(rest)?.[1])),
  ];
  return [...new Set(numbers)].filter((number) => number > 0);
}

/** Notes on the issues that a text of `source` names that it does; once for each pair. Needs a transaction. */
export function recordMentions(world: World, actor: Actor, repo: Repo, source: Issue, text: string | null): void {
  for (const number of mentionedNumbers(world, repo, text ?? '')) {
    const target = world.store.get<Issue>(
      'SELECT * FROM issues WHERE repository_id = ? AND number = ? AND id <> ?',
      repo.id,
      number,
      source.id,
    );
    const known =
      target &&
      world.store.get(
        "SELECT 1 FROM issue_events WHERE issue_id = ? AND event = 'cross-referenced' AND data_json ->> 'source_id' = ?",
        target.id,
        source.id,
      );
    if (target && !known) record(world, actor, repo, target, 'cross-referenced', { source_id: source.id });
  }
}
