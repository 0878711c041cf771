import { codeSpan, quote } from '../issues/index.ts';
import { clipText } from '../report/index.ts';
import type { Item } from './items.ts';

/**
 * A report with its gap as Markdown, for a coding agent: what strangers wrote stands in quotes. With the gap's brief, that follows
 * the facts; without one (no issue yet, GitHub away) the report's own words and the notes do, as far as the budget goes.
 */
export function renderItem(item: Item, budgetTokens: number, brief?: string): string {
  const most = Math.floor((4 * budgetTokens) / 10);
  const clipped = (text: string) => quote(clipText(text, { characters: most, bytes: 4 * most }).text);
  const part = (heading: string, text: string) => (text ? [`## ${heading}\n\n${clipped(text)}`] : []);
  const facts = [
    ['Status', item.status],
    ['Gap type', item.gap_type],
    ['Server', codeSpan(item.server_name)],
    ['Reports of this gap', String(item.seen)],
    ['How it went', item.resolution],
    ['Issue', item.url],
    ['Newest draft', item.pr_url],
  ].flatMap(([name, value]) => (value ? [`- ${name}: ${value}`] : []));
  const head = `# ${item.title || 'A report that waits for its issue'}\n\n${facts.join('\n')}`;
  // A later report of a gap may have other words than those that stand in its brief.
  const isTold = brief?.includes(quote(item.what_i_needed));
  const own = isTold
    ? []
    : [
        ...part('What the agent needed', item.what_i_needed),
        ...part('What it tried', item.what_i_tried),
        ...part('Suggested fix', item.suggestion),
        ...part('User goal', item.user_goal),
      ];
  const parts = [head, ...own];
  if (brief !== undefined) return [...parts, brief].join('\n\n');
  let left = 4 * budgetTokens - parts.join('\n\n').length - 100;
  const notes = item.notes.map((note) => clipped(`${note.author}: ${note.content}`));
  const shown = notes.filter((note) => {
    left -= note.length + 3;
    return left > 0;
  });
  if (shown.length) parts.push(`## Notes\n\n${shown.join('\n>\n')}`);
  if (shown.length < notes.length)
    parts.push(`Left out of ${budgetTokens} tokens: ${notes.length - shown.length} notes.`);
  return parts.join('\n\n');
}
