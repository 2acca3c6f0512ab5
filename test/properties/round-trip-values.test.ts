import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { type Columns, decryptRow, defineTable, encryptRow } from '../../src/index.js';
import { createWorld } from '../support/world.js';
import { holds } from './holds.js';
import { TYPES } from './values.js';

const { vault } = await createWorld();

/** Seals and opens one value; `Object.is` and byte by byte, or it is not the same. */
function assertRoundTrip(columns: Columns, row: Record<string, unknown>): void {
  const table = defineTable('values', columns);
  const whole = { id: 'r', ...row };
  deepStrictEqual(decryptRow(vault, table, encryptRow(vault, table, whole)), whole);
}

describe.each(TYPES)('every $name comes back exactly', ({ declare, values }) => {
  const each: fc.Arbitrary<unknown> = values;

  it('in a required column', () => {
    holds(fc.property(each, (value) => assertRoundTrip({ value: declare() }, { value })));
  });

  it('in an optional column, set or not', () => {
    const columns = { value: declare().optional() };
    holds(
      fc.property(each, (value) => assertRoundTrip(columns, { value })),
      30,
    );
    assertRoundTrip(columns, {});
  });

  it('in a nullable column, null or not', () => {
    const columns = { value: declare().nullable() };
    holds(
      fc.property(each, (value) => assertRoundTrip(columns, { value })),
      30,
    );
    assertRoundTrip(columns, { value: null });
  });

  it('as the default of a column that a row lacks', () => {
    const before = defineTable('values', {});
    holds(
      fc.property(each, (value) => {
        const sealed = encryptRow(vault, before, { id: 'r' });
        const columns: Columns = { value: declare().default(value as never) };
        const after = defineTable('values', columns);
        deepStrictEqual(decryptRow(vault, after, { ...sealed }), { id: 'r', value });
        assertRoundTrip(columns, { value });
      }),
      30,
    );
  });
});
