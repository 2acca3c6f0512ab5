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
    ['a|b|"c,d,e"', '|'],
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
    [
      `${'x,'.repeat(254)}x\n${','.repeat(254)}`,
      'The file has 255 columns; this demo takes at most 254',
    ],
  ])('refuses %j in one sentence', (text, sentence) => {
    expect(() => read(text)).toThrow(sentence);
    expect(() => read(text)).toThrow(expect.objectContaining({ name: 'UserMistake' }));
  });

  it.each([
    ['sep=;\r\na,b;c\r\n1;2\r\n', ';'],
    ['sep=|\na,b|c\n1|2\n', '|'],
    ['SEP=\t\na,b\tc\n1\t2\n', '\t'],
    ['"sep=;"\na,b;c\n1;2\n', ';'],
    ['\uFEFFsep=^\na,b^c\n1^2\n', '^'],
  ])('takes the delimiter of %j from its first line', (text, delimiter) => {
    const { header, records, ...file } = read(text);
    expect(file.delimiter).toBe(delimiter);
    expect(header).toEqual(['a,b', 'c']);
    expect(records).toEqual([['1', '2']]);
  });

  it('counts that first line, and takes nothing else for it', () => {
    expect(() => read('sep=;\na;b\n1\n')).toThrow('begins on line 3 has 1 field');
    expect(() => read('sep=;\n')).toThrow('no data rows');
    expect(read('sep=x,b\n1,2').header).toEqual(['sep=x', 'b']);
    expect(read('sep=,b\n1,2').header).toEqual(['sep=', 'b']);
  });

  it('reads what is not UTF-8 as Windows-1252', () => {
    const bytes = Buffer.from('Empf\xe4nger;Betrag\nM\xfcller \x96 Caf\xe9;5 \x80\n', 'latin1');
    expect(readCsv(bytes)).toEqual({
      encoding: 'Windows-1252',
      delimiter: ';',
      header: ['Empfänger', 'Betrag'],
      records: [['Müller – Café', '5 €']],
    });
    expect(read('Empfänger\nMüller').encoding).toBe('UTF-8');
  });

  it.each(['little', 'big'])('reads UTF-16 with a byte order mark, %s end first', (end) => {
    const bytes = Buffer.from('\uFEFFWer,Notiz\nMüller,株式😀\n', 'utf16le');
    const file = readCsv(end === 'big' ? bytes.swap16() : bytes);
    expect(file).toMatchObject({ encoding: 'UTF-16', header: ['Wer', 'Notiz'] });
    expect(file.records).toEqual([['Müller', '株式😀']]);
  });

  it.each([
    ['cut in the middle of a character', Buffer.from('\uFEFFa,b\n1,2', 'utf16le').subarray(0, -1)],
    ['with half a surrogate pair', Buffer.from('\uFEFFa,b\n\uD83D,2', 'utf16le')],
  ])('refuses UTF-16 %s', (_, bytes) => {
    expect(() => readCsv(bytes)).toThrow('The file begins as UTF-16 and is damaged');
  });

  it('refuses NUL characters, as UTF-16 without a byte order mark has', () => {
    expect(() => readCsv(Buffer.from('a,b\n1,2', 'utf16le'))).toThrow('The file holds NUL');
    expect(() => read('a,b\n1,\0')).toThrow('The file holds NUL');
  });
});
