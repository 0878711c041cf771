import type { GapText } from '../../../src/repo/select/index.ts';

/** A report in which only the given fields say something. */
export function gap(words: Partial<GapText>): GapText {
  return {
    server_name: 'server',
    what_i_needed: '',
    what_i_tried: '',
    gap_type: 'other',
    suggestion: '',
    user_goal: '',
    tools_available: [],
    ...words,
  };
}
