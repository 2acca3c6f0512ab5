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
import { readCsv } from '../../examples/bank-statement/read-csv.js';
import {
  downloadRows,
  rowVersions,
  type Server,
  setPayload,
  startServer,
  uploadRows,
} from '../../examples/bank-statement/server.js';
import { statementOf, toRow } from '../../examples/bank-statement/statement-table.js';
import { fastKdf } from '../support/fast-kdf.js';

const statement = statementOf(
  readCsv(Buffer.from(`account,who,sum\nEveryday,"Møller, ""Strand""",-12.50\nSavings,,1\n`)),
  ['account'],
);
const rowsById = new Map(statement.cells.map((cells, index) => [`row-${index}`, cells]));
let vault: Vault;
let server: Server;

beforeAll(async () => {
  ({ vault } = await createVault(memoryStore(), byPassword('a password', { kdf: fastKdf() })));
  server = await startServer(['account']);
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
