import { column, Schema, Table } from '@powersync/common';
import { wrapPowerSyncWithKysely } from '@powersync/kysely-driver';
import type { PowerSyncDatabase } from '@powersync/node';
import { expectTypeOf, test } from 'vitest';
import { encryptedTables } from '../../src/adapters/powersync/powersync.js';
import { cleartext, defineTable, encrypted } from '../../src/index.js';

declare const db: PowerSyncDatabase;

const transactions = defineTable('transactions', {
  amount: encrypted.integer(),
  note: encrypted.text().optional(),
  account_id: cleartext.text().bound(),
  created_at: cleartext.text().nullable().serverOwned(),
});
const things = defineTable('things', {
  bigint: encrypted.bigint(),
  decimal: encrypted.decimal(),
  real: encrypted.real().default(0),
  boolean: encrypted.boolean(),
  bytes: encrypted.bytes(),
  date: encrypted.date(),
  timestamp: encrypted.timestamp(),
  json: encrypted.json(),
  tags: encrypted.json<string[]>().optional(),
  is_open: cleartext.boolean(),
  rank: cleartext.integer().nullable(),
});
const schema = new Schema({
  ...encryptedTables([transactions, things]),
  drafts: new Table({ title: column.text }),
});
type Database = (typeof schema)['types'];
/** As an editor shows it. */
type Flat<T> = { [K in keyof T]: T[K] };

test('the database has both tables of each, and the others of the app', () => {
  expectTypeOf<keyof Database>().toEqualTypeOf<
    'transactions' | 'transactions_sealed' | 'things' | 'things_sealed' | 'drafts'
  >();
});

test('a plaintext table has every column, as SQLite has it', () => {
  expectTypeOf<Flat<Database['transactions']>>().toEqualTypeOf<{
    id: string;
    amount: number | null;
    note: string | null;
    account_id: string | null;
    created_at: string | null;
  }>();
  expectTypeOf<Flat<Database['things']>>().toEqualTypeOf<{
    id: string;
    bigint: string | null;
    decimal: string | null;
    real: number | null;
    boolean: number | null;
    bytes: string | null;
    date: string | null;
    timestamp: string | null;
    json: string | null;
    tags: string | null;
    is_open: number | null;
    rank: number | null;
  }>();
});

test('a sealed table has what the server sees', () => {
  expectTypeOf<Flat<Database['transactions_sealed']>>().toEqualTypeOf<{
    id: string;
    account_id: string | null;
    created_at: string | null;
    payload: string | null;
    parents: string | null;
    siblings: string | null;
  }>();
  expectTypeOf<keyof Database['things_sealed']>().toEqualTypeOf<
    'id' | 'is_open' | 'rank' | 'payload' | 'parents' | 'siblings'
  >();
});

test('indexes are of tables that were given', () => {
  encryptedTables([transactions], { indexes: { transactions: { by_amount: ['amount'] } } });
  // @ts-expect-error There is no such table.
  encryptedTables([transactions], { indexes: { things: { by_rank: ['rank'] } } });
  // @ts-expect-error There is no such option.
  encryptedTables([transactions], { index: {} });
});

test('Kysely knows the tables and their columns', async () => {
  const kysely = wrapPowerSyncWithKysely<Database>(db);
  const rows = await kysely.selectFrom('transactions').select(['id', 'amount']).execute();
  expectTypeOf(rows).toEqualTypeOf<{ id: string; amount: number | null }[]>();
  kysely.insertInto('transactions').values({ id: 't1', amount: 5 });
  // @ts-expect-error A text where a number belongs.
  kysely.insertInto('transactions').values({ id: 't1', amount: '5' });
  // @ts-expect-error An encrypted column is not in the sealed table.
  kysely.selectFrom('transactions_sealed').select('amount');
});
