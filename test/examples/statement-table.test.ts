import { describe, expect, it } from 'vitest';
import { columnNames } from '../../examples/bank-statement/column-names.js';
import { readCsv } from '../../examples/bank-statement/read-csv.js';
import {
  inferType,
  statementOf,
  toCells,
  toRow,
} from '../../examples/bank-statement/statement-table.js';

const CSV = 'day,Über Konto,amount,note\n2024-02-29,a,-0.50,x\n2024-03-01,,12,\n';
const statement = (...cleartext: string[]) => statementOf(readCsv(Buffer.from(CSV)), cleartext);

describe('column names', () => {
  it.each([
    [
      ['date', 'Über Konto', ' amount (EUR) '],
      ['date', 'Über_Konto', 'amount_EUR'],
    ],
    [
      ['', '', 'column_1'],
      ['column_2', 'column_3', 'column_1'],
    ],
    [
      ['id', 'payload', 'xmin', '__proto__'],
      ['csv_id', 'csv_payload', 'csv_xmin', 'proto'],
    ],
    [
      ['constructor', 'ID'],
      ['csv_constructor', 'csv_ID'],
    ],
    [
      ['sum', 'sum', 'sum_1'],
      ['sum_2', 'sum_3', 'sum_1'],
    ],
    [['"; DROP TABLE x; --'], ['DROP_TABLE_x']],
    [
      ['owner_id', 'My_Note', 'my tag'],
      ['csv_owner_id', 'csv_My_Note', 'csv_my_tag'],
    ],
    [
      ['Sum', 'sum', 'SUM_1'],
      ['Sum_2', 'sum_3', 'SUM_1'],
    ],
  ])('makes %j safe', (header, names) => {
    expect(columnNames(header)).toEqual(names);
  });

  it('are short enough for Postgres, and stay different', () => {
    const names = columnNames(['株'.repeat(40), `${'株'.repeat(40)}!`]);
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  });
});

describe('the schema of a file', () => {
  it.each([
    [['1', '-2.50', '', '0.00'], 'decimal'],
    [['1', '1,50'], 'text'],
    [['007'], 'text'],
    [['-0.00'], 'text'],
    [['1e3'], 'text'],
    [['2024-02-29', ''], 'date'],
    [['2024-02-29', '2023-02-29'], 'text'],
    [['2024-01-01', '5'], 'text'],
    [['', ''], 'text'],
  ])('infers from all of %j', (values, type) => {
    expect(inferType(values)).toBe(type);
  });

  it('declares cleartext columns as visible text and all others as encrypted', () => {
    const { columns, table } = statement('day');
    expect(columns.map(({ type }) => type)).toEqual(['text', 'text', 'decimal', 'text']);
    expect(table.columns.day?.kind).toBe('mirrored');
    expect(table.columns.amount?.kind).toBe('encrypted');
    expect(table.columns.my_note?.kind).toBe('encrypted');
    expect(Object.values(table.columns).every(({ presence }) => presence === 'optional')).toBe(
      true,
    );
  });

  it('takes cleartext columns by header or by name', () => {
    const visible = (name: string) => statement(name).columns.map((column) => column.visible);
    expect(visible('Über Konto')).toEqual([false, true, false, false]);
    expect(visible('Über_Konto')).toEqual([false, true, false, false]);
  });

  it('refuses to leave a column in cleartext that is not there, or not the only one', () => {
    expect(() => statement('amounts')).toThrow("There is no column 'amounts'");
    const twice = readCsv(Buffer.from('sum,sum\n1,2\n'));
    expect(() => statementOf(twice, ['sum'])).toThrow('choose from sum_1, sum_2');
  });

  it('takes rows in and out unchanged, with empty fields absent', () => {
    const file = statement('day');
    const rows = file.cells.map((cells, index) => toRow(file, `r${index}`, cells));
    expect(rows[1]).toEqual({ id: 'r1', day: '2024-03-01', amount: '12' });
    expect(rows.map((row) => toCells(file, row))).toEqual(file.cells);
  });
});
