import { byPassword, createVault, encryptRow, memoryStore, type Vault } from 'rowseal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compareWithFile,
  countWrites,
  flipBit,
  isComplete,
  onlyTamperedRefused,
  refusalOf,
} from '../../examples/bank-statement/claims.js';
import { findPlaintext, storedBytes } from '../../examples/bank-statement/find-plaintext.js';
import { readCsv } from '../../examples/bank-statement/read-csv.js';
import {
  deleteRow,
  downloadRows,
  dumpDisk,
  rowVersions,
  type Server,
  setPayload,
  startServer,
  uploadRows,
} from '../../examples/bank-statement/server.js';
import { statementOf, toRow } from '../../examples/bank-statement/statement-table.js';
import { fastKdf } from '../support/fast-kdf.js';

const SECRET = 'Møller, "Strand"';
const statement = statementOf(
  readCsv(Buffer.from(`account,who,sum\nEveryday,"Møller, ""Strand""",-12.50\nSavings,,1\n`)),
  ['account'],
);
const rowsById = new Map(statement.cells.map((cells, index) => [`row-${index}`, cells]));
let vault: Vault;
let server: Server;
let emptyDisk: Uint8Array;

beforeAll(async () => {
  ({ vault } = await createVault(memoryStore(), byPassword('a password', { kdf: fastKdf() })));
  server = await startServer(['account']);
  emptyDisk = await dumpDisk(server);
  const sealed = [...rowsById].map(([id, cells]) =>
    encryptRow(vault, statement.table, toRow(statement, id, cells)),
  );
  await uploadRows(server, sealed);
}, 60_000);

afterAll(() => server.db.close());

const compare = async () => compareWithFile(vault, statement, rowsById, await downloadRows(server));
const payloadOf = async (id: string) => {
  const row = (await downloadRows(server)).find((each) => each.id === id);
  return row?.payload ?? '';
};

describe('the comparison with the file', () => {
  it('is content with an honest server', async () => {
    const found = await compare();
    expect(found).toMatchObject({ equalCells: 6, differentCells: 0, missingRows: 0 });
    expect(isComplete(found)).toBe(true);
    expect(onlyTamperedRefused(found, 'row-0'), 'nothing was refused').toBe(false);
  });

  it('sees a row that is gone, one too many, and one that says something else', async () => {
    const [first, second] = await downloadRows(server);
    if (!first || !second) throw new Error('the server lost its rows');
    const look = (...served: (typeof first)[]) =>
      isComplete(compareWithFile(vault, statement, rowsById, served));
    const encrypt = (id: string, cells: string[]) =>
      encryptRow(vault, statement.table, toRow(statement, id, cells));
    expect(look(first, second)).toBe(true);
    expect(look(first)).toBe(false);
    expect(look(first, second, encrypt('row-2', ['a', 'b', '1']))).toBe(false);
    expect(look(first, encrypt('row-1', ['Savings', '', '2']))).toBe(false);
    expect(look(first, encrypt('row-1', ['Savings', 'x', '1']))).toBe(false);
  });

  it('tells the tampered row from the others', async () => {
    const honest = await payloadOf('row-0');
    await setPayload(server, 'row-0', flipBit(honest));
    const found = await compare();
    expect([...found.refused]).toEqual([['row-0', 'ROW_AUTH_FAILED']]);
    expect(isComplete(found)).toBe(false);
    expect(onlyTamperedRefused(found, 'row-0')).toBe(true);
    expect(onlyTamperedRefused(found, 'row-1'), 'another row was expected').toBe(false);
    await setPayload(server, 'row-0', 'plaintext');
    expect(onlyTamperedRefused(await compare(), 'row-0'), 'another code').toBe(false);
    await setPayload(server, 'row-0', honest);
    expect(isComplete(await compare())).toBe(true);
  });
});

describe('the look at row versions', () => {
  it('counts every row that was written, even with what it held already', async () => {
    const before = await rowVersions(server);
    expect(countWrites(before, await rowVersions(server))).toBe(0);
    await setPayload(server, 'row-1', await payloadOf('row-1'));
    expect(countWrites(before, await rowVersions(server))).toBe(1);
    expect(countWrites(before, before.slice(1))).toBe(1);
    expect(countWrites([], before)).toBe(2);
  });
});

describe('the refusal of a secret', () => {
  it('is its code, or null when there was none', async () => {
    const store = memoryStore();
    const kdf = fastKdf();
    expect(await refusalOf(() => createVault(store, byPassword('right', { kdf })))).toBe(null);
    expect(await refusalOf(() => createVault(store, byPassword('x', { kdf })))).toBe(
      'HEADER_CONFLICT',
    );
    await expect(refusalOf(() => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
  });
});

describe('the search of the server', { timeout: 120_000 }, () => {
  const values = [SECRET, '-12.50', '1', 'Everyday', 'pg_catalog', '', SECRET];
  const visible = ['Everyday account', 'Savings'];
  const search = async () =>
    findPlaintext(await storedBytes(server), { values, visible, emptyDisk });

  it('finds nothing where all is sealed, and says what it did not look for', async () => {
    const report = await search();
    expect(report).toMatchObject({ found: [], tooShort: 1, alsoVisible: 1, postgresWords: 1 });
    expect([...report.searched].sort()).toEqual(['-12.50', SECRET, 'pg_catalog']);
  });

  it.each([
    ['as it is', (text: string) => text],
    ['hex', (text: string) => Buffer.from(text).toString('hex')],
    ['base64', (text: string) => Buffer.from(`x${text}`).toString('base64')],
  ])(
    'finds plaintext that an app stored %s, in the table and on the disk',
    async (form, encode) => {
      await uploadRows(server, [{ id: 'leak', payload: `note: ${encode(SECRET)}` }]);
      const { found } = await search();
      await deleteRow(server, 'leak');
      for (const place of ['fields', 'disk']) {
        expect(found).toContainEqual({ value: SECRET, form, place });
      }
    },
  );

  it('finds plaintext inside a payload that looks sealed', async () => {
    const payload = Buffer.from(`${'\u0001'.repeat(60)} ${SECRET}`).toString('base64url');
    await uploadRows(server, [{ id: 'leak', payload }]);
    const { found } = await search();
    await deleteRow(server, 'leak');
    expect(found).toContainEqual({ value: SECRET, form: 'as it is', place: 'decoded' });
  });

  it('finds what a deleted row left on the disk', async () => {
    await uploadRows(server, [{ id: 'leak', payload: SECRET }]);
    await deleteRow(server, 'leak');
    const { found } = await search();
    expect(found.map(({ place }) => place)).toContain('disk');
    expect(found.map(({ place }) => place)).not.toContain('fields');
  });
});
