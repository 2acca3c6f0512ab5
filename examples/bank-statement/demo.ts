/**
 * A bank statement on a server that can't read it, told in chapters. Each says what it does and
 * checks it; the exit code is 0 only when every claim held.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HELP, readArguments } from './arguments.js';
import {
  checkTampering,
  createFirstDevice,
  openOnSecondDevice,
  sealAndUpload,
  showBothSides,
} from './chapters-rows.js';
import { checkForgottenPassword, checkPasswordChange } from './chapters-secrets.js';
import { searchTheServer, summarise } from './chapters-server.js';
import { readCsv } from './read-csv.js';
import { dumpDisk, startServer } from './server.js';
import { type Statement, statementOf } from './statement-table.js';
import { createStory, type Story } from './story.js';
import { createTerminal, type Terminal } from './terminal.js';
import { count, cutTo, padTo, printable } from './text-width.js';
import { UserMistake } from './user-mistake.js';

const SAMPLE = join(import.meta.dirname, 'statement.csv');
const DELIMITER_NAMES: Readonly<Record<string, string>> = {
  ',': 'commas',
  '|': 'vertical bars',
  ';': 'semicolons',
  '\t': 'tabs',
};

async function main(): Promise<number> {
  const { help, path, cleartext } = readArguments(process.argv.slice(2), process.env);
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const terminal = createTerminal(process.stdout, process.env);
  terminal.title("rowseal: a bank statement on a server that can't read it");
  const statement = readStatement(terminal, path ?? SAMPLE, cleartext);

  terminal.chapter('The server: Postgres, in this process');
  const visible = statement.columns.flatMap((column) => (column.visible ? column.name : []));
  const server = await startServer(visible);
  try {
    const emptyDisk = await dumpDisk(server);
    terminal.fact('tables', 'statement_rows, vaults');
    terminal.fact('columns of a row', server.columns.join(', '));
    return await tell(createStory(terminal, statement, server, emptyDisk));
  } finally {
    await server.db.close();
  }
}

async function tell(story: Story): Promise<number> {
  const first = await createFirstDevice(story);
  await sealAndUpload(story, first);
  await showBothSides(story, first);
  const second = await openOnSecondDevice(story);
  await checkPasswordChange(story, first);
  await checkForgottenPassword(story, first);
  await checkTampering(story, second);
  await searchTheServer(story, first);
  return await summarise(story);
}

function readStatement(terminal: Terminal, path: string, cleartext: readonly string[]): Statement {
  const file = readCsv(readBytes(path));
  const statement = statementOf(file, cleartext);
  terminal.chapter('The file');
  terminal.fact('read', path);
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

// A reader that has seen enough (`npm run demo | head`) is no error.
process.stdout.on('error', () => process.exit(0));

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UserMistake)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
