import { expectTypeOf, test } from 'vitest';
import {
  cleartext,
  decryptRow,
  decryptRowDetails,
  defineTable,
  encrypted,
  encryptRow,
  type Finding,
  mergeRows,
  type RowOf,
  type SealedRowOf,
  type Table,
  tryDecryptRow,
  type Vault,
} from '../../src/index.js';

declare const vault: Vault;

const transactions = defineTable('transactions', {
  amount: encrypted.integer(),
  note: encrypted.text().optional(),
  closed: encrypted.date().nullable(),
  paid: encrypted.boolean().default(false),
  tags: encrypted.json<string[]>(),
  receipt: encrypted.bytes().storedAs('photo'),
  account_id: cleartext.text().bound(),
  month: cleartext.integer().optional(),
  region: cleartext.text().nullable(),
  created_at: cleartext.text().serverOwned(),
});
type Row = RowOf<typeof transactions>;
type Sealed = SealedRowOf<typeof transactions>;
declare const row: Row;
declare const sealed: Sealed;

test('a row has every column but the server-owned ones, with the declared types', () => {
  expectTypeOf<Row>().toEqualTypeOf<{
    id: string;
    amount: number;
    closed: string | null;
    paid: boolean;
    tags: string[];
    receipt: Uint8Array;
    account_id: string;
    region: string | null;
    note?: string | undefined;
    month?: number | undefined;
  }>();
  expectTypeOf<Row>().not.toHaveProperty('created_at');
});

test('a sealed row has what the server sees and nothing else', () => {
  expectTypeOf<Sealed>().toEqualTypeOf<{
    id: string;
    account_id: string;
    region: string | null;
    month: number | null;
    created_at?: unknown;
    payload: string;
  }>();
  // @ts-expect-error An encrypted column can't be read from a sealed row.
  sealed.amount;
});

test('every type of column has its type of value', () => {
  const all = defineTable('all', {
    text: encrypted.text(),
    integer: encrypted.integer(),
    bigint: encrypted.bigint(),
    decimal: encrypted.decimal(),
    real: encrypted.real(),
    boolean: encrypted.boolean(),
    bytes: encrypted.bytes(),
    date: encrypted.date(),
    timestamp: encrypted.timestamp(),
  });
  expectTypeOf<RowOf<typeof all>>().toEqualTypeOf<{
    id: string;
    text: string;
    integer: number;
    bigint: bigint;
    decimal: string;
    real: number;
    boolean: boolean;
    bytes: Uint8Array;
    date: string;
    timestamp: Date;
  }>();
});

test('a row must be whole and of the right types', () => {
  const { amount, ...rest } = row;
  // @ts-expect-error A required column is missing.
  encryptRow(vault, transactions, rest);
  // @ts-expect-error A number where text belongs.
  encryptRow(vault, transactions, { ...row, account_id: 5 });
  // @ts-expect-error Null in a column that is optional, not nullable.
  encryptRow(vault, transactions, { ...row, note: null });
  // @ts-expect-error Left out of a column that is nullable, not optional.
  encryptRow(vault, transactions, { ...row, closed: undefined });
  // @ts-expect-error A column that the server writes.
  encryptRow(vault, transactions, { ...row, created_at: 'now' });
  // @ts-expect-error A column of no table.
  encryptRow(vault, transactions, { ...row, extra: 1 });
  encryptRow(vault, transactions, { ...row, note: undefined, closed: null });
});

test('plaintext and ciphertext are not confused', () => {
  // @ts-expect-error A plaintext row where a sealed one belongs.
  decryptRow(vault, transactions, row);
  // @ts-expect-error A sealed row where a plaintext one belongs.
  encryptRow(vault, transactions, sealed);
  // @ts-expect-error A number where ciphertext belongs.
  decryptRow(vault, transactions, { ...sealed, payload: 5 });
  // @ts-expect-error Bytes where this table has text.
  decryptRow(vault, transactions, { ...sealed, payload: new Uint8Array(0) });
  // @ts-expect-error The plaintext row as the previous version.
  encryptRow(vault, transactions, row, { previous: row });
  // @ts-expect-error An option that does not exist.
  encryptRow(vault, transactions, row, { nonce: new Uint8Array(24) });
});

test('functions return the types of their table', () => {
  expectTypeOf(decryptRow(vault, transactions, sealed)).toEqualTypeOf<Row>();
  expectTypeOf(encryptRow(vault, transactions, row)).toEqualTypeOf<Sealed>();
  expectTypeOf(mergeRows(vault, transactions, sealed, sealed)).toEqualTypeOf<Sealed>();
  const result = tryDecryptRow(vault, transactions, sealed);
  // @ts-expect-error The row is there only after asking whether it opened.
  result.row;
  if (result.ok) expectTypeOf(result.row).toEqualTypeOf<Row>();
  else expectTypeOf(result.error.code).not.toBeAny();
  const details = decryptRowDetails(vault, transactions, sealed);
  expectTypeOf(details.row).toEqualTypeOf<Row | null>();
  expectTypeOf(details.untrusted.region).toBeUnknown();
  expectTypeOf(details.stamps).toHaveProperty('amount');
  // @ts-expect-error No column has this name.
  details.stamps.amuont;
});

test('the payload of a table is text, or bytes where that was asked for', () => {
  const raw = defineTable('raw', { body: encrypted.text() }, { payload: 'bytes' });
  expectTypeOf<SealedRowOf<typeof raw>['payload']>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<Sealed['payload']>().toEqualTypeOf<string>();
  expectTypeOf<SealedRowOf<Table>['payload']>().toEqualTypeOf<string | Uint8Array>();
  // @ts-expect-error There is no third way to store it.
  defineTable('raw', { body: encrypted.text() }, { payload: 'hex' });
});

test('declarations that make no sense do not compile', () => {
  // @ts-expect-error One of the two.
  encrypted.text().optional().nullable();
  // @ts-expect-error One of the two.
  cleartext.text().nullable().optional();
  // @ts-expect-error A column that is always set needs no null.
  encrypted.text().default('a').nullable();
  // @ts-expect-error A default of another type.
  encrypted.integer().default('a');
  // @ts-expect-error The server can't see it, so nothing can be bound to it.
  encrypted.text().bound();
  // @ts-expect-error The server can't write what it can't see.
  encrypted.text().serverOwned();
  // @ts-expect-error Not authenticated, so not bound.
  cleartext.text().serverOwned().bound();
  // @ts-expect-error A database does not give dates back unchanged.
  cleartext.date();
  // @ts-expect-error Whether a column is encrypted must be said.
  defineTable('t', { body: 'text' });
});

test('a finding has a column only where that makes sense', () => {
  const finding = {} as Finding;
  // @ts-expect-error Only a metadata mismatch names a column.
  finding.column;
  if (finding.code === 'metadata-mismatch') expectTypeOf(finding.column).toBeString();
});
