import { describe, expect, test } from 'vitest';
import { mentionedTools } from '../../../src/repo/select/mentions.ts';
import { gap } from './reports.ts';

const known = ['get_item', 'list-orders', 'searchUsers', 'query', 'find'].map((name) => ({
  name,
  path: 'a.ts',
  line: 1,
}));

function mentioned(what_i_tried: string): string[] {
  return [...mentionedTools(gap({ what_i_tried }), known).keys()];
}

describe('mentionedTools', () => {
  test('knows a tool in every spelling and under the longer name a client gives it', () => {
    expect(mentioned('get_item, get-item')).toEqual(['getitem']);
    expect(mentioned('I called mcp__shop__get_item.')).toEqual(['getitem']);
    expect(mentioned('shop_list_orders and search-users')).toEqual(['listorders', 'searchusers']);
  });

  test('takes a plain word for a tool only when it is used like one', () => {
    expect(mentioned('query(text="x") was cut off, I could not find more')).toEqual(['query']);
    expect(mentioned('I want to query and find things')).toEqual([]);
    expect(mentioned('the tool "find" is slow')).toEqual(['find']);
  });

  test('does not know tools that the server does not have', () => {
    expect(mentioned('delete_item, get_items_all')).toEqual([]);
  });
});
