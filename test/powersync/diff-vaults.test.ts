/** Diffs across a log-out and across changes of the vault: whose rows are told of, and when. */
import { Schema } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import {
  generateRecoveryKey,
  memoryStore,
  openVault,
  rekeyVault,
  rotateDataKey,
  type Vault,
} from 'rowseal';
import { vaultForTesting } from 'rowseal/testing';
import { describe, expect, it } from 'vitest';
import { encryptedTables, logOut, startMirror } from '../../src/adapters/powersync/powersync.js';
import { followedNotes, notes, opener, seal, tampered, vault } from '../support/followed-notes.js';
import { follow } from '../support/followed-table.js';
import { laterThan } from '../support/later-than.js';
import { openPowerSync } from '../support/open-powersync.js';

describe('a log-out', () => {
  it.each([
    ['logOut', logOut],
    ['disconnectAndClear', (db: PowerSyncDatabase) => db.disconnectAndClear()],
    [
      'disconnectAndClear that leaves local tables',
      (db: PowerSyncDatabase) => db.disconnectAndClear({ clearLocal: false }),
    ],
  ])('by %s deletes no row of the user, and the next one begins anew', async (_, clear) => {
    const other = vaultForTesting('the next user').vault;
    let current = vault;
    const { db, sync, untilDiff } = await followedNotes({ vault: () => current });
    await untilDiff(1);
    await sync(seal('n1', 'mine'), seal('n2', 'mine too'));
    await untilDiff(2);
    await clear(db);
    expect(await untilDiff(3)).toEqual({ whole: true, changes: [] });
    current = other;
    const { payload } = seal('n1', 'theirs', { vault: other });
    const insert = 'INSERT INTO notes_sealed (id, payload, folder) VALUES (?, ?, ?)';
    await db.execute(insert, ['n1', payload, 'inbox']);
    expect(await untilDiff(4)).toMatchObject({
      whole: false,
      changes: [{ kind: 'insert', row: { body: 'theirs' }, previous: null }],
    });
  });

  it('by logOut, beside a mirror', async () => {
    const tables = [notes];
    const db = await openPowerSync(new Schema(encryptedTables(tables)));
    const mirror = await startMirror({ db, vault, tables });
    const { untilDiff } = await follow({ db, table: notes }, { vault: () => vault });
    await untilDiff(1);
    await db.execute(
      "INSERT INTO notes (id, body, stars, folder) VALUES ('n1', 'mine', 3, 'inbox')",
    );
    await mirror.flush();
    expect((await untilDiff(2)).changes).toMatchObject([
      { kind: 'insert', id: 'n1', row: { body: 'mine', stars: 3 } },
    ]);
    await logOut(db);
    expect(await untilDiff(3)).toEqual({ whole: true, changes: [] });
  });
});

const openAgain = () => openVault(memoryStore(vault.header), opener);

/** The vault before and after a rotation that the device has not heard of. */
async function rotation(): Promise<{ readonly old: Vault; readonly next: Vault }> {
  const old = await openAgain();
  return { old, next: await rotateDataKey(memoryStore(vault.header), await openAgain()) };
}

describe('a row under a key that the vault does not have yet', () => {
  it('is refused, and told once there is a vault that opens it', async () => {
    const { old, next } = await rotation();
    let current = old;
    const { sync, diffs, untilDiff } = await followedNotes({ vault: () => current });
    const first = seal('n1', 'first');
    await untilDiff(1);
    await sync(first);
    await untilDiff(2);
    const second = seal('n1', 'second', { previous: first, vault: next });
    await sync(second, tampered(seal('n2', 'damaged')));
    expect((await untilDiff(3)).changes).toMatchObject([
      { kind: 'refused', id: 'n1', error: { code: 'UNKNOWN_KEY' }, previous: { body: 'first' } },
      { kind: 'refused', id: 'n2', error: { code: 'ROW_AUTH_FAILED' } },
    ]);
    // Opened once more, it is still the old one: that is told already.
    current = await openAgain();
    await sync(seal('n3', 'beside it'));
    expect((await untilDiff(4)).changes).toMatchObject([{ kind: 'insert', id: 'n3' }]);
    current = next;
    expect((await untilDiff(5)).changes).toMatchObject([
      { kind: 'update', id: 'n1', row: { body: 'second' }, previous: { body: 'first' } },
    ]);
    await sync(seal('n1', 'third', { previous: second, vault: next }));
    expect((await untilDiff(6)).changes).toMatchObject([{ previous: { body: 'second' } }]);
    expect(diffs).toHaveLength(6);
  });

  it('may be replaced meanwhile, or be gone', async () => {
    const { old, next } = await rotation();
    let current = old;
    const { sync, diffs, untilDiff } = await followedNotes({ vault: () => current });
    await untilDiff(1);
    const first = seal('n1', 'first', { vault: next });
    await sync(first, seal('n2', 'gone', { vault: next }), seal('n3', 'last', { vault: next }));
    await untilDiff(2);
    await sync(seal('n1', 'second', { previous: first, vault: next }), { id: 'n2', data: null });
    const { changes } = await untilDiff(3);
    expect(changes).toMatchObject([
      { kind: 'refused', id: 'n1' },
      { kind: 'delete', id: 'n2', previous: null },
    ]);
    current = next;
    expect((await untilDiff(4)).changes).toMatchObject([
      { kind: 'insert', id: 'n3', row: { body: 'last' } },
      { kind: 'insert', id: 'n1', row: { body: 'second' } },
    ]);
    expect(diffs).toHaveLength(4);
  });

  it('may stand beside one that opens, and is merged later', async () => {
    const { old, next } = await rotation();
    let current = old;
    const { sync, diffs, untilDiff } = await followedNotes({ vault: () => current });
    await untilDiff(1);
    const first = seal('n1', 'first');
    await laterThan(Date.now());
    const [mine, theirs] = [
      seal('n1', 'mine', { previous: first }),
      seal('n1', 'first', { previous: first, stars: 5, vault: next }),
    ];
    await sync({ ...mine, siblings: theirs.payload });
    expect((await untilDiff(2)).changes).toMatchObject([
      {
        ...{ kind: 'insert', row: { body: 'mine', stars: 0 } },
        findings: [{ code: 'sibling-refused', error: 'UNKNOWN_KEY' }],
      },
    ]);
    current = next;
    expect((await untilDiff(3)).changes).toMatchObject([
      {
        ...{ kind: 'update', row: { body: 'mine', stars: 5 } },
        ...{ previous: { body: 'mine', stars: 0 }, findings: [{ code: 'retired-key' }] },
      },
    ]);
    expect(diffs).toHaveLength(3);
  });
});

describe('a row under a revoked key', () => {
  it('is refused, unless the user accepts what was written then', async () => {
    const stolen = await openAgain();
    const options = { keep: [opener], recoveryKey: generateRecoveryKey() };
    const rekeyed = await rekeyVault(memoryStore(vault.header), await openAgain(), options);
    await laterThan(Date.now());
    const { db, sync, stop, untilDiff } = await followedNotes({ vault: () => rekeyed.vault });
    await untilDiff(1);
    const late = seal('n1', 'late', { vault: stolen });
    await sync(late);
    expect((await untilDiff(2)).changes).toMatchObject([
      { kind: 'refused', error: { code: 'KEY_RETIRED' } },
    ]);
    await stop();
    const accepting = { vault: () => rekeyed.vault, acceptRetired: true };
    const accepted = await follow({ db, table: notes }, accepting);
    expect((await accepted.untilDiff(1)).changes).toMatchObject([
      { kind: 'insert', row: { body: 'late' }, findings: [{ code: 'retired-key' }] },
    ]);
  });
});
