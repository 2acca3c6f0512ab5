import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCsv } from '../read-csv.js';
import { type Statement, statementOf } from '../statement-table.js';
import type { Terminal } from '../terminal.js';
import { count, cutTo, padTo, printable } from '../text-width.js';
import { UserMistake } from '../user-mistake.js';

const PATH_WIDTH = 72;
const SAMPLE = join(import.meta.dirname, '../statement.csv');
const DELIMITER_NAMES: Readonly<Record<string, string>> = {
  ',': 'commas',
  '|': 'vertical bars',
  ';': 'semicolons',
  '\t': 'tabs',
};

/** @param given `null` for the sample */
export function readStatement(
  terminal: Terminal,
  given: string | null,
  cleartext: readonly string[],
): Statement {
  const path = given ?? SAMPLE;
  const file = readCsv(readBytes(path));
  const statement = statementOf(file, cleartext);
  terminal.chapter('The file');
  terminal.fact('read', cutTo(printable(path), PATH_WIDTH));
  const size = `${count(statement.cells.length, 'row')}, ${count(file.header.length, 'column')}`;
  const { delimiter, encoding } = file;
  terminal.fact('holds', `${size}, separated by ${DELIMITER_NAMES[delimiter] ?? `'${delimiter}'`}`);
  if (encoding !== 'UTF-8') terminal.fact('text', `read as ${encoding}, since it is not UTF-8`);
  terminal.line();
  for (const { name, header, type, visible } of statement.columns) {
    const renamed = name === header ? '' : `(in the file: '${cutTo(printable(header), 30)}')`;
    const fate = visible ? 'the server sees it' : `encrypted ${type}`;
    terminal.fact(name, `${padTo(fate, 18)} ${renamed}`.trimEnd());
  }
  if (!statement.columns.some(({ visible }) => visible)) {
    terminal.line();
    terminal.line('  No column stays in the clear; --cleartext with their names would leave some.');
  }
  return statement;
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UserMistake(`There is no file '${path}'.`);
    if (code === 'EISDIR') throw new UserMistake(`'${path}' is a folder, not a CSV file.`);
    throw new UserMistake(`The file '${path}' can't be read (${code ?? 'unknown error'}).`);
  }
}
