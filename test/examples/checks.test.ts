import {
  byPassword,
  createVault,
  encryptDelete,
  encryptRow,
  memoryStore,
  type Vault,
} from 'rowseal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compareOpened,
  compareShown,
  countWrites,
  flipBit,
  isComplete,
  onlyTamperedRefused,
  refusalOf,
} from '../../examples/bank-statement/claims.js';
import {
  downloadRows,
  rowVersions,
  SEALED_TABLE,
  type Server,
} from '../../examples/bank-statement/server.js';
import { toRow } from '../../examples/bank-statement/statement-table.js';
import { fastKdf } from '../support/fast-kdf.js';
import { serverInProcess, statementIn, storeRows } from '../support/statement-story.js';

const statement = statementIn(
  `account,who,sum\nEveryday,"Møller, ""Strand""",-12.50\nSavings,,1\n`,
  'account',
);
const rowsById = new Map(statement.cells.map((cells, index) => [`row-${index}`, cells]));
let vault: Vault;
let server: Server;

beforeAll(async () => {
  ({ vault } = await createVault(memoryStore(), byPassword('a password', { kdf: fastKdf() })));
  server = await serverInProcess(statement);
  const sealed = [...rowsById].map(([id, cells]) => encrypt(id, cells));
  await storeRows(server, 'ada', sealed);
  await server.sync.dropChecks();
});

afterAll(() => server.sync.close());

const encrypt = (id: string, cells: readonly string[]) =>
  encryptRow(vault, statement.table, toRow(statement, id, cells));
const compare = async () => compareOpened(vault, statement, rowsById, await downloadRows(server));
const payloadOf = async (id: string) => {
  const row = (await downloadRows(server)).find((each) => each.id === id);
  return row?.payload ?? '';
};
const setPayload = (id: string, payload: string) =>
  server.sync.setColumns(SEALED_TABLE, id, { payload });

describe('the comparison of what a vault opens with the file', () => {
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
      isComplete(compareOpened(vault, statement, rowsById, served));
    expect(look(first, second)).toBe(true);
    expect(look(first)).toBe(false);
    expect(look(first, second, encrypt('row-2', ['a', 'b', '1']))).toBe(false);
    expect(look(first, encrypt('row-1', ['Savings', '', '2']))).toBe(false);
    expect(look(first, encrypt('row-1', ['Savings', 'x', '1']))).toBe(false);
  });

  it('takes a delete where no row should be, and nowhere else', async () => {
    const [first, second] = await downloadRows(server);
    if (!first || !second) throw new Error('the server lost its rows');
    const look = (...served: (typeof first)[]) =>
      isComplete(compareOpened(vault, statement, rowsById, served));
    const other = encrypt('row-2', ['a', 'b', '1']);
    expect(look(first, second, encryptDelete(vault, statement.table, other))).toBe(true);
    expect(look(first, encryptDelete(vault, statement.table, second))).toBe(false);
  });

  it('tells the tampered row from the others', async () => {
    const honest = await payloadOf('row-0');
    await setPayload('row-0', flipBit(honest));
    const found = await compare();
    expect([...found.refused]).toEqual([['row-0', 'ROW_AUTH_FAILED']]);
    expect(found.missingRows).toBe(0);
    expect(isComplete(found)).toBe(false);
    expect(onlyTamperedRefused(found, 'row-0')).toBe(true);
    expect(onlyTamperedRefused(found, 'row-1'), 'another row was expected').toBe(false);
    await setPayload('row-0', 'plaintext');
    expect(onlyTamperedRefused(await compare(), 'row-0'), 'another code').toBe(false);
    await setPayload('row-0', honest);
    expect(isComplete(await compare())).toBe(true);
  });
});

describe('the comparison of what a device shows with the file', () => {
  const first = { id: 'row-0', account: 'Everyday', who: 'Møller, "Strand"', sum: '-12.50' };
  const second = { id: 'row-1', account: 'Savings', who: null, sum: '1' };
  const look = (...rows: Record<string, string | null>[]) =>
    isComplete(compareShown(statement, rowsById, rows));

  it('is content with every cell as it was, NULL for an empty one', () => {
    expect(look(first, second)).toBe(true);
    expect(look({ ...first, my_note: 'of no file' }, second)).toBe(true);
  });

  it('sees a row that is gone, one too many, and one that says something else', () => {
    expect(look(first)).toBe(false);
    expect(look(first, second, { ...second, id: 'row-2' })).toBe(false);
    expect(look(first, { ...second, who: 'x' })).toBe(false);
    expect(look(first, { ...second, sum: '1.0' })).toBe(false);
  });
});

describe('the look at row versions', () => {
  it('counts every row that was written, even with what it held already', async () => {
    const before = await rowVersions(server);
    expect(countWrites(before, await rowVersions(server))).toBe(0);
    await setPayload('row-1', await payloadOf('row-1'));
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
