import { expect, it } from 'vitest';
import {
  cleartext,
  defineTable,
  encrypted,
  encryptRow,
  exportVault,
  lockVault,
  type RowToExport,
  recallKeys,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { LINE_LIMIT } from '../../src/recovery/export-line.js';
import { JSON_COMMA_LIMIT } from '../../src/recovery/export-value.js';
import { exportedLines, exportWorld, notes, rowsOf } from '../support/exports.js';

const { vault, store } = await exportWorld();
const row = (id: string) =>
  encryptRow(vault, notes, { id, body: `body of ${id}`, folder: 'inbox' });

it('the first line says what it is, and each row has a line', async () => {
  const rows = ['n1', 'n2'].map(row);
  const lines = await exportedLines(vault, rowsOf(notes, rows));
  expect(lines).toHaveLength(4);
  expect(JSON.parse(lines[0] as string)).toEqual({
    rowseal: 'export',
    version: 1,
    about: expect.stringMatching(/^Encrypted backup .* password or the recovery key/),
    header: vault.header,
  });
  expect(lines.slice(1, 3).map((line) => JSON.parse(line))).toEqual(
    rows.map((each) => ({ table: 'notes', row: each })),
  );
  expect(JSON.parse(lines[3] as string)).toEqual({
    rows: 2,
    mac: expect.stringMatching(/^.{43}$/),
  });
  for (const line of lines) expect(line).toMatch(/^\{[^\n]*\}\n$/);
});

it('an empty vault makes a file, too', async () => {
  expect(await exportedLines(vault, [])).toHaveLength(2);
});

it('a table is written under its stored name', async () => {
  const renamed = defineTable('papers', { body: encrypted.text() }, { storedAs: 'notes' });
  const sealed = encryptRow(vault, renamed, { id: 'n1', body: 'hello' });
  const [, line] = await exportedLines(vault, rowsOf(renamed, [sealed]));
  expect(JSON.parse(line as string)).toMatchObject({ table: 'notes' });
});

it('no column is written but those that the server may see', async () => {
  const table = defineTable('notes', {
    body: encrypted.text(),
    folder: cleartext.text(),
    owner: cleartext.text().bound(),
    updated_at: cleartext.text().serverOwned(),
  });
  const sealed = encryptRow(vault, table, { id: 'n1', body: 'hi', folder: 'a', owner: 'ada' });
  const served = { ...sealed, body: 'PLAIN', stray: 'PLAIN', parents: 'x', updated_at: 'today' };
  const [, line = ''] = await exportedLines(vault, rowsOf(table, [served]));
  expect(line).not.toContain('PLAIN');
  const { row: written } = JSON.parse(line) as { row: object };
  expect(Object.keys(written).sort()).toEqual(['folder', 'id', 'owner', 'payload', 'updated_at']);
});

it('what is no sealed row is left out and counted, and stops no other', async () => {
  const good = row('n1');
  const payload = good.payload;
  const rows = [
    { ...good, payload: 'PLAINTEXT body' },
    { ...good, payload: null },
    { ...good, payload: `${payload.slice(0, 70)}=` },
    { ...good, payload: payload.slice(0, 60) },
    { ...good, id: '' },
    { ...good, id: undefined },
    { ...good, siblings: `${'A'.repeat(LINE_LIMIT)}` },
    good,
  ];
  const file = exportVault(vault, rowsOf(notes, rows));
  let text = '';
  for await (const chunk of file) text += chunk;
  expect(text).not.toContain('PLAINTEXT');
  expect(text.split('\n')).toHaveLength(4);
  expect(file.report()).toEqual({
    done: true,
    rows: 1,
    leftOut: { NOT_ENCRYPTED: 2, ROW_MALFORMED: 2, ROW_AUTH_FAILED: 2, LIMIT_EXCEEDED: 1 },
    missingKeys: [],
    refused: {},
  });
});

it('a row of a later version is kept for it', async () => {
  const bytes = Buffer.from(row('n1').payload, 'base64url');
  bytes[0] = 0x1f;
  const later = { ...row('n1'), payload: bytes.toString('base64url') };
  const file = exportVault(vault, rowsOf(notes, [later]));
  for await (const _ of file);
  expect(file.report()).toMatchObject({ rows: 1, leftOut: {} });
});

it('a visible value that no file can hold keeps its row out, and stops no other', async () => {
  const deep = JSON.parse(`${'['.repeat(80)}${']'.repeat(80)}`) as unknown;
  const values = [
    deep,
    { rate: -0 },
    Object.assign(Object.create(null), { rate: -0 }),
    new Date(''),
  ];
  const rows = [...values.map((folder) => ({ ...row('n1'), folder })), row('n2')];
  const file = exportVault(vault, rowsOf(notes, rows));
  for await (const _ of file);
  const { done, rows: written, leftOut } = file.report();
  expect([done, written, leftOut]).toEqual([true, 1, { ROW_MALFORMED: values.length }]);
});

it('a row with more JSON beside it than can be read back is left out', async () => {
  const crowded = { ...row('n1'), folder: new Array(JSON_COMMA_LIMIT + 2).fill(0) };
  const file = exportVault(vault, rowsOf(notes, [crowded, row('n2')]));
  for await (const _ of file);
  expect(file.report()).toMatchObject({ rows: 1, leftOut: { LIMIT_EXCEEDED: 1 } });
});

it('a value that no database has is a TypeError', async () => {
  for (const folder of [Symbol('no'), new Map()]) {
    const strange = { ...row('n1'), folder };
    await expect(exportedLines(vault, rowsOf(notes, [strange]))).rejects.toThrow(
      new TypeError("'folder' of a row of 'notes' is no value that a database has."),
    );
  }
});

it('keys that the header lacks are counted, siblings included, most payloads first', async () => {
  const once = await rotateDataKey(store, vault);
  const twice = await rotateDataKey(store, once);
  const under = (each: Vault, id: string) =>
    encryptRow(each, notes, { id, body: 'b', folder: 'f' });
  const [one, two] = [under(once, 'n2'), under(twice, 'n3')];
  const rows = [row('n1'), one, { ...two, siblings: `${two.payload} ${row('n2').payload}` }];
  const [first, second] = [once, twice].map(({ keys }) => keys[0]?.id);
  const both = [
    { keyId: second, payloads: 2 },
    { keyId: first, payloads: 1 },
  ];
  for (const [from, missingKeys] of [
    [vault, both],
    [once, both.slice(0, 1)],
    [twice, []],
  ] as const) {
    const file = exportVault(from, rowsOf(notes, rows));
    for await (const _ of file);
    expect(file.report()).toMatchObject({ rows: 3, missingKeys });
  }
});

it('a recalled key stands in no header, so it is missing', async () => {
  const first = await exportWorld();
  const rotated = await rotateDataKey(first.store, first.vault);
  const sealed = encryptRow(rotated, notes, { id: 'n1', body: 'b', folder: 'f' });
  const recalled = recallKeys(first.vault, rotated.header);
  const file = exportVault(recalled, rowsOf(notes, [sealed]));
  for await (const _ of file);
  const keyId = rotated.keys[0]?.id;
  expect(file.report().missingKeys).toEqual([{ keyId, payloads: 1 }]);
});

it('verify opens each row, and counts what does not', async () => {
  const other = await exportWorld();
  const foreign = encryptRow(other.vault, notes, { id: 'n2', body: 'b', folder: 'f' });
  const moved = { ...row('n1'), id: 'n3' };
  const besides = { ...row('n4'), siblings: 'no-payload' };
  const rows = rowsOf(notes, [row('n1'), foreign, moved, besides]);
  const unverified = exportVault(vault, rows);
  for await (const _ of unverified);
  expect(unverified.report()).toMatchObject({ rows: 4, refused: {} });
  const verified = exportVault(vault, rows, { verify: true });
  for await (const _ of verified);
  expect(verified.report()).toMatchObject({
    rows: 4,
    refused: { UNKNOWN_KEY: 1, ROW_AUTH_FAILED: 1, NOT_ENCRYPTED: 1 },
    missingKeys: [{ keyId: other.vault.keys[0]?.id, payloads: 1 }],
  });
});

it.each([
  ['while rows are verified', true],
  ['before the last line', false],
])('a vault that is locked %s ends the file without that line', async (_, verify) => {
  const { vault: locking } = await exportWorld();
  const sealed = encryptRow(locking, notes, { id: 'n1', body: 'b', folder: 'f' });
  const file = exportVault(locking, rowsOf(notes, [sealed]), { verify });
  const chunks = file[Symbol.asyncIterator]();
  await chunks.next();
  if (!verify) await chunks.next();
  lockVault(locking);
  await expect(chunks.next()).rejects.toMatchObject({ code: 'LOCKED' });
  expect(file.report().done).toBe(false);
  expect(() => exportVault(locking, [])).toThrow(expect.objectContaining({ code: 'LOCKED' }));
});

it('takes one row for each line that is taken, and holds none', async () => {
  const sealed = row('n1');
  let given = 0;
  function* rows(): Generator<RowToExport> {
    for (; given < 200; given++) yield { table: notes, row: sealed };
  }
  let lines = 0;
  for await (const _ of exportVault(vault, rows())) {
    lines += 1;
    expect(Math.abs(given - lines)).toBeLessThanOrEqual(2);
  }
  expect(lines).toBe(202);
});

it('everything else has its turn where the source waits for nothing', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 0);
  const sealed = row('n1');
  function* rows(): Generator<RowToExport> {
    for (let i = 0; turns === 0 && i < 1_000_000; i++) yield { table: notes, row: sealed };
  }
  for await (const _ of exportVault(vault, rows()));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
});
