import { compactDecrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import { isSealedWhole, sealedFields, sealFields, sealWhole, unseal } from '../../src/issues/index.ts';
import { packReports, unpackReports } from '../../src/issues/packed.ts';
import { gapKey } from '../../src/triage/index.ts';
import { reportOf } from '../triage/reports.ts';

const place = { keys: ['the first secret of sixteen'], repositoryId: 7 };
const report = reportOf({ what_i_needed: 'A filter by run.', user_goal: 'Compare project Falcon.', what_i_tried: 'x' });

describe('sealing a report', () => {
  it('takes the fields out, and gives them back to whoever has the key', async () => {
    const sealed = await sealFields(report, ['user_goal'], place);
    expect(sealed.user_goal).toBe('');
    expect(JSON.stringify(sealed)).not.toContain('Falcon');
    expect(Buffer.from(sealed.sealed.split('.')[3] ?? '', 'base64url').toString('latin1')).not.toContain('Falcon');
    expect(sealedFields(sealed)).toEqual(['user_goal']);
    expect(isSealedWhole(sealed)).toBe(false);
    expect(unseal(sealed, place)).toEqual({ ...report, sealed: sealed.sealed });
  });

  it('is a JWE that any reader of the standard refuses with another key', async () => {
    const { sealed } = await sealFields(report, ['user_goal'], place);
    await expect(compactDecrypt(sealed, new Uint8Array(32))).rejects.toThrow();
  });

  it('leaves what has nothing to seal, and what is sealed, as it is', async () => {
    const bare = { ...report, user_goal: '' };
    expect(await sealFields(bare, ['user_goal'], place)).toBe(bare);
    const sealed = await sealFields(report, ['user_goal'], place);
    expect(await sealFields(sealed, ['what_i_tried'], place)).toBe(sealed);
    expect(await sealWhole(sealed, place)).toBe(sealed);
  });

  it('survives a rotation of the secret, and stays shut without it', async () => {
    const sealed = await sealFields(report, ['user_goal'], place);
    const rotated = { ...place, keys: ['another secret of sixteen', ...place.keys] };
    expect(unseal(sealed, rotated).user_goal).toBe(report.user_goal);
    expect(unseal(sealed, { ...place, keys: ['another secret of sixteen'] })).toBe(sealed);
    expect((await sealFields(report, ['user_goal'], rotated)).sealed.split('.')[0]).not.toBe(
      sealed.sealed.split('.')[0],
    );
  });

  it('stays shut when it is moved to another report or repository, or changed', async () => {
    const sealed = await sealFields(report, ['user_goal'], place);
    expect(unseal({ ...sealed, id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }, place).user_goal).toBe('');
    expect(unseal(sealed, { ...place, repositoryId: 8 }).user_goal).toBe('');
    const parts = sealed.sealed.split('.');
    const header = { ...JSON.parse(Buffer.from(parts[0] ?? '', 'base64url').toString()), fields: ['suggestion'] };
    const forged = [Buffer.from(JSON.stringify(header)).toString('base64url'), ...parts.slice(1)].join('.');
    expect(unseal({ ...sealed, sealed: forged }, place).user_goal).toBe('');
    expect(unseal({ ...sealed, sealed: 'not.a.box' }, place).user_goal).toBe('');
  });

  it('seals all of a report that may be about security; its repeats still find each other', async () => {
    const one = await sealWhole(report, place);
    const again = await sealWhole({ ...report, id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }, place);
    const other = await sealWhole({ ...report, what_i_needed: 'Something else that is open.' }, place);
    expect(isSealedWhole(one)).toBe(true);
    expect(gapKey(again)).toBe(gapKey(one));
    expect(gapKey(other)).not.toBe(gapKey(one));
    for (const word of ['filter', 'Falcon', 'missing_parameter'])
      expect(JSON.stringify({ ...one, sealed: '' })).not.toContain(word);
    expect(unseal(one, place)).toEqual({ ...report, sealed: one.sealed });
  });

  it('is not inherited by the next report in a marker', async () => {
    const both = [await sealFields(report, ['user_goal'], place), { ...report, id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }];
    expect(unpackReports(packReports(both))).toEqual(both);
  });
});
