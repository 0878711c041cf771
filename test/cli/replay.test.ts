import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { deadAddress, scripted } from '../dropins/scripted.ts';
import { ROOT } from '../support/process.ts';
import { startProduct } from '../support/product.ts';

async function replay(log: string, env: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, ['src/cli/main.ts', 'replay', ...args], { cwd: ROOT, env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  child.stdin.on('error', () => {});
  child.stdin.end(log);
  const [status] = await once(child, 'close');
  return { status, said };
}

const body = { what_i_needed: 'a filter by run', what_i_tried: 'get_costs', gap_type: 'missing_parameter' };
const line = (payload: object) => `PATCHWORKMCP_UNSENT_FEEDBACK reason=status_503 payload=${JSON.stringify(payload)}`;
const ours = { server_name: 'costs', ...body, report_id: '01JXW9Z5T3N8Q2R4V6Y8A0C1E3' };
const original = { server_name: 'costs', ...body, what_i_needed: 'another filter' };
const hosted = { server_slug: 'costs', ...body, what_i_needed: 'a third filter' };
const LOG = [
  'starting',
  line(ours),
  JSON.stringify({ log: `${line(original)}\n`, stream: 'stderr' }),
  `\u001b[33m${line(hosted)}\u001b[0m ${line(ours)}`,
  line(original),
].join('\n');

it('sends what drop-ins of all generations left in a log, once, however often it is run', async () => {
  const product = await startProduct();
  try {
    const env = { FEEDBACK_SIDECAR_URL: product.url };
    const first = await replay(LOG, env);
    expect(first).toEqual({
      status: 0,
      said: '5 lines read: 3 sent, 0 already known, 2 repeated, 0 refused, 0 broken, 0 not sent\n',
    });
    await product.settled();
    const second = await replay(LOG, env);
    expect(second).toEqual({
      status: 0,
      said: '5 lines read: 0 sent, 3 already known, 2 repeated, 0 refused, 0 broken, 0 not sent\n',
    });
    await product.settled();
    expect((await product.ask('GET', '/api/stats')).json.total).toBe(3);
    expect((await product.ask('GET', `/api/feedback/${ours.report_id}`)).json.what_i_needed).toBe(body.what_i_needed);
  } finally {
    await product.stop();
  }
});

it('sends each to the path of its generation, under the same id every time', async () => {
  const ids: unknown[] = [];
  for (const _run of [1, 2]) {
    await using endpoint = await scripted((index) =>
      index % 2 ? { status: 201, body: { id: 'x' } } : { status: 404, body: {} },
    );
    const env = { PATCHWORKMCP_URL: endpoint.url, PATCHWORKMCP_API_KEY: 'replay-key-1' };
    expect((await replay(LOG, env)).status).toBe(0);
    const posts = endpoint.received.filter(({ method }) => method === 'POST');
    expect(posts.map(({ path }) => path)).toEqual(['/api/feedback', '/api/feedback', '/api/v1/feedback/']);
    expect(posts.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill('Bearer replay-key-1'));
    expect(posts.map(({ body: { report_id, ...rest } }) => rest)).toEqual([
      { server_name: 'costs', ...body },
      original,
      hosted,
    ]);
    ids.push(posts.map(({ body }) => body.report_id));
  }
  expect(ids[0]).toEqual(ids[1]);
  expect(ids[0]).toEqual([ours.report_id, ...Array(2).fill(expect.stringMatching(/^0{10}[0-9A-HJKMNP-TV-Z]{16}$/))]);
});

it('names what is broken or refused and goes on, with exit status 1', async () => {
  await using endpoint = await scripted((index) =>
    [
      { status: 404 },
      { status: 422, body: { error: { code: 'missing_field', message: 'The field what_i_tried is empty.' } } },
      { status: 404 },
      { status: 503 },
      { status: 201, body: { id: 'x' } },
    ].at(index),
  );
  const log = [line(ours).slice(0, 90), line({ ...original, what_i_tried: '' }), line(hosted)].join('\n');
  expect(await replay(log, { FEEDBACK_SIDECAR_URL: endpoint.url })).toEqual({
    status: 1,
    said: [
      'line 1: broken: cut off',
      'line 2: refused: The field what_i_tried is empty.',
      '3 lines read: 1 sent, 0 already known, 0 repeated, 1 refused, 1 broken, 0 not sent\n',
    ].join('\n'),
  });
});

it('stops when the server cannot be reached, and says how many are left', async () => {
  const { status, said } = await replay(LOG, { FEEDBACK_SIDECAR_URL: await deadAddress() });
  expect(status).toBe(1);
  expect(said).toBe(
    'line 2: not sent: unreachable\n5 lines read: 0 sent, 0 already known, 2 repeated, 0 refused, 0 broken, 3 not sent\n',
  );
});

it('sends nothing on a dry run, and shows what it would send without its control characters', async () => {
  await using endpoint = await scripted(() => ({ status: 201, body: {} }));
  const log = `${LOG}\n${line({ ...hosted, what_i_needed: 'clear\u001b[2Jscreen' })}`;
  const { status, said } = await replay(log, { FEEDBACK_SIDECAR_URL: endpoint.url }, '--dry-run');
  expect(status).toBe(0);
  expect(said).toContain('line 2: would send: a filter by run\n');
  expect(said).toContain('6 lines read: 4 to send, 2 repeated, 0 broken');
  expect(said).not.toContain('\u001b');
  expect(endpoint.received).toEqual([]);
});
