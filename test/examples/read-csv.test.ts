import { describe, expect, it } from 'vitest';
import { detectDelimiter, readCsv } from '../../examples/bank-statement/read-csv.js';

const read = (text: string) => readCsv(Buffer.from(text));

describe('reading CSV', () => {
  it('understands quotes, line breaks in fields, empty fields and a byte order mark', () => {
    const file = read('\uFEFFdate,note\r\n2024-01-01,"one, ""two""\r\nthree"\r\n,株式\r\n');
    expect(file.header).toEqual(['date', 'note']);
    expect(file.records).toEqual([
      ['2024-01-01', 'one, "two"\r\nthree'],
      ['', '株式'],
    ]);
  });

  it.each([
    ['a,b', ','],
    ['a;b;"c,d,e,f"', ';'],
    ['a\tb,c\td', '\t'],
    ['"a;;;;""b",c', ','],
    ['\n\na;b', ';'],
    ['alone', ','],
  ])('takes the delimiter of %j from the header line', (header, delimiter) => {
    expect(detectDelimiter(`${header}\n1,2,3;;;;;;\t\t\t\t\t`)).toBe(delimiter);
  });

  it.each(['\n', '\r\n', '\r'])('reads lines that end with %j', (end) => {
    const file = read(['a;b', '1;2', '', '3;4', ''].join(end));
    expect(file.records).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  it.each([
    ['', 'The file is empty.'],
    [' \n\n', 'The file is empty.'],
    ['a,b\n', 'The file has a header line but no data rows.'],
    ['a,b\n1\n', 'The row that begins on line 2 has 1 field, but the header has 2.'],
    ['a,b\n1,"x\r\n\r\ny"\r\n\r\n1,2,3', 'begins on line 6 has 3 fields'],
    ['a,b\n1,2\n3,"4\n5,6\n', 'line 3 is not valid CSV: a quoted field is never closed'],
    ['a,b\n1,"2"3\n', 'line 2 is not valid CSV: something stands between'],
    ['a,b\n1,2\n3,4"5\n', 'line 3 is not valid CSV: a quote stands inside'],
    [`${'x,'.repeat(256)}x\n${','.repeat(256)}`, 'The file has 257 columns'],
  ])('refuses %j in one sentence', (text, sentence) => {
    expect(() => read(text)).toThrow(sentence);
    expect(() => read(text)).toThrow(expect.objectContaining({ name: 'UserMistake' }));
  });

  it('refuses text that is not UTF-8', () => {
    expect(() => readCsv(Buffer.from('n\xe4me,b\n1,2', 'latin1'))).toThrow('not UTF-8');
  });
});
