/** A repository with 5,000 gaps: how large the dashboard gets, and what it costs to build it and to keep it. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { gapTitle, renderGapBody } from '../../src/issues/gap-body.ts';
import { report } from '../bot/dashboard/sample.ts';
import { openApart } from '../support/apart.ts';
import { draftAnswer, SAMPLE_REPORT } from '../support/product.ts';

const GAPS = 5000;
/** Evidence, status and answers: one comment on every twentieth gap. */
const COMMENTS = 250;
const TITLE = 'Gaps: the dashboard';

it('is shown in 58,000 characters, built in 60 requests, kept in three a change, and rebuilt from issues alone', async () => {
  const github = await openApart({ drafts: [draftAnswer([{ kind: 'write', path: 'NOTES.md', content: 'x' }])] });
  await github.start();
  await github.quiet();
  await github.stop();
  const file = new DatabaseSync(join(github.dir, 'github', 'forge.db'), { timeout: 5000 });
  fill(file);

  github.requests.length = 0;
  await github.start();
  const dashboard = async (says: string) => {
    for (const deadline = performance.now() + 90_000; performance.now() < deadline; ) {
      await github.quiet();
      const newest = await github.as(
        'owner',
        'GET',
        '/issues?creator=patchwork[bot]&sort=created&direction=desc&per_page=5',
      );
      const found = newest.find(({ title }: { title: string }) => title === TITLE);
      if (found?.body.includes(says)) return found;
    }
    throw new Error('no dashboard');
  };
  const first = await dashboard('open gaps');
  const cold = [...github.requests];
  expect(first.body.length).toBeLessThanOrEqual(58_000);
  expect(first.body).toContain(`**${GAPS}** open gaps`);
  expect(first.body).toMatch(/… and 49\d\d more\./);

  github.requests.length = 0;
  await github.as('owner', 'PATCH', '/issues/17', { state: 'closed', state_reason: 'completed' });
  const second = await dashboard('1 closed');
  const later = [...github.requests];
  expect(second.body).toContain(`**${GAPS - 1}** open gaps, 1 closed`);

  await github.stop();
  file.exec(`DELETE FROM issue_labels; DELETE FROM labels; DELETE FROM edits; DELETE FROM issue_events WHERE issue_id = ${first.id};
    DELETE FROM issues WHERE id = ${first.id}`);
  github.requests.length = 0;
  await github.start();
  const third = await dashboard('open gaps');
  expect(third.number).not.toBe(first.number);
  expect(third.body).toBe(second.body);

  console.info(
    `${GAPS} gaps: ${first.body.length} characters; ${cold.length} requests cold, ${later.length} after a change (${later.join(', ')}); rebuilt in ${github.requests.length}`,
  );
  // Who the App is, and which deliveries failed, is asked at each start, dashboard or not.
  const built = cold.filter((request) => !/\/app(?:\/hook\/deliveries)?$/.test(request));
  expect(cold.length - built.length).toBe(2);
  expect(built.length).toBeLessThanOrEqual(60);
  expect(later.length).toBeLessThanOrEqual(3);
  file.close();
  await github.close();
}, 240_000);

function fill(file: DatabaseSync): void {
  const { id: repository, last_number: last } = file.prepare('SELECT id, last_number FROM repositories').get() as {
    id: number;
    last_number: number;
  };
  const { id: us } = file.prepare("SELECT id FROM accounts WHERE login = 'patchwork[bot]'").get() as { id: number };
  const { id: people } = file.prepare("SELECT id FROM accounts WHERE login = 'writer'").get() as { id: number };
  const issue = file.prepare(
    `INSERT INTO issues (repository_id, number, title, body, user_id, comments, created_at, updated_at) VALUES (?, ?, ?, ?, ?, 0, ?, ?)`,
  );
  const comment = file.prepare(
    'INSERT INTO comments (repository_id, issue_id, user_id, body, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const signed = { keys: ['a secret of sixteen characters'], repositoryId: repository };
  file.exec('BEGIN');
  for (let number = 1; number <= GAPS; number += 1) {
    const time = `${new Date(Date.UTC(2026, 8, 1) + number * 60_000).toISOString().slice(0, 19)}Z`;
    const first = report({
      ...(SAMPLE_REPORT as object),
      id: `01JD4T7Q9ZK3V5X8Y2B6N${String(number).padStart(5, '0')}`,
      received_at: time,
      server_name: `server-${number % 40}`,
      what_i_needed: `Need number ${number}: ${'something that is not there '.repeat(5)}`,
      session_id: `session-${number}`,
    });
    const body = renderGapBody({ gap: first.id, first }, 'The first of its kind.', signed);
    const { lastInsertRowid: id } = issue.run(repository, last + number, gapTitle(first), body, us, time, time);
    if (number % (GAPS / COMMENTS) === 0) comment.run(repository, id, people, `A note on ${number}.`, time, time);
  }
  file.exec(`UPDATE repositories SET last_number = ${last + GAPS}`);
  file.exec('COMMIT');
}
