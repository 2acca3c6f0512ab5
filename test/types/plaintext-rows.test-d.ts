import { wrapPowerSyncWithKysely } from '@powersync/kysely-driver';
import type { PowerSyncDatabase } from '@powersync/node';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expectTypeOf, test } from 'vitest';
import type { PlaintextRowOf } from '../../src/adapters/powersync/powersync.js';
import { cleartext, defineTable, encrypted, type Table } from '../../src/index.js';

declare const db: PowerSyncDatabase;

const things = defineTable('things', {
  text: encrypted.text(),
  integer: encrypted.integer(),
  real: encrypted.real().default(0),
  boolean: encrypted.boolean(),
  bigint: encrypted.bigint(),
  decimal: encrypted.decimal().storedAs('number'),
  bytes: encrypted.bytes(),
  date: encrypted.date().optional(),
  timestamp: encrypted.timestamp().nullable(),
  json: encrypted.json(),
  tags: encrypted.json<string[]>().optional(),
  is_open: cleartext.boolean(),
  rank: cleartext.integer().nullable(),
  kind: cleartext.text().bound(),
  created_at: cleartext.text().serverOwned(),
});
type Thing = PlaintextRowOf<typeof things>;

test('a plaintext row has every column, as SQLite has it', () => {
  expectTypeOf<Thing>().toEqualTypeOf<{
    id: string;
    text: string;
    integer: number;
    real: number;
    boolean: number;
    bigint: string;
    decimal: string;
    bytes: string;
    date: string | null;
    timestamp: string | null;
    json: string;
    tags: string | null;
    is_open: number;
    rank: number | null;
    kind: string;
    created_at: string | null;
  }>();
});

test('of a table of which nothing is known it has an id', () => {
  expectTypeOf<PlaintextRowOf<Table>['id']>().toEqualTypeOf<string>();
});

const notes = defineTable('notes', {
  body: encrypted.text(),
  pinned: encrypted.boolean(),
  due_on: encrypted.date().optional(),
});
type Note = PlaintextRowOf<typeof notes>;

test('Kysely takes it: what may be missing may be left out, and the rest may not', async () => {
  const kysely = wrapPowerSyncWithKysely<{ notes: Note }>(db);
  const rows = await kysely.selectFrom('notes').select(['body', 'due_on']).execute();
  expectTypeOf(rows).toEqualTypeOf<{ body: string; due_on: string | null }[]>();
  kysely.insertInto('notes').values({ id: 'n1', body: 'hello', pinned: 1 });
  // @ts-expect-error A required column is missing.
  kysely.insertInto('notes').values({ id: 'n1', pinned: 1 });
  // @ts-expect-error SQLite has no booleans.
  kysely.updateTable('notes').set({ pinned: true });
});

test("Drizzle's table is compared with it", () => {
  const table = sqliteTable('notes', {
    id: text().primaryKey(),
    body: text().notNull(),
    pinned: integer().notNull(),
    due_on: text(),
  });
  expectTypeOf<typeof table.$inferSelect>().toEqualTypeOf<Note>();
  const nullable = sqliteTable('notes', { id: text().primaryKey(), body: text() });
  expectTypeOf<typeof nullable.$inferSelect>().not.toMatchTypeOf<Note>();
});
