import { ulid } from 'ulid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GapCommand, type LaneBodies, renderLane } from '../../src/intake/index.ts';
import { type Product, startProduct } from '../support/product.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

async function command(issue: number, given: GapCommand, actor = 'owner'): Promise<void> {
  const body: LaneBodies['command'] = { issue, command: given, actor, at: new Date().toISOString() };
  const lane = renderLane('reports', product.repository);
  await product.server.outbox.accept({ lane, id: ulid(), kind: 'command', body });
  await product.settled();
}

async function gapOf(what_i_needed: string, fields: object = {}): Promise<number> {
  const { id } = await product.report({ what_i_needed, ...fields });
  return (await product.until(id, ({ gap }) => gap !== null)).gap as number;
}
const issue = (number: number) => product.as('stranger', 'GET', `/issues/${number}`);
const severities = async (number: number) =>
  (await issue(number)).labels
    .map(({ name }: { name: string }) => name)
    .filter((name: string) => name.startsWith('severity:'));
async function repeat(what_i_needed: string, sessions: number, from = 0): Promise<void> {
  for (let i = from; i < from + sessions; i += 1)
    await product.report({ what_i_needed, session_id: `loud-${i}`, client_type: `client-${i % 2}` });
  await product.settled();
}

it('keeps a severity that a person set by a command, until the reports decide again', async () => {
  const gap = await gapOf('Severity by command.');
  await command(gap, { kind: 'severity', severity: 'critical' });
  expect(await severities(gap)).toEqual(['severity:critical']);
  await repeat('Severity by command.', 2);
  expect(await severities(gap)).toEqual(['severity:critical']);
  expect((await issue(gap)).body).toContain('**critical**, set by a person; by the reports medium');
  await command(gap, { kind: 'severity', severity: 'auto' });
  expect(await severities(gap)).toEqual(['severity:medium']);
});

it('keeps a severity that a person set back by hand to what it was before', async () => {
  const gap = await gapOf('Severity by hand.');
  await repeat('Severity by hand.', 2);
  expect(await severities(gap)).toEqual(['severity:medium']);
  await product.as('owner', 'DELETE', `/issues/${gap}/labels/severity:medium`);
  await product.as('owner', 'POST', `/issues/${gap}/labels`, { labels: ['severity:low'] });
  await repeat('Severity by hand.', 8, 2);
  expect(await severities(gap)).toEqual(['severity:low']);
  expect((await issue(gap)).body).toContain('**low**, set by a person; by the reports critical');
});

it('shows a workaround, a version and a parking on the issue, and takes them back', async () => {
  const gap = await gapOf('Decided and undone.');
  await command(gap, { kind: 'workaround', text: 'ask @owner, see #1 and <b>' });
  await command(gap, { kind: 'fixed-in', version: '1.4.0' });
  await command(gap, { kind: 'park', why: 'next quarter' });
  const { body } = await issue(gap);
  expect(body).toContain(
    '- Known workaround: `ask @owner, see #1 and <b>`\n- Fixed in `1.4.0`\n- Parked by `owner` on ',
  );
  await command(gap, { kind: 'workaround', text: '' });
  await command(gap, { kind: 'fixed-in', version: '' });
  await command(gap, { kind: 'unpark' });
  expect((await issue(gap)).body).not.toContain('### Decided');
});

it('a command about an issue that is no gap is answered, and holds nothing up', async () => {
  await command(9999, { kind: 'unpark' });
  expect((await product.server.outbox.stats()).dead).toBe(0);
});
