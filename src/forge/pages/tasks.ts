import type { Token } from 'markdown-it';
import { parse } from './parse.ts';

/** A check box of a task list: the line of the source it stands on, and its words. */
export interface Task {
  line: number;
  content: string;
  done: boolean;
}

const box = /^\[([ xX])\]\s+(?=\S)/;

/**
 * Finds the task-list items of parsed Markdown in order. `each` may change the tokens: the inline token starts with the
 * box, the item token is the list item around it.
 */
export function tasks(tokens: Token[], each: (task: Task, inline: Token, item: Token) => void = () => {}): Task[] {
  const found: Task[] = [];
  tokens.forEach((item, i) => {
    const inline = tokens[i + 2];
    if (item.type !== 'list_item_open' || inline?.type !== 'inline' || !inline.map) return;
    const match = box.exec(inline.content);
    if (!match) return;
    const task = { line: inline.map[0], content: inline.content, done: match[1] !== ' ' };
    found.push(task);
    each(task, inline, item);
  });
  return found;
}

/** The text with its `index`-th box (from 0) turned over; undefined when there is no such box. */
export function tick(text: string, index: number): string | undefined {
  const task = tasks(parse(text))[index];
  if (!task) return undefined;
  const lines = text.split('\n');
  const line = lines[task.line] ?? '';
  const start = line.lastIndexOf(task.content.split('\n')[0] ?? '');
  if (start < 0) return undefined;
  lines[task.line] = `${line.slice(0, start)}[${task.done ? ' ' : 'x'}]${line.slice(start + 3)}`;
  return lines.join('\n');
}
