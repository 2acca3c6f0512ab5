/** Decrypting the records of `trackTableDiff` in an app's own handler. */
import type { TriggerDiffHandlerContext } from '@powersync/common';
import {
  cleartext,
  defineTable,
  encryptDelete,
  encrypted,
  encryptRow,
  lockVault,
  memoryStore,
  openVault,
} from 'rowseal';
import { describe, expect, it } from 'vitest';
import {
  type DiffRecord,
  decryptDiff,
  type ExtractedDiffRecord,
} from '../../src/adapters/powersync/powersync.js';
import {
  notes,
  opener,
  type SealedNote,
  seal,
  tampered,
  vault,
} from '../support/followed-notes.js';
import { fedTable } from '../support/followed-table.js';
import { laterThan } from '../support/later-than.js';
import { until } from '../support/synced-devices.js';

const ALL = { INSERT: 'TRUE', UPDATE: 'TRUE', DELETE: 'TRUE' };
type Records = readonly (DiffRecord | ExtractedDiffRecord)[];

describe.each([
  ['withDiff', (diff: TriggerDiffHandlerContext) => diff.withDiff('SELECT * FROM DIFF')],
  [
    'withExtractedDiff',
    (diff: TriggerDiffHandlerContext) => diff.withExtractedDiff('SELECT * FROM DIFF'),
  ],
])('records of %s', (_, read) => {
  it('are what happened, row by row', async () => {
    const { db, sync } = await fedTable(notes);
    const [n1, n2, n3] = [seal('n1', 'one'), seal('n2', 'two'), seal('n3', 'three')];
    await sync(n1, n2, n3);
    const taken: Records[] = [];
    await db.triggers.trackTableDiff({
      ...{ source: 'notes_sealed', when: ALL },
      onChange: async (diff) => void taken.push(await read(diff)),
    });
    await sync(seal('n1', 'changed', { previous: n1 }), encryptDelete(vault, notes, n2), n3);
    await until(() => expect(taken).toHaveLength(1));
    expect(decryptDiff(vault, notes, taken[0] ?? [])).toEqual([
      {
        ...{ kind: 'update', id: 'n1', findings: [] },
        row: { id: 'n1', body: 'changed', stars: 0, folder: 'inbox' },
        previous: { id: 'n1', body: 'one', stars: 0, folder: 'inbox' },
      },
      {
        ...{ kind: 'delete', id: 'n2', findings: [], row: null, proven: true },
        previous: { id: 'n2', body: 'two', stars: 0, folder: 'inbox' },
      },
    ]);
    const { payload } = seal('n1', 'here', { previous: n1 });
    await db.execute("UPDATE notes_sealed SET payload = ? WHERE id = 'n1'", [payload]);
    await until(() => expect(taken).toHaveLength(2));
    expect(decryptDiff(vault, notes, taken[1] ?? [])).toMatchObject([
      { kind: 'update', id: 'n1', row: { body: 'here' }, previous: { body: 'changed' } },
    ]);
  });
});

it('what was there before a diff began is read as its first records', async () => {
  const { db, sync } = await fedTable(notes);
  await sync(seal('n1', 'one'), seal('n2', 'two'));
  const all = await db.getAll<ExtractedDiffRecord>(
    "SELECT *, 'INSERT' AS __operation FROM notes_sealed ORDER BY id",
  );
  expect(decryptDiff(vault, notes, all)).toMatchObject([
    { kind: 'insert', row: { body: 'one' } },
    { kind: 'insert', row: { body: 'two' } },
  ]);
});

const record = (operation: string, { id, ...value }: SealedNote) => ({
  ...{ id, operation },
  value: JSON.stringify({ siblings: '', ...value }),
});
const inserted = (sealed: SealedNote) => record('INSERT', sealed);
const deleted = (sealed: SealedNote) => record('DELETE', sealed);
/** As sync replaces a row. */
const replaced = (before: SealedNote, after: SealedNote) => [deleted(before), inserted(after)];

describe('a diff', () => {
  const one = seal('n1', 'one');
  const two = seal('n1', 'two', { previous: one });

  it('says nothing of what came to nothing', () => {
    expect(decryptDiff(vault, notes, [])).toEqual([]);
    expect(decryptDiff(vault, notes, [inserted(one), deleted(one)])).toEqual([]);
    expect(decryptDiff(vault, notes, replaced(one, one))).toEqual([]);
    const thereAndBack = [...replaced(one, two), ...replaced(two, one)];
    expect(decryptDiff(vault, notes, thereAndBack)).toEqual([]);
    expect(decryptDiff(vault, notes, [inserted(encryptDelete(vault, notes, one))])).toEqual([]);
    expect(decryptDiff(vault, notes, [deleted(encryptDelete(vault, notes, one))])).toEqual([]);
  });

  it('says nothing of another payload with the same values', () => {
    expect(decryptDiff(vault, notes, replaced(one, seal('n1', 'one', { previous: one })))).toEqual(
      [],
    );
  });

  it('says that a deleted row was inserted again', () => {
    const again = seal('n1', 'again', { previous: encryptDelete(vault, notes, one) });
    expect(
      decryptDiff(vault, notes, replaced(encryptDelete(vault, notes, one), again)),
    ).toMatchObject([{ kind: 'insert', row: { body: 'again' }, previous: null }]);
  });

  it('says that an older payload came back, and which', () => {
    expect(decryptDiff(vault, notes, replaced(two, one))).toMatchObject([
      { kind: 'update', row: { body: 'one' }, findings: [{ code: 'stale-row' }] },
    ]);
    expect(
      decryptDiff(vault, notes, replaced(encryptDelete(vault, notes, two), one)),
    ).toMatchObject([{ kind: 'insert', row: { body: 'one' }, findings: [{ code: 'stale-row' }] }]);
  });

  it('says that a visible column was changed beside a payload, and when it is as it was', () => {
    const moved = { ...one, folder: 'trash' };
    const mismatch = { code: 'metadata-mismatch', column: 'folder' };
    expect(decryptDiff(vault, notes, replaced(one, moved))).toMatchObject([
      { kind: 'update', row: { folder: 'inbox' }, findings: [mismatch] },
    ]);
    expect(decryptDiff(vault, notes, replaced(moved, one))).toMatchObject([
      { kind: 'update', row: { folder: 'inbox' }, findings: [] },
    ]);
  });

  it('goes on past a row that does not open, before or after', () => {
    const records = [...replaced(one, tampered(one)), inserted(seal('n2', 'beside it'))];
    expect(decryptDiff(vault, notes, records)).toMatchObject([
      {
        ...{ kind: 'refused', id: 'n1', row: null, previous: { body: 'one' } },
        error: { name: 'RowsealError', code: 'ROW_AUTH_FAILED' },
      },
      { kind: 'insert', id: 'n2' },
    ]);
    expect(decryptDiff(vault, notes, replaced(tampered(one), two))).toMatchObject([
      { kind: 'update', row: { body: 'two' }, previous: null },
    ]);
    expect(decryptDiff(vault, notes, [deleted(tampered(one))])).toMatchObject([
      { kind: 'delete', previous: null, proven: false },
    ]);
  });

  it('refuses what a server makes of ids and JSON, and throws for none', () => {
    const odd = [
      { id: null as unknown as string, operation: 'INSERT', value: '{}' },
      { id: '', operation: 'INSERT', value: inserted(one).value },
      { id: 'json', operation: 'INSERT', value: '{"payload":' },
      { id: 'proto', operation: 'INSERT', value: '{"__proto__":{"payload":"AQ"}}' },
      { id: 'huge', operation: 'INSERT', value: 'x'.repeat(17 * 1024 * 1024) },
      { id: 'numbers', operation: 'INSERT', value: '{"payload":5,"siblings":7,"folder":1e400}' },
    ];
    const changes = decryptDiff(vault, notes, odd);
    expect(changes.map(({ kind }) => kind)).toEqual(odd.map(() => 'refused'));
  });

  it('refuses a row that lacks what the table declares', () => {
    const { payload } = encryptRow(vault, defineTable('notes', { folder: cleartext.text() }), {
      ...{ id: 'n1', folder: 'inbox' },
    });
    expect(
      decryptDiff(vault, notes, [inserted({ id: 'n1', folder: 'inbox', payload })]),
    ).toMatchObject([{ kind: 'refused', error: { code: 'ROW_MALFORMED' } }]);
  });

  it('may be opened with what was written under a revoked key', () => {
    expect(decryptDiff(vault, notes, [inserted(one)], { acceptRetired: true })).toHaveLength(1);
  });
});

describe('siblings', () => {
  it('are merged, so that no edit is hidden', async () => {
    const first = seal('n1', 'first');
    await laterThan(Date.now());
    const mine = seal('n1', 'mine', { previous: first });
    const theirs = seal('n1', 'first', { previous: first, stars: 5 });
    const both = { ...mine, siblings: theirs.payload };
    expect(decryptDiff(vault, notes, replaced(mine, both))).toMatchObject([
      { kind: 'update', row: { body: 'mine', stars: 5 }, previous: { stars: 0 }, findings: [] },
    ]);
    // The merge that a device sends says what was told already.
    const merged = seal('n1', 'mine', { previous: mine, stars: 5 });
    expect(decryptDiff(vault, notes, replaced(both, merged))).toEqual([]);
  });

  it('that do not open are a finding', () => {
    const one = seal('n1', 'one');
    const siblings = [tampered(one).payload, seal('n1', 'another').payload].join(' ');
    expect(decryptDiff(vault, notes, [inserted({ ...one, siblings } as SealedNote)])).toMatchObject(
      [{ kind: 'insert', findings: [{ code: 'sibling-refused', error: 'ROW_AUTH_FAILED' }] }],
    );
  });
});

describe('visible columns', () => {
  const accounts = defineTable('accounts', {
    title: encrypted.text(),
    open: cleartext.boolean(),
    number: cleartext.text().bound(),
    rate: cleartext.integer().optional(),
    seen: cleartext.integer().serverOwned(),
  });
  const row = { id: 'a1', title: 'Savings', open: true, number: '12', rate: 2 };
  const sealed = encryptRow(vault, accounts, row);
  const value = (columns: object) => JSON.stringify({ ...sealed, ...columns });
  const kinds = (columns: object) => [
    { id: 'a1', operation: 'INSERT', value: value(columns) },
    { __operation: 'INSERT', ...sealed, ...columns },
  ];

  it.each([
    ['as sealed', {}],
    ['as SQLite has them', { open: 1, seen: 3 }],
    ['as a server with other types has them', { open: true, number: 12 }],
  ])('are read %s', (_, columns) => {
    for (const each of kinds(columns)) {
      expect(decryptDiff(vault, accounts, [each])).toEqual([
        { kind: 'insert', id: 'a1', row, previous: null, findings: [] },
      ]);
    }
  });

  it('that the server owns are no change', () => {
    const records = [
      { id: 'a1', operation: 'DELETE', value: value({ seen: 1 }) },
      { id: 'a1', operation: 'INSERT', value: value({ seen: 2 }) },
    ];
    expect(decryptDiff(vault, accounts, records)).toEqual([]);
  });
});

describe('a mistake in the call', () => {
  it.each([
    ['no vault', {} as never, notes, []],
    ['no table', vault, {} as never, []],
    ['no list', vault, notes, 'records' as never],
    ['no record', vault, notes, [null] as never],
    ['records of another query', vault, notes, [{ id: 'n1' }] as never],
    ['records without their rows', vault, notes, [{ id: 'n1', operation: 'INSERT' }] as never],
    ['another operation', vault, notes, [{ id: 'n1', operation: 'MERGE', value: '{}' }]],
  ])('throws: %s', (_, ...given) => {
    expect(() => decryptDiff(...given)).toThrow(TypeError);
  });

  it('throws for an option that there is not, and with a locked vault', async () => {
    const options = { acceptRetried: true } as never;
    expect(() => decryptDiff(vault, notes, [], options)).toThrow(TypeError);
    const locked = await openVault(memoryStore(vault.header), opener);
    lockVault(locked);
    expect(() => decryptDiff(locked, notes, [])).toThrow(
      expect.objectContaining({ code: 'LOCKED' }),
    );
  });
});
