/** A schema that does not fit what is declared is refused before anything is written. */
import { column, Schema, Table } from '@powersync/common';
import { cleartext, defineTable, encrypted } from 'rowseal';
import { encryptedTables, startMirror, type UploadOptions, uploadWith } from 'rowseal/powersync';
import { describe, expect, it } from 'vitest';
import { openPowerSync } from '../support/open-powersync.js';

const notes = defineTable('notes', {
  body: encrypted.text(),
  stars: encrypted.integer().optional(),
  folder: cleartext.text().optional(),
});
const tags = defineTable('tags', { name: encrypted.text() });
const both = encryptedTables([notes, tags]);
const ofNotes = encryptedTables([notes]);
const { text, integer } = column;
const plain = { body: text, stars: integer, folder: text };
const sealed = { folder: text, payload: text, parents: text, siblings: text };

type SchemaTables = ConstructorParameters<typeof Schema>[0];

async function startOn(tables: SchemaTables, declared = [notes, tags]) {
  const db = await openPowerSync(new Schema(tables));
  const mirror = await startMirror({ db, vault: null, tables: declared });
  await mirror.close();
  return db;
}

describe('a mirror', () => {
  it('refuses a raw table', async () => {
    const schema = new Schema({ notes_sealed: ofNotes.notes_sealed });
    schema.withRawTables({
      notes: {
        put: { sql: 'INSERT OR REPLACE INTO notes (id) VALUES (?)', params: ['Id'] },
        delete: { sql: 'DELETE FROM notes WHERE id = ?', params: ['Id'] },
      },
    });
    const db = await openPowerSync(schema);
    const started = startMirror({ db, vault: null, tables: [notes] });
    await expect(started).rejects.toThrow(TypeError);
    await expect(started).rejects.toThrow("'notes' is a raw table");
  });

  it.each<[string, SchemaTables, string]>([
    ['lacks the plaintext table', { notes_sealed: both.notes_sealed }, "'notes' is missing"],
    ['lacks the sealed table', { notes: both.notes }, "'notes_sealed' is missing"],
    [
      'would sync the plaintext',
      { notes: new Table(plain), notes_sealed: both.notes_sealed },
      "'notes' is synced, and has to be local-only",
    ],
    [
      'keeps the sealed rows on the device',
      { notes: both.notes, notes_sealed: new Table(sealed, { localOnly: true }) },
      "'notes_sealed' is local-only, and has to be synced",
    ],
    [
      'keeps no sealed rows',
      { notes: both.notes, notes_sealed: new Table(sealed, { insertOnly: true }) },
      "'notes_sealed' is insert-only",
    ],
    [
      'lacks a column',
      { ...ofNotes, notes: new Table({ body: text, folder: text }, { localOnly: true }) },
      "'notes' has no column 'stars'",
    ],
    [
      'has a column of another type',
      { ...ofNotes, notes: new Table({ ...plain, stars: text }, { localOnly: true }) },
      "'notes' has 'stars' as TEXT, which has to be INTEGER",
    ],
    [
      'has a column that would never be sealed',
      { ...ofNotes, notes: new Table({ ...plain, pinned: integer }, { localOnly: true }) },
      "'notes' has a column 'pinned'",
    ],
    [
      'would sync what is encrypted',
      { ...ofNotes, notes_sealed: new Table({ ...sealed, body: text }) },
      "'notes_sealed' has a column 'body'",
    ],
  ])('refuses a schema that %s, and says so', async (_, tables, message) => {
    const started = startOn(tables, [notes]);
    await expect(started).rejects.toThrow(TypeError);
    await expect(started).rejects.toThrow(message);
  });

  it('refuses tables of a schema that it is not told of: nobody would seal them', async () => {
    const started = startOn(both, [notes]);
    await expect(started).rejects.toThrow(TypeError);
    await expect(started).rejects.toThrow("'tags_sealed'");
  });

  it('takes the app’s other tables, and columns in any order', async () => {
    await startOn({
      ...both,
      notes: new Table({ folder: text, stars: integer, body: text }, { localOnly: true }),
      drafts: new Table({ payload: text }, { localOnly: true }),
      drafts_sealed: new Table({ payload: text }),
      letters_sealed: new Table(sealed),
      letters: new Table({ body: text }),
    });
  });
});

describe('an upload', () => {
  const upload = async (tables: SchemaTables, declared: UploadOptions['tables']) => {
    const db = await openPowerSync(new Schema(tables));
    await db.execute("INSERT INTO notes_sealed (id, payload) VALUES ('n1', 'plain words')");
    const sent: unknown[] = [];
    const send = async (writes: readonly unknown[]) => void sent.push(writes);
    const uploaded = uploadWith({ tables: declared, send })(db);
    return { sent, error: await uploaded.catch((error: Error) => error) };
  };

  it('sends nothing while a sealed table is not declared: nobody would guard it', async () => {
    const { sent, error } = await upload(both, [tags]);
    expect(sent).toEqual([]);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain("'notes_sealed'");
  });
});
