import { IndexedColumn, Schema } from '@powersync/common';
import { cleartext, defineTable, encrypted, type Table } from 'rowseal';
import { encryptedTables } from 'rowseal/powersync';
import { describe, expect, it } from 'vitest';
import { openPowerSync } from '../support/open-powersync.js';

const notes = defineTable('notes', {
  body: encrypted.text(),
  stars: encrypted.integer().optional(),
  weight: encrypted.real().optional(),
  is_done: cleartext.boolean().optional(),
  seen_at: cleartext.text().nullable().serverOwned(),
});
const tasks = defineTable('tasks', { title: encrypted.text() });

function columnsOf(schema: Schema, name: string) {
  const table = schema.tables.find((each) => each.name === name);
  return Object.fromEntries((table?.columns ?? []).map((each) => [each.name, each.type]));
}

describe('the tables of a schema', () => {
  const schema = new Schema(encryptedTables([notes, tasks]));

  it('are two for each: one stays, one syncs', () => {
    const found = schema.tables.map(({ name, localOnly }) => [name, localOnly]);
    expect(found).toEqual([
      ['notes', true],
      ['notes_sealed', false],
      ['tasks', true],
      ['tasks_sealed', false],
    ]);
  });

  it('have the columns that each side needs, and no encrypted one in the sealed table', () => {
    const visible = { is_done: 'INTEGER', seen_at: 'TEXT' };
    const hidden = { body: 'TEXT', stars: 'INTEGER', weight: 'REAL' };
    expect(columnsOf(schema, 'notes')).toEqual({ ...hidden, ...visible });
    const mirror = { payload: 'TEXT', parents: 'TEXT', siblings: 'TEXT' };
    expect(columnsOf(schema, 'notes_sealed')).toEqual({ ...visible, ...mirror });
  });

  it('keep neither old values nor metadata, which would be uploaded', () => {
    for (const { trackPrevious, trackMetadata } of schema.tables) {
      expect([trackPrevious, trackMetadata]).toEqual([false, false]);
    }
  });

  it('are indexed as the app asks', async () => {
    const indexes = {
      notes: {
        by_stars: ['-stars', 'id'],
        by_body: [new IndexedColumn({ name: 'body', ascending: false })],
      },
    };
    const db = await openPowerSync(new Schema(encryptedTables([notes, tasks], { indexes })));
    const found = await db.getAll<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'ps_data_local__notes' AND sql IS NOT NULL ORDER BY name",
    );
    expect(found).toHaveLength(2);
  });
});

describe('no tables are made', () => {
  const body = encrypted.text();

  it.each<[string, readonly Table[]]>([
    ['of one name', [tasks, tasks]],
    ['of names that differ in case', [tasks, defineTable('Tasks', { body })]],
    ['of the name of a sealed one', [tasks, defineTable('tasks_sealed', { body })]],
    ['with a name that is no name there', [defineTable('my notes', { body })]],
    ['with a column that is no name there', [defineTable('notes', { 'a.b': body })]],
    ['with columns that differ in case', [defineTable('notes', { body, Body: body })]],
    ['with bytes for a payload', [defineTable('notes', { body }, { payload: 'bytes' })]],
  ])('%s', (_, tables) => {
    expect(() => encryptedTables(tables)).toThrow(TypeError);
  });

  it.each<[string, object]>([
    ['of a column that there is not', { notes: { by_size: ['size'] } }],
    ['of a table that there is not', { others: { by_body: ['body'] } }],
  ])('with an index %s', (_, indexes) => {
    expect(() => encryptedTables([notes], { indexes })).toThrow(TypeError);
  });

  it('with options that do not exist', () => {
    expect(() => encryptedTables([notes], { index: {} } as object)).toThrow(TypeError);
  });
});
