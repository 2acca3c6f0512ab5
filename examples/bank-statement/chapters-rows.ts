/** The chapters about rows: sealed, opened elsewhere, tampered with. */
import {
  byPassword,
  createVault,
  decryptRow,
  type EncryptResult,
  encryptRows,
  openVault,
} from 'rowseal';
import { compareWithFile, flipBit, isComplete, onlyTamperedRefused } from './claims.js';
import { downloadRows, setPayload, uploadRows } from './server.js';
import { sideBySide, sideTitles } from './side-by-side.js';
import { type SealedStatementRow, toCells, toRow } from './statement-table.js';
import { type Device, type FirstDevice, PASSWORDS, type Story, watched } from './story.js';
import { count, number, seconds } from './text-width.js';
import { UserMistake } from './user-mistake.js';

const ROWS_AT_ONCE = 50;
const ROWS_SHOWN = 3;

export async function createFirstDevice(story: Story): Promise<FirstDevice> {
  const { terminal } = story;
  terminal.chapter('The first device creates a vault');
  const store = story.newDevice();
  const { result, milliseconds } = await watched(story, (options) =>
    createVault(store, byPassword(PASSWORDS.first), options),
  );
  terminal.fact('password', PASSWORDS.first);
  terminal.fact('recovery key', `${result.recoveryKey}  (shown once)`);
  terminal.fact('took', `${seconds(milliseconds)}, nearly all of it Argon2id`);
  return { store, ...result };
}

export async function sealAndUpload(story: Story, { vault }: Device): Promise<void> {
  const { terminal, statement, server, rowsById, own } = story;
  terminal.chapter('It seals every row and sends it to the server');
  const rows = [...rowsById].map(([id, cells]) => toRow(statement, id, cells));
  const bar = terminal.progress('sealed');
  let sealing = 0;
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const start = performance.now();
    const results = encryptRows(vault, statement.table, rows.slice(from, from + ROWS_AT_ONCE));
    sealing += performance.now() - start;
    const sealed = results.map((result, index) => sealedOrRefused(result, from + index));
    for (const { id, payload } of sealed) own.payloads.set(payload, id);
    await uploadRows(server, sealed);
    const done = from + sealed.length;
    bar.update(done / rows.length, `${number(done)} of ${number(rows.length)}`);
  }
  bar.done();
  terminal.fact('rows sealed', number(rows.length));
  terminal.fact('rows per second', number(Math.round(rows.length / (sealing / 1000))));
}

export async function showBothSides(story: Story, { vault }: Device): Promise<void> {
  const { terminal, statement, server, rowsById } = story;
  terminal.chapter('The first rows, on both sides');
  terminal.line(`  ${terminal.dim(sideTitles())}`);
  const served = new Map((await downloadRows(server)).map((sealed) => [sealed.id, sealed]));
  for (const id of [...rowsById.keys()].slice(0, ROWS_SHOWN)) {
    const sealed = served.get(id) as SealedStatementRow;
    const cells = toCells(statement, decryptRow(vault, statement.table, sealed));
    terminal.line();
    for (const line of sideBySide(statement, sealed, cells)) terminal.line(`  ${line}`);
  }
}

export async function openOnSecondDevice(story: Story): Promise<Device> {
  const { terminal, statement, server, rowsById } = story;
  terminal.chapter('A second device knows the password, and nothing else');
  const store = story.newDevice();
  const { result: vault } = await watched(story, (options) =>
    openVault(store, byPassword(PASSWORDS.first), options),
  );
  const served = await downloadRows(server);
  const start = performance.now();
  const found = compareWithFile(vault, statement, rowsById, served);
  const cells = rowsById.size * statement.columns.length;
  terminal.fact(
    'opened',
    `${count(served.length, 'row')} in ${seconds(performance.now() - start)}`,
  );
  terminal.fact('equal to the file', `${number(found.equalCells)} of ${count(cells, 'cell')}`);
  story.claim('A second device opens every row, equal to the file cell by cell', isComplete(found));
  return { store, vault };
}

export async function checkTampering(story: Story, { vault }: Device): Promise<void> {
  const { terminal, statement, server, rowsById } = story;
  terminal.chapter('The server flips one bit of one row');
  const look = async () => compareWithFile(vault, statement, rowsById, await downloadRows(server));
  const [victim] = (await downloadRows(server)).slice(Math.floor(rowsById.size / 2));
  const { id, payload } = victim as SealedStatementRow;

  const flipped = flipBit(payload);
  story.own.payloads.set(flipped, id);
  await setPayload(server, id, flipped);
  const tampered = await look();
  terminal.fact('row', id);
  terminal.fact('refused', tampered.refused.get(id) ?? 'no, it opened');
  terminal.fact('other rows opened', number(rowsById.size - tampered.refused.size));
  story.claim(
    'A tampered row is refused (ROW_AUTH_FAILED) and stops no other',
    onlyTamperedRefused(tampered, id),
  );

  await setPayload(server, id, payload);
  story.claim('With the bit put back, every row opens again', isComplete(await look()));
}

function sealedOrRefused(
  result: EncryptResult<SealedStatementRow>,
  index: number,
): SealedStatementRow {
  if (result.ok) return result.sealed;
  throw new UserMistake(`Data row ${index + 1} can't be sealed: ${result.error.message}`);
}
