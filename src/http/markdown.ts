import { quote } from '../issues/index.ts';
import type { Item } from './items.ts';

/** A report with its gap as Markdown, for a coding agent: what strangers wrote stands in quotes. */
export function renderItem(item: Item): string {
  const part = (heading: string, text: string) => (text ? [`## ${heading}\n\n${quote(text)}`] : []);
  const facts = [
    ['Status', item.status],
    ['Gap type', item.gap_type],
    ['Server', item.server_name],
    ['Reports of this gap', String(item.seen)],
    ['How it went', item.resolution],
    ['Issue', item.url],
    ['Newest draft', item.pr_url],
  ].flatMap(([name, value]) => (value ? [`- ${name}: ${value}`] : []));
  return [
    `# ${item.title || 'A report that waits for its issue'}`,
    facts.join('\n'),
    ...part('What the agent needed', item.what_i_needed),
    ...part('What it tried', item.what_i_tried),
    ...part('Suggested fix', item.suggestion),
    ...part('User goal', item.user_goal),
    ...(item.notes.length
      ? [`## Notes\n\n${item.notes.map((note) => quote(`${note.author}: ${note.content}`)).join('\n>\n')}`]
      : []),
  ].join('\n\n');
}
