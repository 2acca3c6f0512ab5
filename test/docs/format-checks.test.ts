import { beforeAll, describe, expect, it } from 'vitest';
import { RowsealError } from '../../src/index.js';
import { parseHeader, parseHeaderBytes } from '../../src/keys/vault-header.js';
import { block, code, table } from './format-document.js';
import { damagedHeaders } from './format-headers.js';
import { refusedRows } from './format-refused-rows.js';

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
});
