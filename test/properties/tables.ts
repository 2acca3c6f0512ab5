import fc from 'fast-check';
import {
  type Columns,
  cleartext,
  defineTable,
  type SealedRowOf,
  type Table,
} from '../../src/index.js';
import type { Column } from '../../src/rows/column.js';
import { safeIntegers, TYPES, visibleTexts } from './values.js';

/** A table whose columns are not known to the compiler, with one row of it. */
export interface Sample {
  readonly table: Table;
  readonly row: AnyPlainRow;
}
export type AnyPlainRow = Readonly<Record<string, unknown>> & { readonly id: string };
export type AnySealedRow = SealedRowOf<Table>;

interface ColumnSample {
  readonly column: Column;
  readonly value: unknown;
}

const VISIBLE_TYPES = [
  { declare: () => cleartext.text(), values: visibleTexts },
  { declare: () => cleartext.integer(), values: safeIntegers },
  { declare: () => cleartext.boolean(), values: fc.boolean() },
];

/** What a column that need not be set has instead of a value. */
const LEFT_OUT = undefined;

const encryptedColumns: fc.Arbitrary<ColumnSample>[] = TYPES.flatMap((type) => {
  const values: fc.Arbitrary<unknown> = type.values;
  return [
    values.map((value) => ({ column: type.declare(), value })),
    fc.option(values, { nil: LEFT_OUT }).map((value) => ({
      column: type.declare().optional(),
      value,
    })),
    fc.option(values).map((value) => ({ column: type.declare().nullable(), value })),
    values.map((value) => ({ column: type.declare().default(value as never), value })),
  ];
});

const visibleColumns: fc.Arbitrary<ColumnSample>[] = VISIBLE_TYPES.flatMap((type) => {
  const values: fc.Arbitrary<unknown> = type.values;
  const unset = fc.option(values, { nil: LEFT_OUT });
  const nullable = fc.option(values);
  return [
    values.map((value) => ({ column: type.declare(), value })),
    values.map((value) => ({ column: type.declare().default(value as never), value })),
    values.map((value) => ({ column: type.declare().bound(), value })),
    unset.map((value) => ({ column: type.declare().optional(), value })),
    unset.map((value) => ({ column: type.declare().optional().bound(), value })),
    nullable.map((value) => ({ column: type.declare().nullable(), value })),
    nullable.map((value) => ({ column: type.declare().nullable().bound(), value })),
    fc.constant({ column: type.declare().serverOwned(), value: LEFT_OUT }),
  ];
});

const RESERVED = ['id', 'payload', 'parents', 'siblings', '__proto__'];

export const names = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    fc.constantFrom('constructor', 'toString', 'hasOwnProperty', 'then', '0', '-1', 'a b', 'NULL'),
  )
  .filter((name) => !RESERVED.includes(name) && Buffer.byteLength(name) <= 256);

export const rowIds = fc.oneof(
  fc.uuid(),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter((id) => !id.includes('\0')),
);

const paddings = fc.oneof(
  fc.constant('none' as const),
  fc.integer({ min: 16, max: 2048 }).map((floor) => ({ floor })),
);

/** Random tables of random columns of every kind, type and presence, each with a row that fits. */
export const samples: fc.Arbitrary<Sample> = fc
  .record({
    name: names,
    columns: fc.uniqueArray(fc.tuple(names, fc.oneof(...encryptedColumns, ...visibleColumns)), {
      selector: ([name]) => name,
      maxLength: 12,
    }),
    id: rowIds,
    padding: paddings,
    payload: fc.constantFrom('text' as const, 'bytes' as const),
  })
  .map(({ name, columns, id, padding, payload }) => {
    const declared: Columns = Object.fromEntries(columns.map(([key, { column }]) => [key, column]));
    const set = columns.filter(([, { value }]) => value !== LEFT_OUT);
    const row: AnyPlainRow = {
      ...Object.fromEntries(set.map(([key, { value }]) => [key, value])),
      id,
    };
    return { table: defineTable(name, declared, { padding, payload }) as Table, row };
  });

/** Names of the columns of some kinds. */
export function namesOf(table: Table, ...kinds: Column['kind'][]): string[] {
  return Object.keys(table.columns).filter((name) =>
    kinds.includes((table.columns[name] as Column).kind),
  );
}
