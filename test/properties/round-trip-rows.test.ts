import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decryptRow, decryptRowDetails, encryptRow } from '../../src/index.js';
import { createWorld } from '../support/world.js';
import { holds } from './holds.js';
import { type AnySealedRow, namesOf, samples } from './tables.js';

const { vault } = await createWorld();

describe('a row of any table', () => {
  it('comes back exactly, new and edited', () => {
    holds(
      fc.property(samples, ({ table, row, edited }) => {
        const sealed = encryptRow(vault, table, row);
        deepStrictEqual(decryptRow(vault, table, sealed), row);
        const again = encryptRow(vault, table, edited, { previous: sealed });
        deepStrictEqual(decryptRow(vault, table, again), edited);
      }),
      300,
    );
  });

  it('shows the server its visible columns and nothing else', () => {
    holds(
      fc.property(samples, ({ table, row }) => {
        const visible = namesOf(table, 'mirrored', 'bound');
        const sealed = encryptRow(vault, table, row);
        const expected = Object.fromEntries(
          visible.map((name) => [name, Object.hasOwn(row, name) ? row[name] : null]),
        );
        deepStrictEqual({ ...sealed, payload: null }, { ...expected, id: row.id, payload: null });
      }),
    );
  });

  it('comes back from a database that rewrites integers, booleans and the order of columns', () => {
    holds(
      fc.property(samples, fc.boolean(), ({ table, row }, asText) => {
        const served = asDatabase(encryptRow(vault, table, row), asText);
        const { row: opened, findings } = decryptRowDetails(vault, table, served);
        deepStrictEqual(opened, row);
        expect(findings).toEqual([]);
      }),
    );
  });

  it('is authenticated whatever the server says in its visible columns', () => {
    const said = fc.dictionary(fc.string(), fc.anything());
    holds(
      fc.property(samples, said, ({ table, row }, lies) => {
        const mirrored = namesOf(table, 'mirrored', 'server-owned');
        const told = mirrored.map((name, i) => [name, Object.values(lies)[i]]);
        const sealed = encryptRow(vault, table, row);
        const served = { ...sealed, ...Object.fromEntries(told) };
        deepStrictEqual(decryptRow(vault, table, served), row);
      }),
    );
  });
});

/** As drivers return it: integers as bigint or text, booleans as 0 and 1, columns in their own order. */
function asDatabase(sealed: AnySealedRow, asText: boolean): AnySealedRow {
  const entries = Object.entries(sealed)
    .reverse()
    .map(([name, value]) => {
      if (typeof value === 'number') return [name, asText ? `${value}` : BigInt(value)];
      return [name, typeof value === 'boolean' ? Number(value) : value];
    });
  return Object.fromEntries([...entries, ['added_by_server', 'x']]);
}
