/** Following a sealed table on a real database: what arrives is handed over once, decrypted. */
import { Schema } from '@powersync/common';
import { encryptDelete } from 'rowseal';
import { describe, expect, it } from 'vitest';
import { sealedTables, uploadWith } from '../../src/adapters/powersync/powersync.js';
import { followedNotes, notes, seal, tampered, vault } from '../support/followed-notes.js';
import { fedTable, follow } from '../support/followed-table.js';
import { databaseFile } from '../support/open-powersync.js';
import { until } from '../support/synced-devices.js';

const INSERT = 'INSERT INTO notes_sealed (id, payload, parents, folder) VALUES (?, ?, ?, ?)';

describe('a followed table', () => {
  it('is handed over whole at the start, and then as it changes', async () => {
    const table = await fedTable(notes);
    const first = seal('n1', 'hello');
    await table.sync(first, encryptDelete(vault, notes, seal('gone', 'deleted')));
    const { diffs, untilDiff } = await follow(table, { vault: () => vault });
    const row = { id: 'n1', body: 'hello', stars: 0, folder: 'inbox' };
    expect(await untilDiff(1)).toEqual({
      whole: true,
      changes: [{ kind: 'insert', id: 'n1', row, previous: null, findings: [] }],
    });
    await table.sync(seal('n1', 'hello there', { previous: first }), seal('n2', 'new'));
    expect(await untilDiff(2)).toMatchObject({
      whole: false,
      changes: [
        { kind: 'update', id: 'n1', row: { body: 'hello there' }, previous: row },
        { kind: 'insert', id: 'n2', row: { body: 'new' } },
      ],
    });
    expect(diffs).toHaveLength(2);
  });

  it('that is empty is whole with nothing', async () => {
    const { untilDiff } = await followedNotes();
    expect(await untilDiff(1)).toEqual({ whole: true, changes: [] });
  });

  it('tells of a write of this device once, and not of its echo', async () => {
    const { db, sync, diffs, untilDiff } = await followedNotes();
    const sealed = seal('n1', 'mine');
    await untilDiff(1);
    await db.execute(INSERT, ['n1', sealed.payload, '', 'inbox']);
    expect((await untilDiff(2)).changes).toMatchObject([{ kind: 'insert', id: 'n1' }]);
    await uploadWith({ tables: [notes], send: async () => {} })(db);
    await sync(sealed);
    await sync(seal('n2', 'another'));
    expect((await untilDiff(3)).changes).toMatchObject([{ kind: 'insert', id: 'n2' }]);
    expect(diffs).toHaveLength(3);
  });

  it('tells a sealed delete from a row that was taken away', async () => {
    const { sync, diffs, untilDiff } = await followedNotes();
    const [n1, n2] = [seal('n1', 'deleted'), seal('n2', 'taken away')];
    await untilDiff(1);
    await sync(n1, n2);
    await untilDiff(2);
    await sync(encryptDelete(vault, notes, n1), { id: 'n2', data: null });
    expect((await untilDiff(3)).changes).toMatchObject([
      { kind: 'delete', id: 'n1', row: null, previous: { body: 'deleted' }, proven: true },
      { kind: 'delete', id: 'n2', row: null, previous: { body: 'taken away' }, proven: false },
    ]);
    await sync({ id: 'n1', data: null }, seal('n3', 'after the purge'));
    expect((await untilDiff(4)).changes).toMatchObject([{ kind: 'insert', id: 'n3' }]);
    expect(diffs).toHaveLength(4);
  });
});

describe('several followers', () => {
  it('each hear of all, and of a clear', async () => {
    const { db, sync, untilDiff } = await followedNotes();
    const other = await follow({ db, table: notes }, { vault: () => vault });
    await Promise.all([untilDiff(1), other.untilDiff(1)]);
    await sync(seal('n1', 'hello'));
    for (const each of [await untilDiff(2), await other.untilDiff(2)]) {
      expect(each.changes).toMatchObject([{ kind: 'insert', id: 'n1' }]);
    }
    await db.disconnectAndClear();
    for (const each of [await untilDiff(3), await other.untilDiff(3)]) {
      expect(each).toEqual({ whole: true, changes: [] });
    }
  });
});

describe('the next start', () => {
  it('begins with all rows, whatever the last one left unsaid', async () => {
    const file = await databaseFile();
    const schema = new Schema(sealedTables([notes]));
    const db = await file.open(schema);
    const failing = await follow(
      { db, table: notes },
      {
        vault: () => vault,
        handle() {
          throw new Error('This app never gets anywhere.');
        },
      },
    );
    await db.execute(INSERT, ['n1', seal('n1', 'untold').payload, '', 'inbox']);
    await until(() => expect(failing.errors).not.toEqual([]));
    await db.close();
    const again = await file.open(schema);
    await again.execute(INSERT, ['n2', seal('n2', 'unheard').payload, '', 'inbox']);
    const { untilDiff } = await follow({ db: again, table: notes }, { vault: () => vault });
    const { whole, changes } = await untilDiff(1);
    expect(whole).toBe(true);
    expect(changes.map(({ id, row }) => [id, row?.body]).sort()).toEqual([
      ['n1', 'untold'],
      ['n2', 'unheard'],
    ]);
  });
});

describe('a row that does not open', () => {
  it('is refused while others go on, and the next good one follows the last good one', async () => {
    const { sync, untilDiff } = await followedNotes();
    const first = seal('n1', 'good');
    await untilDiff(1);
    await sync(first);
    await untilDiff(2);
    await sync(tampered(first), seal('n2', 'beside it'));
    expect((await untilDiff(3)).changes).toMatchObject([
      { kind: 'refused', id: 'n1', row: null, previous: { body: 'good' } },
      { kind: 'insert', id: 'n2' },
    ]);
    await sync(seal('n1', 'better', { previous: first }));
    expect((await untilDiff(4)).changes).toMatchObject([
      { kind: 'update', id: 'n1', row: { body: 'better' }, previous: { body: 'good' } },
    ]);
  });

  it('is not told again when it arrives again, and is told when it is as it was', async () => {
    const { sync, diffs, untilDiff } = await followedNotes();
    const first = seal('n1', 'good');
    await untilDiff(1);
    await sync(first);
    await untilDiff(2);
    await sync(tampered(first));
    await untilDiff(3);
    await sync(tampered(first));
    await sync(first);
    expect((await untilDiff(4)).changes).toMatchObject([
      { kind: 'update', id: 'n1', row: { body: 'good' }, previous: { body: 'good' }, findings: [] },
    ]);
    expect(diffs).toHaveLength(4);
  });

  it('is told as gone when it is taken away, whether it ever opened or not', async () => {
    const { sync, untilDiff } = await followedNotes();
    const first = seal('n1', 'good');
    await untilDiff(1);
    await sync(first, tampered(seal('n2', 'never read')));
    await untilDiff(2);
    await sync(tampered(first));
    await untilDiff(3);
    await sync({ id: 'n1', data: null }, { id: 'n2', data: null });
    expect((await untilDiff(4)).changes).toMatchObject([
      { kind: 'delete', id: 'n1', previous: { body: 'good' }, proven: false },
      { kind: 'delete', id: 'n2', previous: null, proven: false },
    ]);
  });

  it.each([
    ['no JSON', '{"payload": no JSON'],
    ['no object', '5'],
    ['larger than any device writes', JSON.stringify({ payload: 'x'.repeat(17 * 1024 * 1024) })],
  ])('may be %s, and sync goes on', async (_, data) => {
    const { sync, untilDiff } = await followedNotes();
    await untilDiff(1);
    await sync({ id: 'bad', data }, seal('n1', 'good'));
    const { changes } = await untilDiff(2);
    expect(changes).toMatchObject([
      { kind: 'refused', id: 'bad', error: { code: 'NOT_ENCRYPTED' } },
      { kind: 'insert', id: 'n1' },
    ]);
  });
});
