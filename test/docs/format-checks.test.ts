import { beforeAll, describe, expect, it } from 'vitest';
import { byPassword, createVault, decryptRow, memoryStore, RowsealError } from '../../src/index.js';
import { parseHeader, parseHeaderBytes } from '../../src/keys/vault-header.js';
import { fastKdf } from '../support/fast-kdf.js';
import { block, code, table } from './format-document.js';
import { damagedHeaders } from './format-headers.js';
import { forge, refusedRows } from './format-refused-rows.js';
import { NOTE, notes } from './format-row.js';

/** `order code` for every code that a table of checks states, in its order. */
function statedChecks(what: string, last: number): string[] {
  return table('order', `check of ${what}`, 'refused with')
    .filter(([order]) => Number(order) <= last)
    .flatMap(([order = '', , codes = '']) =>
      codes.split(', ').map((each) => `${order} ${code(each)}`),
    );
}

function expectCode(attempt: () => unknown, check: string): void {
  expect(attempt).toThrow(RowsealError);
  expect(attempt).toThrow(expect.objectContaining({ code: check.split(' ')[1] }));
}

describe('the checks of a header that docs/format.md lists, up to the last that needs no pin', () => {
  const header = parseHeaderBytes(Uint8Array.from(Buffer.from(block('vault-header'), 'hex')));
  const damaged = damagedHeaders(header);

  it('are each shown by an example', () => {
    expect(Object.keys(damaged)).toEqual(statedChecks('a header', 11));
  });

  it.each(Object.entries(damaged))('%s', (check, text) => {
    expectCode(() => parseHeader(text), check);
  });
});

describe('the checks of a row that docs/format.md lists', () => {
  let refused: Readonly<Record<string, () => unknown>>;
  beforeAll(async () => {
    refused = await refusedRows();
  });

  it('are each shown by an example', () => {
    expect(Object.keys(refused)).toEqual(statedChecks('a row', 14));
  });

  it.each(statedChecks('a row', 14))('%s', (check) => {
    expectCode(refused[check] as () => unknown, check);
  });

  it('refuse a second value for a bound column', async () => {
    const { vault } = await createVault(memoryStore(), byPassword('x', { kdf: fastKdf() }));
    const sealed = (columns: Columns) => ({ ...NOTE, payload: forge(vault, payloadOf(columns)) });
    const columns = { body: 'hello', folder: 'inbox' };
    expect(decryptRow(vault, notes, sealed(columns))).toEqual(NOTE);
    const twice = sealed({ ...columns, owner: 'eve' });
    expectCode(() => decryptRow(vault, notes, twice), '11 ROW_MALFORMED');
  });
});

type Columns = Readonly<Record<string, string>>;

/** Life 1, no extension, one group of text columns, the life's group, no padding. */
function payloadOf(columns: Columns): Uint8Array {
  const cells = notes.layout.columns
    .filter(({ name }) => columns[name] !== undefined)
    .sort((a, b) => a.id - b.id)
    .flatMap(({ id, name }) => {
      const value = Buffer.from(columns[name] as string);
      return [id >>> 24, id >>> 16, id >>> 8, id, 2, value.length, ...value];
    });
  const stamp = new Uint8Array(16);
  return Uint8Array.of(1, 0, 1, ...stamp, Object.keys(columns).length, ...cells, 0);
}
