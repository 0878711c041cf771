import { expect, it } from 'vitest';
import { submitFeedback } from '../../dropins/typescript/feedback-tool.ts';
import { deadAddress } from '../dropins/scripted.ts';

it('answers the agent even if the logger of the server throws', async () => {
  const args = { what_i_needed: 'a filter', what_i_tried: 'get_costs', gap_type: 'other' };
  let line = '';
  const reply = await submitFeedback(args, 'server', {
    sidecarUrl: await deadAddress(),
    log: (text) => {
      line = text;
      throw new Error('disk full');
    },
  });
  expect(reply.structured.status).toBe('unsent');
  expect(line).toContain('PATCHWORKMCP_UNSENT_FEEDBACK reason=unreachable');
});
