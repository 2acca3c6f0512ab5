/** The chapters about the server: what can be found on it, and what it still learns. */
import { randomBytes } from 'node:crypto';
import { bySecret, createVault, encryptRow, memoryStore } from 'rowseal';
import type { SealAnew } from './chance.js';
import { findPlaintext, type SearchReport } from './find-plaintext.js';
import { newId } from './own-texts.js';
import { deleteRow, downloadRows, uploadRows } from './server.js';
import { type SealedStatementRow, toRow } from './statement-table.js';
import { storedBytes } from './stored-bytes.js';
import { type FirstDevice, PASSWORDS, type Story } from './story.js';
import { count, cutTo, megabytes, number, printable, seconds } from './text-width.js';

/** Stands nowhere but in the row that the control plants. */
const MARKER = 'planted in plaintext, as a control';
/** Postgres would compress a longer field on the disk. */
const PLANTED_LENGTH_LIMIT = 1000;
const FINDS_SHOWN = 5;

export async function searchTheServer(story: Story, { recoveryKey }: FirstDevice): Promise<void> {
  const { terminal, server } = story;
  terminal.chapter('Everything the server stores, searched for every encrypted value');
  const start = performance.now();
  const report = await search(story, recoveryKey);
  showReport(story, report, performance.now() - start);
  story.claim(
    'No value searched for, no password and no recovery key stands on the server',
    report.found.length === 0,
  );

  terminal.chapter('The control: would that search find anything?');
  const planted = plaintextRow(story, report.searched);
  await uploadRows(server, [planted.row]);
  const control = await search(story, recoveryKey);
  await deleteRow(server, planted.row.id);
  const found = new Set(control.found.map(({ value, place }) => `${place}: ${value}`));
  const hits = planted.values.filter((value) => found.has(`fields: ${value}`));
  terminal.fact('planted', 'one row in plaintext, removed afterwards');
  terminal.fact('found of it', `${hits.length} of ${count(planted.values.length, 'value')}`);
  story.claim(
    'The same search finds a row planted in plaintext, in the table and on the disk',
    hits.length === planted.values.length && found.has(`disk: ${MARKER}`),
  );
}

/** A line for each claim, what the server still sees, and the exit code. */
export async function summarise({ terminal, claims, server, statement }: Story): Promise<number> {
  terminal.chapter('Summary');
  for (const { text, holds } of claims) terminal.verdict(holds, text);
  const lengths = (await downloadRows(server)).map(({ payload }) => payload.length);
  const visible = statement.columns.flatMap(({ name, visible }) => (visible ? name : []));

  terminal.chapter('What the server still sees');
  terminal.fact('how many rows', `${number(lengths.length)}, and when each was written`);
  terminal.fact('row ids', 'random; they tell nothing of the content');
  terminal.fact('columns in the clear', visible.join(', ') || 'none');
  terminal.fact('sizes', sizesOf(lengths));
  terminal.fact(
    'the vault header',
    'wrapped keys; it can try passwords on them, one Argon2id each',
  );
  terminal.line();
  terminal.line(
    '  Password forgotten and recovery key lost: then the data is gone. Nobody can help.',
  );

  const broken = claims.filter(({ holds }) => !holds);
  terminal.line();
  for (const { text } of broken) terminal.line(`Does not hold: ${text}.`);
  if (broken.length === 0) terminal.line(`All ${claims.length} claims hold.`);
  terminal.line();
  return broken.length === 0 ? 0 : 1;
}

async function search(story: Story, recoveryKey: string): Promise<SearchReport> {
  const { statement, server, emptyDisk, own } = story;
  const fields = (visible: boolean) =>
    statement.columns.flatMap((column, index) =>
      column.visible === visible ? statement.cells.map((cells) => cells[index] ?? '') : [],
    );
  const secrets = [...Object.values(PASSWORDS), recoveryKey, recoveryKey.replaceAll('-', '')];
  return findPlaintext(await storedBytes(server, own), {
    values: [MARKER, ...secrets, ...fields(false)],
    visible: fields(true),
    emptyDisk,
    own,
    sealAnew: await sealerInAnotherVault(story),
  });
}

/** Seals rows of the file with keys that nothing on the server was sealed with. */
async function sealerInAnotherVault({ statement, rowsById }: Story): Promise<SealAnew> {
  const { vault } = await createVault(memoryStore(), bySecret(randomBytes(32)));
  return (id) =>
    encryptRow(vault, statement.table, toRow(statement, id, rowsById.get(id) ?? [])).payload;
}

function showReport({ terminal }: Story, report: SearchReport, milliseconds: number): void {
  const { searched, forms, bytes, found } = report;
  terminal.fact('searched for', `${count(searched.size, 'value')} in ${count(forms, 'form')}`);
  terminal.line(`    ${' '.repeat(21)} as they are, in hex, in base64 at each offset`);
  terminal.fact('searched through', `${megabytes(bytes)} in ${seconds(milliseconds)}`);
  terminal.line(`    ${' '.repeat(21)} all fields, payloads decoded, the disk with its log`);
  const left = [
    [report.tooShort, 'under six bytes: they stand anywhere by chance'],
    [report.alsoVisible, 'that also stand in a column in the clear'],
  ] as const;
  for (const [values, why] of left) {
    if (values > 0) terminal.fact('not searched for', `${count(values, 'value')} ${why}`);
  }
  if (report.postgresWords > 0) {
    const words = count(report.postgresWords, 'value');
    terminal.fact('only in the tables', `${words} that an empty Postgres has on its disk, too`);
  }
  if (report.byChance > 0) {
    const values = count(report.byChance, 'value');
    terminal.fact('met by chance', `${values} within random ids, headers and payloads`);
  }
  terminal.fact('found', number(found.length));
  for (const { value, form, place } of found.slice(0, FINDS_SHOWN)) {
    terminal.line(`    in the ${place}, ${form}: ${cutTo(printable(value), 40)}`);
  }
}

/** A row of the file as a careless app would have sent it, and which searched values it shows. */
function plaintextRow({ statement, own }: Story, searched: ReadonlySet<string>) {
  const short = statement.cells.find((cells) => cells.join().length < PLANTED_LENGTH_LIMIT) ?? [];
  const values = [MARKER, ...short.filter((value) => searched.has(value))];
  const row: SealedStatementRow = { id: newId(own), payload: values.join(' | ') };
  return { row, values: [...new Set(values)] };
}

function sizesOf(lengths: readonly number[]): string {
  const rowsPerLength = new Map<number, number>();
  for (const length of lengths) rowsPerLength.set(length, (rowsPerLength.get(length) ?? 0) + 1);
  const distinct = count(rowsPerLength.size, 'different payload length');
  const commonest = [...rowsPerLength].sort((a, b) => b[1] - a[1]).slice(0, 4);
  const shown = commonest.map(([length, rows]) => `${length} (${count(rows, 'row')})`).join(', ');
  return `${distinct}: ${shown}${rowsPerLength.size > 4 ? ', …' : ''}`;
}
