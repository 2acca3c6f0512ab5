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

/** A table whose columns are not known to the compiler, with one row of it and an edit of that. */
export interface Sample {
  readonly table: Table;
  readonly row: AnyPlainRow;
  readonly edited: AnyPlainRow;
}
export type AnyPlainRow = Readonly<Record<string, unknown>> & { readonly id: string };
export type AnySealedRow = SealedRowOf<Table>;

interface ColumnSample {
  readonly column: Column;
  /** Its values in the row and in an edit of it. */
  readonly values: readonly [unknown, unknown];
}

const VISIBLE_TYPES = [
  { declare: () => cleartext.text(), values: visibleTexts },
  { declare: () => cleartext.integer(), values: safeIntegers },
  { declare: () => cleartext.boolean(), values: fc.boolean() },
];

/** What a column that need not be set has instead of a value. */
const LEFT_OUT = undefined;

const two = (values: fc.Arbitrary<unknown>) => fc.tuple(values, values);
/** Bound columns are fixed when the row is inserted. */
const fixed = (values: fc.Arbitrary<unknown>) =>
  values.map((value): [unknown, unknown] => [value, value]);

function columnSamples(
  column: Column | ((first: unknown) => Column),
  values: fc.Arbitrary<[unknown, unknown]>,
): fc.Arbitrary<ColumnSample> {
  return values.map((pair) => ({
    column: typeof column === 'function' ? column(pair[0]) : column,
    values: pair,
  }));
}

const encryptedColumns = TYPES.flatMap(({ declare, values: every }) => {
  const values: fc.Arbitrary<unknown> = every;
  return [
    columnSamples(declare(), two(values)),
    columnSamples(declare().optional(), two(fc.option(values, { nil: LEFT_OUT }))),
    columnSamples(declare().nullable(), two(fc.option(values))),
    columnSamples((first) => declare().default(first as never), two(values)),
  ];
});

const visibleColumns = VISIBLE_TYPES.flatMap(({ declare, values: every }) => {
  const values: fc.Arbitrary<unknown> = every;
  const unset = fc.option(values, { nil: LEFT_OUT });
  const nullable = fc.option(values);
  return [
    columnSamples(declare(), two(values)),
    columnSamples((first) => declare().default(first as never), two(values)),
    columnSamples(declare().bound(), fixed(values)),
    columnSamples(declare().optional(), two(unset)),
    columnSamples(declare().optional().bound(), fixed(unset)),
    columnSamples(declare().nullable(), two(nullable)),
    columnSamples(declare().nullable().bound(), fixed(nullable)),
    columnSamples(declare().serverOwned(), fc.constant([LEFT_OUT, LEFT_OUT])),
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
    const rowOf = (which: 0 | 1): AnyPlainRow => {
      const values = columns.map(([key, each]) => [key, each.values[which]] as const);
      const set = values.filter(([, value]) => value !== LEFT_OUT);
      return { ...Object.fromEntries(set), id };
    };
    const table: Table = defineTable(name, declared, { padding, payload });
    return { table, row: rowOf(0), edited: rowOf(1) };
  });

/** Names of the columns of some kinds. */
export function namesOf(table: Table, ...kinds: Column['kind'][]): string[] {
  return Object.keys(table.columns).filter((name) =>
    kinds.includes((table.columns[name] as Column).kind),
  );
}
