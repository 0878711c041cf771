import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderGapBody } from '../../src/issues/gap-body.ts';
import { gapTitle, parseGapBody } from '../../src/issues/index.ts';
import { type Outbox, openOutbox } from '../../src/outbox/index.ts';
import type { Report } from '../../src/report/index.ts';
import { bareApp } from '../support/bare-app.ts';

const signed = { keys: ['a-secret-of-this-server'], repositoryId: 7 };
/** CI runs some; `FUZZ_RUNS=100000 npx vitest run test/http/fuzz.test.ts` runs many. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 3000);
const AT_ONCE = 100;

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '\ud800',
    '\u{e0041}',
    '@all',
    '#1',
    '<!--',
    '-->',
    '`',
    '```',
    '</details>',
    '\u202e',
    '[]',
    'null',
    '{}',
    '__proto__',
  ),
  fc.string({
    unit: fc.constantFrom('`', '\n', '|', '<', '>', '@', '#', '!', '[', ']', '(', ')', '\\', ' ', 'a', '\u200b'),
    maxLength: 300,
  }),
  fc.nat(40_000).map((n) => '😀'.repeat(n % 4000)),
);
const anything = fc.oneof({ weight: 8, arbitrary: nasty }, { weight: 2, arbitrary: fc.jsonValue() });
const body = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record(
      Object.fromEntries(
        [
          'server_name',
          'server_slug',
          'what_i_needed',
          'what_i_tried',
          'gap_type',
          'suggestion',
          'user_goal',
          'resolution',
          'tools_available',
          'agent_model',
          'session_id',
          'client_type',
          'server_version',
          'report_id',
          'extra',
        ].map((field) => [field, anything]),
      ),
      { requiredKeys: ['what_i_needed', 'what_i_tried', 'gap_type'] },
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
);

describe('whatever is sent as a report', () => {
  let dir: string;
  let outbox: Outbox;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'patchwork-fuzz-'));
    outbox = await openOutbox({ file: join(dir, 'outbox.db') });
  });
  afterAll(async () => {
    await outbox.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('gets 201 or a 4xx with a code, and what is taken becomes an issue that GitHub would take and we can read back', async () => {
    const app = bareApp({ outbox });
    const seen = { taken: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(body, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (bodies) => {
        const answers = await Promise.all(
          bodies.map((one) =>
            app.request('/api/feedback', {
              method: 'POST',
              headers: { host: 'localhost', 'content-type': 'application/json' },
              body: JSON.stringify(one),
            }),
          ),
        );
        for (const answer of answers) {
          const json = (await answer.json()) as { id?: string; error?: { code: string; message: string } };
          if (answer.status === 201) {
            const entry = await outbox.find('reports:owner/sample', json.id as string);
            const first = entry?.body as Report;
            const text = renderGapBody({ gap: first.id, first }, 'New.', signed);
            expect(text.length).toBeLessThanOrEqual(65_536);
            expect(text.match(/^<!-- patchwork:v1 /gm)).toHaveLength(1);
            expect(parseGapBody(text, signed)).toEqual({ gap: first.id, first });
            expect(Array.from(gapTitle(first)).length).toBeLessThanOrEqual(120);
            seen.taken += 1;
          } else {
            expect([400, 413, 422]).toContain(answer.status);
            expect(json.error?.code).toMatch(/^[a-z_]+$/);
            seen.refused += 1;
          }
        }
      }),
      { numRuns: Math.ceil(RUNS / AT_ONCE) },
    );
    expect(seen.taken).toBeGreaterThan(RUNS / 10);
    expect(seen.refused).toBeGreaterThan(0);
  }, 600_000);
});
