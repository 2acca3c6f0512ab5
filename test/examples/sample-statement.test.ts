import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generateStatement } from '../../examples/bank-statement/generate-statement.js';
import { readCsv } from '../../examples/bank-statement/read-csv.js';
import { inferType } from '../../examples/bank-statement/statement-table.js';

const path = new URL('../../examples/bank-statement/statement.csv', import.meta.url);

describe('the sample statement', () => {
  it('is what the generator writes, byte by byte', () => {
    expect(readFileSync(path).equals(Buffer.from(generateStatement()))).toBe(true);
  });

  it('has a thousand rows with everything that makes CSV hard', () => {
    const { header, records } = readCsv(readFileSync(path));
    expect(records).toHaveLength(1000);
    const column = (name: string) => records.map((row) => row[header.indexOf(name)] ?? '');
    expect(inferType(column('amount'))).toBe('decimal');
    expect(inferType(column('date'))).toBe('date');
    for (const hard of [
      /"/,
      /,/,
      /\n/,
      /\p{sc=Han}/u,
      /\p{sc=Arabic}/u,
      /\p{sc=Cyrillic}/u,
      /^$/,
    ]) {
      expect(
        records.flat().some((field) => hard.test(field)),
        String(hard),
      ).toBe(true);
    }
  });

  it('pays salaries on the 25th and rent on the 1st, and its balances add up', () => {
    const { header, records } = readCsv(readFileSync(path));
    const at = (row: readonly string[], name: string) => row[header.indexOf(name)] as string;
    const cents = (text: string) => Math.round(Number(text) * 100);
    const days = (code: RegExp) =>
      records
        .filter((row) => code.test(at(row, 'reference')))
        .map((row) => at(row, 'date').slice(8));
    expect(new Set(days(/^SALARY/))).toEqual(new Set(['25']));
    expect(new Set(days(/^RENT/))).toEqual(new Set(['01']));
    const everyday = records.filter((row) => at(row, 'account') === 'Everyday');
    for (const [index, row] of everyday.entries()) {
      const before = everyday[index - 1];
      if (!before) continue;
      const sum = cents(at(before, 'balance')) + cents(at(row, 'amount'));
      expect(cents(at(row, 'balance'))).toBe(sum);
    }
  });
});
