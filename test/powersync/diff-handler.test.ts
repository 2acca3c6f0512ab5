/** The handler of a diff: awaited, called again when it fails, and never without a vault. */
import { lockVault, memoryStore, openVault, type Vault } from 'rowseal';
import { describe, expect, it } from 'vitest';
import { trackDecryptedDiff } from '../../src/adapters/powersync/powersync.js';
import { followedNotes, notes, opener, seal, store, vault } from '../support/followed-notes.js';
import { fedTable } from '../support/followed-table.js';
import { until } from '../support/synced-devices.js';

/** Something that a test settles by hand. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('a handler that fails', () => {
  it('ends nothing: its diff comes again, with what came since, and is reported', async () => {
    const failure = new Error('The index is full.');
    const { sync, diffs, errors, untilDiff } = await followedNotes({
      handle({ changes }) {
        if (changes[0]?.row?.body !== 'second') throw failure;
      },
    });
    const first = seal('n1', 'first');
    await until(() => expect(errors).not.toEqual([]));
    await sync(first, seal('n2', 'taken back'));
    await until(() => expect(errors.length).toBeGreaterThan(1));
    await sync(seal('n1', 'second', { previous: first }), { id: 'n2', data: null });
    const { whole, changes } = await untilDiff(1);
    expect(whole).toBe(true);
    expect(changes).toMatchObject([{ kind: 'insert', id: 'n1', row: { body: 'second' } }]);
    expect(diffs).toHaveLength(1);
    expect(new Set(errors)).toEqual(new Set([failure]));
  });

  it('may fail in the middle of work, in order with what comes later', async () => {
    const { sync, errors, untilDiff } = await followedNotes({
      async handle({ whole, changes }) {
        await Promise.resolve();
        if (!whole && changes.length < 3) throw new Error('not yet');
      },
    });
    const first = seal('n1', 'first');
    await untilDiff(1);
    await sync(first, seal('n2', 'beside it'));
    await until(() => expect(errors).not.toEqual([]));
    await sync(seal('n3', 'later'), seal('n1', 'second', { previous: first }));
    const { changes } = await untilDiff(2);
    expect(changes.map(({ kind, id }) => [kind, id])).toEqual([
      ['insert', 'n1'],
      ['insert', 'n2'],
      ['insert', 'n3'],
    ]);
    expect(changes[0]?.row?.body).toBe('second');
  });

  it.each([
    [
      'at once',
      () => {
        throw new Error('nobody hears this');
      },
    ],
    ['later', () => Promise.reject(new Error('nobody hears this'))],
  ])('may be reported to what fails itself, %s', async (_, onError: () => unknown) => {
    const { db, table } = await fedTable(notes);
    let calls = 0;
    const stop = await trackDecryptedDiff(db, { table, vault: () => vault, onError }, () => {
      if (++calls === 1) throw new Error('once');
    });
    await until(() => expect(calls).toBe(2));
    await stop();
  });
});

describe('a handler that takes its time', () => {
  it('is never called twice at once, and gets all that came meanwhile as one diff', async () => {
    const { opened, open } = gate();
    let running = 0;
    let most = 0;
    const { sync, diffs, untilDiff } = await followedNotes({
      async handle() {
        most = Math.max(most, ++running);
        await opened;
        running--;
      },
    });
    await until(() => expect(running).toBe(1));
    const first = seal('n1', 'first');
    await sync(first);
    await sync(seal('n1', 'second', { previous: first }));
    expect(diffs).toEqual([]);
    open();
    expect((await untilDiff(2)).changes).toMatchObject([
      { kind: 'insert', row: { body: 'second' } },
    ]);
    expect(most).toBe(1);
    expect(diffs).toHaveLength(2);
  });

  it('is awaited by stop, after which none is called', async () => {
    const { opened, open } = gate();
    const { sync, diffs, stop, untilDiff } = await followedNotes({
      handle: ({ whole }) => (whole ? undefined : opened),
    });
    await untilDiff(1);
    await sync(seal('n1', 'first'));
    await sync(seal('n2', 'second'));
    let stopped = false;
    const stopping = stop().then(() => {
      stopped = true;
    });
    await sync(seal('n3', 'third'));
    expect(stopped).toBe(false);
    open();
    await stopping;
    await stop();
    const handed = diffs.length;
    await sync(seal('n4', 'fourth'));
    expect(diffs).toHaveLength(handed);
  });
});

describe('stopping', () => {
  it('drops the diff that is being decrypted', async () => {
    let stopNow = false;
    let stopping: Promise<void> | null = null;
    const { sync, diffs, stop, untilDiff } = await followedNotes({
      vault() {
        if (stopNow) stopping = stop();
        return vault;
      },
    });
    await untilDiff(1);
    stopNow = true;
    await sync(seal('n1', 'first'));
    await until(() => expect(stopping).not.toBeNull());
    await stopping;
    expect(diffs).toHaveLength(1);
  });

  it('ends the waiting after a failure, and leaves nothing in the database', async () => {
    const { db, errors, stop } = await followedNotes({
      handle() {
        throw new Error('always');
      },
    });
    await until(() => expect(errors).toHaveLength(1));
    await stop();
    const left = await db.writeTransaction((tx) =>
      tx.getAll("SELECT name FROM sqlite_temp_schema WHERE name LIKE '%rowseal_diff%'"),
    );
    expect(left).toEqual([]);
  });

  it('may come after the database was closed, and what still ran is no failure', async () => {
    const { opened, open } = gate();
    let isRunning = false;
    const { db, sync, diffs, errors, stop, untilDiff } = await followedNotes({
      handle({ whole }) {
        isRunning = !whole;
        return whole ? undefined : opened;
      },
    });
    await untilDiff(1);
    await sync(seal('n1', 'first'));
    await until(() => expect(isRunning).toBe(true));
    await sync(seal('n2', 'second'));
    await db.close();
    open();
    await untilDiff(2);
    await stop();
    expect(errors).toEqual([]);
    expect(diffs).toHaveLength(2);
  });
});

describe('without a vault', () => {
  it('what happens is kept until there is one', async () => {
    let unlocked: Vault | null = null;
    const { sync, diffs, untilDiff } = await followedNotes({ vault: () => unlocked });
    const first = seal('n1', 'first');
    await sync(first);
    await sync(seal('n1', 'second', { previous: first }));
    expect(diffs).toEqual([]);
    unlocked = vault;
    expect(await untilDiff(1)).toMatchObject({
      whole: true,
      changes: [{ row: { body: 'second' } }],
    });
  });

  it('takes up no room in the database that grows with time', async () => {
    let unlocked: Vault | null = null;
    const { db, sync, untilDiff } = await followedNotes({ vault: () => unlocked });
    const recorded = () =>
      db.writeLock(async (tx) => {
        const { name } = await tx.get<{ name: string }>(
          "SELECT name FROM sqlite_temp_schema WHERE type = 'table' AND name GLOB 'rowseal_diff_*'",
        );
        return tx.getAll(`SELECT id FROM ${name}`);
      });
    await sync(seal('n1', 'first'), seal('n2', 'taken back'));
    await sync(seal('n1', 'second'), { id: 'n2', data: null });
    await until(async () => expect(await recorded()).toEqual([]));
    unlocked = vault;
    const { whole, changes } = await untilDiff(1);
    expect(whole).toBe(true);
    expect(changes).toMatchObject([{ kind: 'insert', id: 'n1', row: { body: 'second' } }]);
  });

  it('as with one that is locked', async () => {
    let current = await openVault(store, opener);
    let asked = 0;
    const { sync, errors, untilDiff } = await followedNotes({
      vault() {
        asked++;
        return current;
      },
    });
    const first = seal('n1', 'first');
    await untilDiff(1);
    await sync(first);
    await untilDiff(2);
    lockVault(current);
    await sync(seal('n1', 'second', { previous: first }));
    await sync(seal('n2', 'another'));
    const before = asked;
    await until(() => expect(asked).toBeGreaterThan(before));
    current = await openVault(store, opener);
    const { changes } = await untilDiff(3);
    expect(changes[0]).toMatchObject({ kind: 'update', id: 'n1', previous: { body: 'first' } });
    expect(errors).toEqual([]);
  });

  it('as when it is locked before all is decrypted', async () => {
    const locked = await openVault(memoryStore(vault.header), opener);
    let lockNow = false;
    const { sync, diffs, errors, untilDiff } = await followedNotes({
      vault() {
        if (!lockNow) return vault;
        lockNow = false;
        queueMicrotask(() => lockVault(locked));
        return locked;
      },
    });
    await untilDiff(1);
    lockNow = true;
    await sync(seal('n1', 'first'));
    expect((await untilDiff(2)).changes).toMatchObject([{ kind: 'insert', id: 'n1' }]);
    expect(diffs).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  it('a function that throws, or that returns none, is reported and asked again', async () => {
    const answers = [new Error('no session'), {} as Vault];
    const { errors, untilDiff } = await followedNotes({
      vault() {
        const answer = answers.shift() ?? vault;
        if (answer instanceof Error) throw answer;
        return answer;
      },
    });
    await untilDiff(1);
    expect(errors).toMatchObject([{ message: 'no session' }, { name: 'TypeError' }]);
  });
});
