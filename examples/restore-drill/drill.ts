/**
 * The restore drill as a program: exports the bank statement, carries file and restorer to another
 * folder, restores there without a network, first with the password, then with the recovery key,
 * and compares every row.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import {
  byPassword,
  createVault,
  encryptRow,
  exportVault,
  lockVault,
  memoryStore,
  type RowOf,
} from 'rowseal';
import { readCsv } from '../bank-statement/read-csv.js';
import { statementOf, toRow } from '../bank-statement/statement-table.js';
import { bundleRestorer } from './bundle-restorer.js';
import { statementTable } from './statement-table.js';

type Row = RowOf<typeof statementTable>;

const PASSWORD = 'correct horse battery staple';
const home = await mkdtemp(join(tmpdir(), 'rowseal-drill-home-'));
const elsewhere = await mkdtemp(join(tmpdir(), 'rowseal-drill-elsewhere-'));
try {
  const rows = await statementRows();
  const recoveryKey = await makeBackup(rows);
  await carryOver();
  await drill(rows, 'password', { ROWSEAL_PASSWORD: PASSWORD });
  await drill(rows, 'recovery key', { ROWSEAL_RECOVERY_KEY: recoveryKey });
} finally {
  await rm(home, { recursive: true });
  await rm(elsewhere, { recursive: true });
}

async function statementRows(): Promise<Row[]> {
  const csv = await readFile(join(import.meta.dirname, '../bank-statement/statement.csv'));
  const statement = statementOf(readCsv(csv), ['date', 'account']);
  return statement.cells.map((cells, i) => toRow(statement, `row-${i + 1}`, cells) as Row);
}

/** What the app does: here the rows come from memory, in an app from its sealed tables. */
async function makeBackup(rows: readonly Row[]): Promise<string> {
  const { vault, recoveryKey } = await createVault(memoryStore(), byPassword(PASSWORD));
  const sealed = rows.map((row) => ({
    table: statementTable,
    row: encryptRow(vault, statementTable, row),
  }));
  const file = exportVault(vault, sealed, { verify: true });
  await pipeline(Readable.from(file), createWriteStream(join(home, 'export.jsonl')));
  lockVault(vault);
  const { rows: written, ...report } = file.report();
  assert.deepEqual(report, { done: true, leftOut: {}, missingKeys: [], refused: {} });
  console.log(`Exported ${written} rows; each of them opens`);
  return recoveryKey;
}

/** The other machine: nothing is there but these three files, and Node. */
async function carryOver(): Promise<void> {
  await bundleRestorer(join(elsewhere, 'restore.mjs'), process.env.TSX_TSCONFIG_PATH);
  await copyFile(join(home, 'export.jsonl'), join(elsewhere, 'export.jsonl'));
  await copyFile(join(import.meta.dirname, 'no-network.mjs'), join(elsewhere, 'no-network.mjs'));
  console.log(`Carried over: ${(await readdir(elsewhere)).sort().join(', ')}`);
}

async function drill(
  rows: readonly Row[],
  secretType: string,
  secret: Readonly<Record<string, string>>,
): Promise<void> {
  const folder = secretType.replace(' ', '-');
  const flags = secretType === 'password' ? [] : ['--recovery-key'];
  const command = ['--import', './no-network.mjs', 'restore.mjs', 'export.jsonl', folder];
  const { stdout } = await promisify(execFile)(process.execPath, [...command, ...flags], {
    cwd: elsewhere,
    env: secret,
  });
  console.log(
    `With the ${secretType}, without a network:\n${stdout.replace(/^/gm, '  ').trimEnd()}`,
  );
  const text = await readFile(join(elsewhere, folder, 'statement_rows.jsonl'), 'utf8');
  const restored = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  assert.deepEqual(restored, rows);
  console.log(`  All ${restored.length} rows are what they were`);
}
