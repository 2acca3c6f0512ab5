import { bySecret, createVault, encryptRow, memoryStore } from 'rowseal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SealAnew } from '../../examples/bank-statement/chance.js';
import { findPlaintext } from '../../examples/bank-statement/find-plaintext.js';
import { ordinaryBytes } from '../../examples/bank-statement/ordinary-bytes.js';
import { createOwnTexts, newId } from '../../examples/bank-statement/own-texts.js';
import { SEALED_TABLE, type Server } from '../../examples/bank-statement/server.js';
import { toRow } from '../../examples/bank-statement/statement-table.js';
import { storedBytes } from '../../examples/bank-statement/stored-bytes.js';
import { serverInProcess, statementIn, storeRows } from '../support/statement-story.js';

const SECRET = 'Møller, "Strand"';
const VALUES = [SECRET, '-12.50', '1', 'Everyday', 'pg_catalog', 'tablet', '', SECRET];
const VISIBLE = ['Everyday account', 'Savings'];
const CODES = Array.from({ length: 3000 }, (_, index) => String(100_000 + index * 271));
const statement = statementIn(`code\n${CODES.join('\n')}\n`);
const own = createOwnTexts();
const codeOf = new Map(CODES.map((code) => [newId(own), code]));
let sealAnew: SealAnew;
let server: Server;
let ordinary: Uint8Array;

const base64 = (text: string) => Buffer.from(text).toString('base64');

async function sealer(): Promise<SealAnew> {
  const { vault } = await createVault(memoryStore(), bySecret(new Uint8Array(32).map((_, i) => i)));
  return (id) =>
    encryptRow(vault, statement.table, toRow(statement, id, [codeOf.get(id) ?? ''])).payload;
}

beforeAll(async () => {
  server = await serverInProcess(statement);
  ordinary = await ordinaryBytes(server);
  await server.sync.dropChecks();
  const seal = await sealer();
  sealAnew = await sealer();
  const rows = [...codeOf.keys()].map((id) => ({ id, payload: seal(id) }));
  for (const { id, payload } of rows) own.payloads.set(payload, id);
  await storeRows(server, 'ada', rows);
});

afterAll(() => server.sync.close());

const search = async (values: readonly string[]) =>
  findPlaintext(await storedBytes(server, own), {
    values,
    visible: VISIBLE,
    ordinary,
    own,
    sealAnew,
  });

/** What is found while a row holds this. */
async function searchWith(payload: string, values: readonly string[]) {
  await storeRows(server, 'ada', [{ id: 'leak', payload }]);
  const { found } = await search(values);
  await server.sync.dropRow(SEALED_TABLE, 'leak');
  return found;
}

describe('the search of the server', () => {
  it('finds nothing where all is sealed, and says what it did not look for', async () => {
    const report = await search(VALUES);
    expect(report).toMatchObject({ found: [], tooShort: 1, alsoVisible: 1, ordinaryWords: 2 });
    expect([...report.searched].sort()).toEqual(['-12.50', SECRET, 'pg_catalog', 'tablet']);
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
    ['base64', (text: string) => base64(`x${text}`)],
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

  it.each([
    ['a "value" as it is', 'as it is', (text: string) => JSON.stringify({ note: text })],
    ['a "key" as it is', 'as it is', (text: string) => JSON.stringify({ [text]: null })],
    ['a "value" in base64', 'base64', (text: string) => JSON.stringify([base64(text)])],
  ])('finds what was only ever received: %s', async (value, form, encode) => {
    await fetch(`${server.sync.url}/elsewhere`, { method: 'POST', body: encode(value) });
    const { found } = await search([value]);
    expect(found).toEqual([{ value, form, place: 'requests' }]);
  });

  it('finds what was received in an address or a header', async () => {
    const headers = { 'x-note': 'from a header' };
    await fetch(`${server.sync.url}/elsewhere?note=from-an-address`, { headers });
    const { found } = await search(['from a header', 'from-an-address']);
    expect(found.map(({ value }) => value).sort()).toEqual(['from a header', 'from-an-address']);
  });

  it('finds what a deleted row left on the disk', async () => {
    const onlyThere = 'gone from the table';
    await searchWith(onlyThere, VALUES);
    const { found } = await search([onlyThere]);
    expect(found).toEqual([{ value: onlyThere, form: 'as it is', place: 'disk' }]);
  });

  it('finds all of 3,000 six-digit codes that stand beside the payloads', async () => {
    await storeRows(
      server,
      'ada',
      CODES.map((code) => ({ id: newId(own), payload: `code ${code}` })),
    );
    const { found, ordinaryWords } = await search(CODES);
    const foundIn = (wanted: string) =>
      new Set(found.flatMap(({ value, place }) => (place === wanted ? value : []))).size;
    expect(ordinaryWords, 'a few of its numbers have six digits').toBeLessThan(10);
    expect(foundIn('fields')).toBe(3000);
    expect(foundIn('disk')).toBe(3000 - ordinaryWords);
  });
});
