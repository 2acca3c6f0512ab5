/** Columns that an update of the app renames or adds, while writes wait to be sealed. */
import type { PowerSyncDatabase } from '@powersync/node';
import { decryptRow, defineTable, encrypted, type SealedRowOf, type Table } from 'rowseal';
import { startMirror } from 'rowseal/powersync';
import { describe, expect, it } from 'vitest';
import { openUserVault, powersyncDevice, schemaOf } from '../support/mirrored-powersync.js';
import type { DatabaseFile } from '../support/open-powersync.js';

const [text, integer] = [encrypted.text().optional(), encrypted.integer().optional()];
const before = defineTable('people', { name: text, phone: text, born: integer, note: text });
/** `phone` and `note` move up by one name, `born` gets a new one, `nick` did not exist. */
const after = defineTable('people', {
  nick: text,
  name: text,
  note: text.storedAs('phone'),
  year: integer.storedAs('born'),
  remark: text.storedAs('note'),
});
const ADA = { name: 'Ada', phone: '1', born: 1815, note: 'first' };

/** A database of the earlier version, with Ada sealed, and no mirror. */
async function earlier(): Promise<{ file: DatabaseFile; db: PowerSyncDatabase }> {
  const { file, db, mirror } = await powersyncDevice('laptop', [before]);
  await db.execute(
    `INSERT INTO people (id, name, phone, born, note) VALUES ('ada', 'Ada', '1', 1815, 'first'),
    ('gone', 'Bob', '2', 1816, 'second')`,
  );
  await mirror.flush();
  await mirror.close();
  return { file, db };
}

/** Opens it with the next version, which may write before its mirror starts. */
async function updated(file: DatabaseFile, writes: readonly string[] = [], table: Table = after) {
  const db = await file.open(schemaOf([table]));
  for (const sql of writes) await db.execute(sql);
  return { db, mirror: await startMirror({ db, tables: [table], vault: null }) };
}

async function sealedRow(db: PowerSyncDatabase, id: string) {
  const sealed = await db.get<SealedRowOf<typeof after>>(
    'SELECT * FROM people_sealed WHERE id = ?',
    [id],
  );
  return decryptRow(await openUserVault(), after, sealed);
}

describe('an edit of a renamed column', () => {
  it('is sealed under the present name, with those of other columns', async () => {
    const { file, db: old } = await earlier();
    await old.execute("UPDATE people SET phone = '11' WHERE id = 'ada'");
    await old.execute("UPDATE people SET born = 1999, note = NULL WHERE id = 'ada'");
    await old.execute("DELETE FROM people WHERE id = 'gone'");
    await old.execute("INSERT INTO people (id, phone, born) VALUES ('new', 'new', 0.5)");
    await old.close();
    const { db, mirror } = await updated(file);
    const ada = { id: 'ada', nick: null, name: 'Ada', note: '11', year: 1999, remark: null };
    const added = { id: 'new', nick: null, name: null, note: 'new', year: 0, remark: null };
    const ALL = 'SELECT * FROM people ORDER BY id';
    expect(await db.getAll(ALL)).toEqual([ada, added]); // locked, and shown all the same
    await mirror.unlock(await openUserVault());
    await mirror.flush();
    expect(await db.getAll(ALL)).toEqual([ada, added]);
    expect(await sealedRow(db, 'ada')).toEqual({ id: 'ada', name: 'Ada', note: '11', year: 1999 });
    expect(await sealedRow(db, 'new')).toEqual({ id: 'new', note: 'new', year: 0 });
    expect(mirror.status).toMatchObject({ unsealable: 0, quarantined: 0 });
  });

  it.each([
    ['of another column', "nick = 'A'", { nick: 'A', note: '11' }],
    ['of the same column', "note = '12'", { note: '12' }],
  ])('survives a write %s before the mirror starts', async (_, set, expected) => {
    const { file, db: old } = await earlier();
    await old.execute("UPDATE people SET phone = '11' WHERE id = 'ada'");
    await old.close();
    const { db, mirror } = await updated(file, [
      `UPDATE people SET ${set} WHERE id = 'ada'`,
      "UPDATE people SET name = 'Ada L.' WHERE id = 'ada'",
      "DELETE FROM people WHERE id = 'gone'",
    ]);
    await mirror.unlock(await openUserVault());
    await mirror.flush();
    const { name, ...rest } = { ...ADA, ...expected, name: 'Ada L.' };
    const { born: year, note, nick } = { nick: null, ...rest };
    const row = { id: 'ada', nick, name, note, year, remark: 'first' };
    expect(await db.getAll('SELECT * FROM people')).toEqual([row]);
    expect(await sealedRow(db, 'ada')).toMatchObject({ name, note, year, remark: 'first' });
  });

  it('is nothing for a table whose columns only change places', async () => {
    const { file, db: old } = await earlier();
    await old.execute("UPDATE people SET phone = '11' WHERE id = 'ada'");
    await old.close();
    const { name, phone, born, note } = before.columns;
    const shuffled = defineTable('people', { note, born, phone, name });
    const { db, mirror } = await updated(file, [], shuffled);
    await mirror.unlock(await openUserVault());
    await mirror.flush();
    const ada = { id: 'ada', ...ADA, phone: '11' };
    expect(await db.getAll("SELECT * FROM people WHERE id = 'ada'")).toEqual([ada]);
  });

  it('is shown under the other name once two names were exchanged', async () => {
    const { file, db: old } = await earlier();
    await old.close();
    const { name, born } = before.columns;
    const [phone, note] = [text.storedAs('note'), text.storedAs('phone')];
    const exchanged = defineTable('people', { name, phone, born, note });
    const { db, mirror } = await updated(file, [], exchanged);
    await mirror.unlock(await openUserVault());
    await mirror.flush();
    const ada = { id: 'ada', ...ADA, phone: 'first', note: '1' };
    expect(await db.getAll("SELECT * FROM people WHERE id = 'ada'")).toEqual([ada]);
  });

  it('queues nothing when nothing waits', async () => {
    const { file, db: old } = await earlier();
    await old.close();
    const { db } = await updated(file);
    expect(await db.getAll("SELECT * FROM rowseal_queue WHERE dir <> 'show'")).toEqual([]);
    const [ada] = await db.getAll('SELECT * FROM people');
    expect(ada).toEqual({
      id: 'ada',
      nick: null,
      name: 'Ada',
      note: '1',
      year: 1815,
      remark: 'first',
    });
  });
});

describe('a column added with a default', () => {
  const [name, stars] = [encrypted.text(), encrypted.integer().default(3)];
  const v1 = defineTable('people', { name });
  const v2 = defineTable('people', { name, note: text });
  const v3 = defineTable('people', { name, note: text, stars });
  const opened = defineTable('people', { ...v3.columns });

  async function waiting() {
    const { file, db, mirror } = await powersyncDevice('laptop', [v1]);
    await db.execute("INSERT INTO people (id, name) VALUES ('ada', 'Ada')");
    await mirror.flush();
    await mirror.close();
    await db.execute("INSERT INTO people (id, name) VALUES ('new', 'New')");
    await db.execute("UPDATE people SET name = 'Ada L.' WHERE id = 'ada'");
    await db.close();
    return file;
  }

  async function sealed(db: PowerSyncDatabase) {
    const vault = await openUserVault();
    const rows = await db.getAll<SealedRowOf<typeof opened>>(
      'SELECT * FROM people_sealed ORDER BY id',
    );
    return rows.map((row) => decryptRow(vault, opened, row));
  }

  it.each([
    ['at once', [v3]],
    ['by way of another version', [v2, v3]],
  ])('reads it in rows that waited, %s', async (_, versions) => {
    const file = await waiting();
    for (const version of versions) {
      const { db } = await updated(file, [], version);
      await db.close();
    }
    const { db, mirror } = await updated(file, [], v3);
    const ada = { id: 'ada', name: 'Ada L.', note: null, stars: 3 };
    const added = { id: 'new', name: 'New', note: null, stars: 3 };
    expect(await db.getAll('SELECT * FROM people ORDER BY id')).toEqual([ada, added]);
    await mirror.unlock(await openUserVault());
    await mirror.flush();
    expect(mirror.status.unsealable).toBe(0);
    expect(await sealed(db)).toEqual([
      { id: 'ada', name: 'Ada L.', stars: 3 },
      { id: 'new', name: 'New', stars: 3 },
    ]);
  });

  it('reads it in a row that the app writes before the mirror starts, unless it says more', async () => {
    const file = await waiting();
    const { db, mirror } = await updated(
      file,
      [
        "UPDATE people SET note = 'early' WHERE id = 'ada'",
        "UPDATE people SET stars = 5 WHERE id = 'new'",
      ],
      v3,
    );
    await mirror.unlock(await openUserVault());
    await mirror.flush();
    expect(await sealed(db)).toEqual([
      { id: 'ada', name: 'Ada L.', note: 'early', stars: 3 },
      { id: 'new', name: 'New', stars: 5 },
    ]);
  });
});
