/** Sealed tables without plaintext ones, and what is refused before a diff is followed. */
import { column, Schema, Table } from '@powersync/common';
import { cleartext, defineTable, encrypted } from 'rowseal';
import { describe, expect, it } from 'vitest';
import {
  encryptedTables,
  sealedTables,
  trackDecryptedDiff,
} from '../../src/adapters/powersync/powersync.js';
import { notes, vault } from '../support/followed-notes.js';
import { openPowerSync } from '../support/open-powersync.js';

const tags = defineTable('tags', {
  name: encrypted.text(),
  seen: cleartext.integer().serverOwned(),
});

describe('sealedTables', () => {
  it('are the sealed ones of encryptedTables', () => {
    const made = new Schema({ ...sealedTables([notes, tags]) });
    const all = new Schema({ ...encryptedTables([notes, tags]) });
    const sealed = all.tables.filter(({ localOnly }) => !localOnly);
    expect(made.tables.map((table) => table.toJSON())).toEqual(
      sealed.map((table) => table.toJSON()),
    );
  });

  it.each([
    ['no tables', [] as never],
    ['no declared table', [{ name: 'notes' }] as never],
    ['two of one name', [notes, notes]],
    ['a payload of bytes', [defineTable('b', { body: encrypted.text() }, { payload: 'bytes' })]],
    ['a column that PowerSync has', [defineTable('c', { rowid: cleartext.text() })]],
  ])('refuse %s', (_, tables) => {
    expect(() => sealedTables(tables)).toThrow(TypeError);
  });
});

describe('trackDecryptedDiff refuses', () => {
  const options = { table: notes, vault: () => vault, onError: () => {} };
  const handler = () => {};

  it('a schema that sealedTables did not make, and says how to mend it', async () => {
    const { text } = column;
    const wrong = new Table({ payload: text, parents: text, siblings: text });
    const db = await openPowerSync(new Schema({ notes_sealed: wrong }));
    const error = await trackDecryptedDiff(db, options, handler).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/'notes_sealed' has no column 'folder'.*with sealedTables/);
    const other = trackDecryptedDiff(db, { ...options, table: tags }, handler);
    await expect(other).rejects.toThrow(/'tags_sealed' is missing/);
  });

  it.each([
    ['a table', { table: {} as never }],
    ['a vault', { vault: vault as never }],
    ['what to do about errors', { onError: undefined as never }],
    ['options that there are', { onChange: handler } as never],
  ])('a call without %s', async (_, changed) => {
    const db = await openPowerSync(new Schema(sealedTables([notes])));
    const call = trackDecryptedDiff(db, { ...options, ...changed }, handler);
    await expect(call).rejects.toThrow(TypeError);
  });

  it('a call without a database or a handler', async () => {
    const db = await openPowerSync(new Schema(sealedTables([notes])));
    await expect(trackDecryptedDiff({} as never, options, handler)).rejects.toThrow(TypeError);
    await expect(trackDecryptedDiff(db, options, {} as never)).rejects.toThrow(TypeError);
  });
});
