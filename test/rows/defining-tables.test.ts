import { describe, expect, it } from 'vitest';
import {
  type Columns,
  cleartext,
  decryptRow,
  defineTable,
  encrypted,
  encryptRow,
  type TableOptions,
} from '../../src/index.js';
import { createWorld } from '../support/world.js';

const { vault } = await createWorld();

interface Declaration {
  readonly name?: unknown;
  readonly columns?: unknown;
  readonly options?: unknown;
}

function define({ name = 'notes', columns = {}, options = {} }: Declaration) {
  return () => defineTable(name as string, columns as Columns, options as TableOptions);
}

interface Mistake {
  /** What must stand in the message. */
  readonly says: RegExp;
  /** The nearest declaration that makes no such mistake. */
  readonly good: Declaration;
  readonly bad: readonly Declaration[];
}

const MISTAKES: Readonly<Record<string, Mistake>> = {
  'a payload that is neither text nor bytes': {
    says: /payload/,
    good: { options: { payload: 'bytes' } },
    bad: [{ options: { payload: 'blob' } }, { options: { payload: null } }],
  },
  'padding outside of 16 to 65,536': {
    says: /padding/,
    good: { options: { padding: { floor: 16 } } },
    bad: [15, 65_537, 16.5, NaN, '256', undefined].map((floor) => ({
      options: { padding: { floor } },
    })),
  },
  'names that are empty, longer than 256 bytes, no Unicode or no text': {
    says: /[Nn]ames/,
    good: { name: 'é'.repeat(128), columns: { ['a'.repeat(256)]: encrypted.text() } },
    bad: [
      ...['', 'é'.repeat(129), '\ud800', 5, null].map((name) => ({ name })),
      ...['', 'a'.repeat(257), '\udc00'].map((key) => ({ columns: { [key]: encrypted.text() } })),
      ...['', 'a'.repeat(257)].map((was) => ({ columns: { a: encrypted.text().storedAs(was) } })),
      { options: { storedAs: '' } },
    ],
  },
  'columns that are inherited': {
    says: /plain object/,
    good: { columns: Object.assign(Object.create(null), { a: encrypted.text() }) },
    bad: [
      { columns: Object.create({ a: encrypted.text() }) },
      { columns: { __proto__: encrypted.text(), b: encrypted.text() } },
    ],
  },
  'what is no column': {
    says: /'a'/,
    good: { columns: { a: encrypted.text() } },
    bad: [{ columns: { a: encrypted.text } }, { columns: { a: 'text' } }, { columns: { a: null } }],
  },
  'a default that its type does not hold': {
    says: /default of column 'a'/,
    good: { columns: { a: encrypted.integer().default(0) } },
    bad: [
      { columns: { a: encrypted.integer().default(0.5) } },
      { columns: { a: encrypted.text().default('\ud800') } },
      { columns: { a: cleartext.text().default('\0') } },
    ],
  },
  'more than 256 columns': {
    says: /256 columns/,
    good: { columns: columnsOf(256, encrypted.text()) },
    bad: [{ columns: columnsOf(257, encrypted.text()) }],
  },
  'two columns that are stored as one': {
    says: /'a' and 'b'/,
    good: { columns: { a: encrypted.text(), b: encrypted.integer().storedAs('a') } },
    bad: [{ columns: { a: encrypted.text(), b: encrypted.text().storedAs('a') } }],
  },
  'more than 255 bound columns': {
    says: /255 bound columns/,
    good: { columns: columnsOf(255, cleartext.text().bound()) },
    bad: [{ columns: columnsOf(256, cleartext.text().bound()) }],
  },
  'more than 256 bound sets, the current one counted': {
    says: /256 bound sets/,
    good: { options: { earlierBoundSets: new Array(255).fill([]) } },
    bad: [{ options: { earlierBoundSets: new Array(256).fill([]) } }],
  },
  'a column that was bound once and is no visible one now': {
    says: /'a'/,
    good: { columns: { a: cleartext.text() }, options: { earlierBoundSets: [['a']] } },
    bad: [
      { options: { earlierBoundSets: [['a']] } },
      { columns: { a: encrypted.text() }, options: { earlierBoundSets: [['a']] } },
      { columns: { a: cleartext.text().serverOwned() }, options: { earlierBoundSets: [['a']] } },
    ],
  },
};

describe('defineTable refuses', () => {
  it.each(Object.entries(MISTAKES))('%s', (_, { says, good, bad }) => {
    expect(define(good)).not.toThrow();
    for (const declaration of bad) {
      expect(define(declaration)).toThrow(TypeError);
      expect(define(declaration)).toThrow(says);
    }
  });
});

it('no table had more than 255 bound columns in an earlier version either', () => {
  const names = Array.from({ length: 256 }, (_, i) => `c${i}`);
  const columns = Object.fromEntries(names.map((name) => [name, cleartext.text()]));
  const earlierBoundSets = (count: number) => ({ earlierBoundSets: [names.slice(0, count)] });
  expect(define({ columns, options: earlierBoundSets(255) })).not.toThrow();
  expect(define({ columns, options: earlierBoundSets(256) })).toThrow(/255 bound columns/);
});

it('a table stays padded as it was declared', () => {
  const padding = { floor: 64 };
  const table = defineTable('notes', {}, { padding });
  padding.floor = 1;
  expect(table.padding).toEqual({ floor: 64 });
  for (const each of [table, defineTable('notes', {})])
    expect(Object.isFrozen(each.padding)).toBe(true);
});

it('a table with 255 bound columns seals rows that open', () => {
  const table = defineTable('wide', columnsOf(255, cleartext.text().bound()));
  const values = Object.keys(table.columns).map((name) => [name, `value of ${name}`]);
  const row = { id: 'r', ...Object.fromEntries(values) };
  expect(decryptRow(vault, table, encryptRow(vault, table, row))).toEqual(row);
});

function columnsOf<Column>(count: number, column: Column): Record<string, Column> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, column]));
}
