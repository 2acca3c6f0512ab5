/** Values that a server can write beside a payload: none stops the mirror, for its row or for others. */
import type { PowerSyncDatabase } from '@powersync/node';
import { cleartext, defineTable, encrypted, encryptRow, type Vault } from 'rowseal';
import { uploadWith } from 'rowseal/powersync';
import { describe, expect, it } from 'vitest';
import { createFeed } from '../support/fed-powersync.js';
import { openUserVault, powersyncDevice } from '../support/mirrored-powersync.js';
import { until } from '../support/synced-devices.js';

const notes = defineTable('notes', {
  title: encrypted.text(),
  folder: cleartext.text().optional(),
  stars: cleartext.integer().optional(),
  seen_at: cleartext.text().serverOwned(),
  seen: cleartext.integer().serverOwned(),
});

const COLUMNS = ['folder', 'stars', 'seen_at', 'seen', 'undeclared'] as const;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

/** As JSON text: PowerSync keeps a row's as the server wrote it. */
const VALUES: Readonly<Record<string, string>> = {
  'an infinity': '1e400',
  'the other infinity': '-1e400',
  'an infinity in an object': '{"a":1e400}',
  'a long integer': '123456789012345678901234567890',
  'a boolean': 'true',
  'an object': '{"a":[1]}',
  'a deep array': nested(120),
  'as deep an array as fits': nested(998),
  'too deep an array': nested(1000),
  'an array as text': JSON.stringify(nested(1500)),
  'a lone surrogate': '"a\\ud800b"',
};
const IDS = COLUMNS.flatMap((column) => Object.keys(VALUES).map((value) => `${column}: ${value}`));

function servedRow(vault: Vault, id: string) {
  const { payload } = encryptRow(vault, notes, { id, title: 'Title' });
  const [column = '', value = ''] = id.split(': ');
  const data = JSON.stringify({ payload, parents: '', siblings: '' });
  return { table: 'notes_sealed', id, data: data.replace('{', `{"${column}":${VALUES[value]},`) };
}

async function deviceWithAll() {
  const vault = await openUserVault();
  const { db, mirror } = await powersyncDevice('laptop', [notes], { vault });
  const feed = createFeed();
  feed.add(IDS.map((id) => servedRow(vault, id)));
  await feed.deliver(db);
  await mirror.flush();
  return { db, mirror };
}

async function uploaded(db: PowerSyncDatabase): Promise<string[]> {
  const sent: string[] = [];
  const upload = uploadWith({
    tables: [notes],
    async send(writes) {
      sent.push(...writes.map(({ id }) => id));
    },
  });
  while (await db.getOptional('SELECT 1 FROM ps_crud')) await upload(db);
  return sent.sort();
}

/** Rows that PowerSync itself takes for no JSON have no payload, so they are quarantined. */
const READABLE = IDS.filter((id) => !id.endsWith('too deep an array'));

describe('a value of a server', () => {
  it('keeps no row from the plaintext', async () => {
    const { db, mirror } = await deviceWithAll();
    const shown = await db.getAll<{ id: string; title: string }>('SELECT id, title FROM notes');
    expect(shown.map(({ id }) => id).sort()).toEqual([...READABLE].sort());
    expect(mirror.status.state).toBe('running');
  });

  it.each([
    ['an edit', "UPDATE notes SET title = 'Edited'"],
    ['a delete', 'DELETE FROM notes'],
  ])('keeps nothing from being sealed and sent: %s', async (_, sql) => {
    const { db, mirror } = await deviceWithAll();
    await db.execute(sql);
    await db.execute("INSERT INTO notes (id, title) VALUES ('mine', 'Mine')");
    await mirror.flush();
    expect(mirror.status.state).toBe('running');
    expect(await uploaded(db)).toEqual([...READABLE, 'mine'].sort());
  });

  it('that makes a known row unreadable keeps no edit of it back', async () => {
    const vault = await openUserVault();
    const { db, mirror } = await powersyncDevice('laptop', [notes], { vault });
    const feed = createFeed();
    feed.add([servedRow(vault, 'stars: a boolean')]);
    await feed.deliver(db);
    await mirror.flush();
    feed.add([{ table: 'notes_sealed', id: 'stars: a boolean', data: '{"payload": no JSON' }]);
    await feed.deliver(db);
    await mirror.flush();
    expect(mirror.status.quarantined).toBe(1);
    await db.execute("UPDATE notes SET title = 'Edited'");
    await mirror.flush();
    expect(mirror.status).toMatchObject({ state: 'running', quarantined: 0 });
    expect(await uploaded(db)).toEqual(['stars: a boolean']);
  });
});

it('a row larger than any device writes is read as a damaged one', async () => {
  const vault = await openUserVault();
  const { db, mirror } = await powersyncDevice('laptop', [notes], { vault });
  const feed = createFeed();
  const row = servedRow(vault, 'seen: a boolean');
  const siblings = `"siblings":"${'x'.repeat(17 * 1024 * 1024)}"`;
  feed.add([row, servedRow(vault, 'stars: a boolean')]);
  await feed.deliver(db);
  await mirror.flush();
  feed.add([{ ...row, data: row.data.replace('"siblings":""', siblings) }]);
  await feed.deliver(db);
  await mirror.flush();
  const held = { id: row.id, kind: 'quarantined', code: 'NOT_ENCRYPTED' };
  expect(await mirror.troubledRows()).toMatchObject([held]);
  expect(await db.getAll('SELECT id FROM notes')).toHaveLength(2);
});

it('a row at which every write fails stops no other row for long', async () => {
  const vault = await openUserVault();
  const { db, mirror } = await powersyncDevice('laptop', [notes], { vault });
  await db.execute(
    `CREATE TRIGGER poison BEFORE INSERT ON ps_data_local__notes WHEN NEW.id = 'seen: a boolean'
    BEGIN SELECT RAISE(ABORT, 'poison'); END`,
  );
  const feed = createFeed();
  feed.add(['seen: a boolean', 'stars: a boolean'].map((id) => servedRow(vault, id)));
  await feed.deliver(db);
  await until(async () => expect(mirror.status.quarantined).toBe(1));
  expect(mirror.status.state).toBe('running');
  expect(await db.getAll('SELECT id FROM notes')).toEqual([{ id: 'stars: a boolean' }]);
  const held = { id: 'seen: a boolean', kind: 'quarantined', code: 'STORE_FAILED' };
  expect(await mirror.troubledRows()).toMatchObject([held]);
  await db.execute('DROP TRIGGER poison');
  await mirror.retry();
  expect(await db.getAll('SELECT id FROM notes')).toHaveLength(2);
  expect(mirror.status.quarantined).toBe(0);
});
