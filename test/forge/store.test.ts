import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { SCHEMA } from '../../src/forge/schema.ts';
import { openStore } from '../../src/forge/store.ts';

test('a file of the first version is brought up to date with what is in it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'store-'));
  const file = join(folder, 'forge.db');
  const old = new DatabaseSync(file);
  old.exec(`${SCHEMA[0]}; PRAGMA user_version = 1;
    INSERT INTO accounts VALUES (1, 'owner', 'User', NULL, 'x');
    INSERT INTO apps VALUES (1, 'a', 'A', 1, 1, 'h', 'c', 's', 'k', 'u', 'w', '{}', '[]', 'x', 'x');
    INSERT INTO deliveries (guid, app_id, event, payload, created_at) VALUES ('g', 1, 'issues', '{}', 'x');`);
  old.close();
  for (let times = 0; times < 2; times += 1) {
    const store = openStore(file);
    expect(store.get('SELECT guid, app_id, hook_id, event FROM deliveries')).toEqual({
      guid: 'g',
      app_id: 1,
      hook_id: null,
      event: 'issues',
    });
    expect(store.get('SELECT slug, callback_urls_json FROM apps')).toEqual({ slug: 'a', callback_urls_json: '[]' });
    store.close();
  }
  await rm(folder, { recursive: true });
});

test('a file of a later version is left alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'store-'));
  const file = join(folder, 'forge.db');
  const later = new DatabaseSync(file);
  later.exec(`PRAGMA user_version = ${SCHEMA.length + 1}`);
  later.close();
  expect(() => openStore(file)).toThrow(/newer version/);
  await rm(folder, { recursive: true });
});
