import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DraftRequest } from '../../../src/draft/index.ts';
import { createGap, foldReports, type Gap } from '../../../src/issues/index.ts';
import { reportOf } from '../../triage/reports.ts';
import { openStage, type Stage } from './stage.ts';

const DRAFTS = `level: auto-draft
auto_draft: {sessions: 2, quiet_minutes: 60, in_flight: 2}
`;

describe('drafting without being asked', () => {
  let stage: Stage;
  let ripe: Gap;
  let rare: Gap;
  const opened = async (need: string, sessions: number): Promise<Gap> => {
    const reports = Array.from({ length: sessions }, (_, i) =>
      reportOf({
        what_i_needed: need,
        session_id: `${need} ${i}`,
        resolution: 'blocked',
        suggestion: 'limit on list_things',
      }),
    ).map((report) => ({ ...report, received_at: new Date().toISOString() }));
    const gap = await createGap(stage.gaps, reports[0] as (typeof reports)[0], 'It is the first.');
    return foldReports(stage.gaps, gap, reports.slice(1));
  };
  const waiting = async () =>
    (await stage.outbox.waiting('drafts:owner/server')).map((entry) => entry.body as DraftRequest);

  beforeAll(async () => {
    stage = await openStage(DRAFTS);
    ripe = await opened('list_things has no limit.', 3);
    rare = await opened('Things cannot be renamed.', 1);
  });
  afterAll(() => stage.close());

  it('waits until a gap has been quiet', async () => {
    await stage.tend();
    expect(await waiting()).toEqual([]);
  });

  it('says what it would do in a dry run, in one comment', async () => {
    await stage.put('.github/patchwork.yml', DRAFTS.replace('}', ', dry_run: true}'));
    stage.clock.minutes = 61;
    await stage.tend();
    await stage.tend();
    const comments = await stage.as('owner', 'GET', `/issues/${ripe.number}/comments`);
    const said = comments.filter(({ body }: { body: string }) => body.includes('if this were no dry run'));
    expect(said).toHaveLength(1);
    expect(said[0].body).toContain('3 distinct sessions met it, 100 % were blocked, 100 % ask for the same change');
    expect(await waiting()).toEqual([]);
  });

  it('is stopped by the label on any issue', async () => {
    await stage.put('.github/patchwork.yml', DRAFTS);
    await stage.as('owner', 'POST', '/labels', { name: 'patchwork:stop', color: '24292F' });
    await stage.as('triager', 'POST', `/issues/${rare.number}/labels`, { labels: ['patchwork:stop'] });
    await stage.tend();
    expect(await waiting()).toEqual([]);
    await stage.as('triager', 'DELETE', `/issues/${rare.number}/labels/patchwork:stop`);
  });

  it('asks once for what is ripe, however often it looks', async () => {
    await stage.tend();
    await stage.tend();
    expect(await waiting()).toMatchObject([{ issue: ripe.number, by: 'auto', request: `auto-${ripe.number}-0` }]);
  });

  it('asks for no more than may be in flight', async () => {
    const more = [await opened('Things have no owner.', 2), await opened('Things cannot be sorted by date.', 4)];
    stage.clock.minutes = 125;
    await stage.tend();
    // One waits already; of the two others, the one that more sessions met.
    expect((await waiting()).map(({ issue }) => issue)).toEqual([ripe.number, more[1]?.number]);
  });
});
