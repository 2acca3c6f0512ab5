import { bySecret, createVault, encryptRow, memoryStore } from 'rowseal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SealAnew } from '../../examples/bank-statement/chance.js';
import { findPlaintext } from '../../examples/bank-statement/find-plaintext.js';
import { createOwnTexts, newId } from '../../examples/bank-statement/own-texts.js';
import { readCsv } from '../../examples/bank-statement/read-csv.js';
import {
  deleteRow,
  dumpDisk,
  type Server,
  startServer,
  uploadRows,
} from '../../examples/bank-statement/server.js';
import { statementOf, toRow } from '../../examples/bank-statement/statement-table.js';
import { storedBytes } from '../../examples/bank-statement/stored-bytes.js';

const SECRET = 'Møller, "Strand"';
const VALUES = [SECRET, '-12.50', '1', 'Everyday', 'pg_catalog', '', SECRET];
const VISIBLE = ['Everyday account', 'Savings'];
const CODES = Array.from({ length: 3000 }, (_, index) => String(100_000 + index * 271));
const statement = statementOf(readCsv(Buffer.from(`code\n${CODES.join('\n')}\n`)), []);
const own = createOwnTexts();
const codeOf = new Map(CODES.map((code) => [newId(own), code]));
let sealAnew: SealAnew;
let server: Server;
let emptyDisk: Uint8Array;

async function sealer(): Promise<SealAnew> {
  const { vault } = await createVault(memoryStore(), bySecret(new Uint8Array(32).map((_, i) => i)));
  return (id) =>
    encryptRow(vault, statement.table, toRow(statement, id, [codeOf.get(id) ?? ''])).payload;
}

beforeAll(async () => {
  server = await startServer([]);
  emptyDisk = await dumpDisk(server);
  const seal = await sealer();
  sealAnew = await sealer();
  const rows = [...codeOf.keys()].map((id) => ({ id, payload: seal(id) }));
  for (const { id, payload } of rows) own.payloads.set(payload, id);
  await uploadRows(server, rows);
}, 60_000);

afterAll(() => server.db.close());

const search = async (values: readonly string[]) =>
  findPlaintext(await storedBytes(server, own), {
    values,
    visible: VISIBLE,
    emptyDisk,
    own,
    sealAnew,
  });

/** What is found while a row holds this. */
async function searchWith(payload: string, values: readonly string[]) {
  await uploadRows(server, [{ id: 'leak', payload }]);
  const { found } = await search(values);
  await deleteRow(server, 'leak');
  return found;
}

describe('the search of the server', { timeout: 120_000 }, () => {
  it('finds nothing where all is sealed, and says what it did not look for', async () => {
    const report = await search(VALUES);
    expect(report).toMatchObject({ found: [], tooShort: 1, alsoVisible: 1, postgresWords: 1 });
    expect([...report.searched].sort()).toEqual(['-12.50', SECRET, 'pg_catalog']);
  });

  it('searches for every six-digit code, and finds none that is only sealed', async () => {
    const { searched, found, tooShort, alsoVisible } = await search(CODES);
    expect({ searched: searched.size, found, tooShort, alsoVisible }).toEqual({
      searched: 3000,
      found: [],
      tooShort: 0,
      alsoVisible: 0,
    });
  });

  it.each([
    ['as it is', (text: string) => text],
    ['hex', (text: string) => Buffer.from(text).toString('hex')],
    ['base64', (text: string) => Buffer.from(`x${text}`).toString('base64')],
  ])(
    'finds plaintext that an app stored %s, in the table and on the disk',
    async (form, encode) => {
      const found = await searchWith(`note: ${encode(SECRET)}`, VALUES);
      for (const place of ['fields', 'disk']) {
        expect(found).toContainEqual({ value: SECRET, form, place });
      }
    },
  );

  it.each([SECRET, '271828'])('finds %j inside what only looks like a payload', async (value) => {
    const payload = Buffer.from(`${'\u0001'.repeat(60)} ${value}`).toString('base64url');
    const found = await searchWith(payload, [value]);
    expect(found).toContainEqual({ value, form: 'as it is', place: 'decoded' });
  });

  it('finds what a deleted row left on the disk', async () => {
    const onlyThere = 'gone from the table';
    await searchWith(onlyThere, VALUES);
    const { found } = await search([onlyThere]);
    expect(found).toEqual([{ value: onlyThere, form: 'as it is', place: 'disk' }]);
  });

  it('finds all of 3,000 six-digit codes that stand beside the payloads', async () => {
    await uploadRows(
      server,
      CODES.map((code) => ({ id: newId(own), payload: `code ${code}` })),
    );
    const { found, postgresWords } = await search(CODES);
    const foundIn = (wanted: string) =>
      new Set(found.flatMap(({ value, place }) => (place === wanted ? value : []))).size;
    expect(postgresWords, 'a few of its numbers have six digits').toBeLessThan(10);
    expect(foundIn('fields')).toBe(3000);
    expect(foundIn('disk')).toBe(3000 - postgresWords);
  });
});
