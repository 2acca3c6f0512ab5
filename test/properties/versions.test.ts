import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Columns,
  decryptRow,
  decryptRowDetails,
  defineTable,
  encryptDelete,
  encryptRow,
  mergeRows,
  reencryptRow,
  rotateDataKey,
  type Table,
  tryDecryptRow,
} from '../../src/index.js';
import type { Column } from '../../src/rows/column.js';
import { createWorld } from '../support/world.js';
import { holds } from './holds.js';
import { type AnyPlainRow, type Sample, samples } from './tables.js';
import { TYPES } from './values.js';

const world = await createWorld();
const { vault } = world;
const rotated = await rotateDataKey(world.store, vault);

/** A newer version of a table, and the older one, which lacks some of its columns. */
interface Versions extends Sample {
  readonly older: Table;
}

const versions: fc.Arbitrary<Versions> = fc
  .tuple(samples, fc.infiniteStream(fc.boolean()))
  .map(([sample, coins]) => {
    const { table } = sample;
    const keep = ([, { kind }]: [string, Column]) => kind === 'bound' || coins.next().value;
    const columns = Object.fromEntries(Object.entries(table.columns).filter(keep));
    return { ...sample, older: redefine(table, columns) };
  });

function redefine(table: Table, columns: Columns, name = table.name): Table {
  const { padding, payload } = table;
  const storedAs = table.name;
  return defineTable(name, columns, { padding, payload, storedAs });
}

/** The part of a row that a table declares. */
function known(table: Table, row: AnyPlainRow): AnyPlainRow {
  const names = Object.keys(row).filter((name) => Object.hasOwn(table.columns, name));
  return { ...Object.fromEntries(names.map((name) => [name, row[name]])), id: row.id };
}

/** A row as it is after an older version laid what it knows of an edit over it. */
function laidOver({ row, edited, older }: Versions): AnyPlainRow {
  const untouched = Object.entries(row).filter(([name]) => !Object.hasOwn(older.columns, name));
  return { ...Object.fromEntries(untouched), ...known(older, edited) };
}

describe('columns that an older version does not know', () => {
  it('are no obstacle to reading the others', () => {
    holds(
      fc.property(versions, ({ table, row, older }) => {
        const sealed = encryptRow(vault, table, row);
        const { row: opened, unknownColumns } = decryptRowDetails(vault, older, sealed);
        deepStrictEqual(opened, known(older, row));
        const missing = Object.entries(table.columns).filter(
          ([name, { kind }]) => kind !== 'server-owned' && !Object.hasOwn(older.columns, name),
        );
        expect(unknownColumns).toBe(missing.length);
      }),
    );
  });

  it('survive its edits', () => {
    holds(
      fc.property(versions, (all) => {
        const { table, row, edited, older } = all;
        const previous = encryptRow(vault, table, row);
        const sealed = encryptRow(vault, older, known(older, edited), { previous });
        deepStrictEqual(decryptRow(vault, table, sealed), laidOver(all));
      }),
      200,
    );
  });

  it('survive its edits under another data key', () => {
    holds(
      fc.property(versions, (all) => {
        const { table, row, edited, older } = all;
        const previous = reencryptRow(rotated, older, encryptRow(vault, table, row));
        deepStrictEqual(decryptRow(rotated, table, previous), row);
        const sealed = encryptRow(rotated, older, known(older, edited), { previous });
        deepStrictEqual(decryptRow(rotated, table, sealed), laidOver(all));
      }),
      50,
    );
  });

  it('survive a merge of its edit with a concurrent one, whoever merges', () => {
    holds(
      fc.property(versions, ({ table, row, edited, older }) => {
        const previous = encryptRow(vault, table, row);
        // The newer version edits what the older one does not know, and the other way round.
        const byNew = encryptRow(
          vault,
          table,
          { ...edited, ...known(older, row), ...unset(older, row) },
          { previous },
        );
        const byOld = encryptRow(vault, older, known(older, edited), { previous });
        for (const merger of [table, older]) {
          for (const [a, b] of [
            [byNew, byOld],
            [byOld, byNew],
          ] as const) {
            deepStrictEqual(decryptRow(vault, table, mergeRows(vault, merger, a, b)), edited);
          }
        }
      }),
      200,
    );
  });

  it('are erased by its delete', () => {
    holds(
      fc.property(versions, ({ table, row, older }) => {
        const deleted = encryptDelete(vault, older, encryptRow(vault, table, row));
        const result = tryDecryptRow(vault, table, deleted);
        expect(result).toMatchObject({ ok: false, error: { code: 'ROW_DELETED' } });
        expect(decryptRowDetails(vault, table, deleted).unknownColumns).toBe(0);
      }),
      50,
    );
  });
});

/** The columns that a version knows and a row leaves out, as they must not come from elsewhere. */
function unset(table: Table, row: AnyPlainRow): Record<string, undefined> {
  const names = Object.keys(table.columns).filter((name) => !Object.hasOwn(row, name));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

describe('a row stays readable when', () => {
  it('its columns are declared in another order', () => {
    holds(
      fc.property(samples, ({ table, row }) => {
        const reversed = Object.fromEntries(Object.entries(table.columns).reverse());
        const sealed = encryptRow(vault, table, row);
        deepStrictEqual(decryptRow(vault, redefine(table, reversed), sealed), row);
      }),
    );
  });

  it('table and columns are renamed with storedAs, also twice', () => {
    holds(
      fc.property(samples, ({ table, row, edited }) => {
        const rename = <T>(entries: [string, T][]) => entries.map(([name, t]) => [`${name}!`, t]);
        const columns = Object.entries(table.columns).map(([name, column]): [string, Column] => [
          name,
          (column as unknown as { storedAs(name: string): Column }).storedAs(name),
        ]);
        const renamed = redefine(table, Object.fromEntries(rename(columns)), 'renamed');
        const renameRow = ({ id, ...rest }: AnyPlainRow) => ({
          ...Object.fromEntries(rename(Object.entries(rest))),
          id,
        });
        const { payload, id, ...visible } = encryptRow(vault, table, row);
        const moved = { ...renameRow({ ...visible, id }), payload };
        deepStrictEqual(decryptRow(vault, renamed, moved), renameRow(row));
        const sealed = encryptRow(vault, renamed, renameRow(edited) as never, { previous: moved });
        deepStrictEqual(decryptRow(vault, renamed, sealed), renameRow(edited));
      }),
    );
  });

  it('a column changes its type: the old value is carried along, and neither is misread', () => {
    const types = fc.shuffledSubarray([...TYPES], { minLength: 2, maxLength: 2 });
    const changes = types.chain((pair) => {
      const [before, after] = pair as [(typeof TYPES)[number], (typeof TYPES)[number]];
      const values: fc.Arbitrary<unknown>[] = [before.values, after.values];
      return fc.tuple(fc.constant([before, after] as const), fc.tuple(...values));
    });
    holds(
      fc.property(changes, ([[before, after], [value, other]]) => {
        const first = defineTable('t', { value: before.declare() });
        const second = defineTable('t', { value: after.declare().optional() });
        const previous = encryptRow(vault, first, { id: 'r', value });
        deepStrictEqual(decryptRow(vault, second, previous), { id: 'r' });
        const sealed = encryptRow(vault, second, { id: 'r', value: other }, { previous });
        deepStrictEqual(decryptRow(vault, second, sealed), { id: 'r', value: other });
        deepStrictEqual(decryptRow(vault, first, sealed), { id: 'r', value });
      }),
    );
  });
});
