import { type CrudTransaction, column, Schema, Table } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import { cleartext, defineTable, encrypted } from 'rowseal';
import { describe, expect, it } from 'vitest';
import { createBookkeeping } from '../../src/adapters/powersync/bookkeeping.js';
import {
  type UploadEntry,
  type UploadOptions,
  type UploadWrite,
  uploadWith,
} from '../../src/adapters/powersync/powersync.js';
import { openPowerSync } from '../support/open-powersync.js';
import { payloadIdOf, payloadText } from '../support/payload-text.js';

const notes = defineTable('notes', {
  body: encrypted.text(),
  folder: cleartext.text().optional(),
  pinned: cleartext.boolean().optional(),
  seen_at: cleartext.text().serverOwned(),
});
const { text, integer } = column;
const sealed = { folder: text, pinned: integer, seen_at: text, payload: text, parents: text };
const schema = new Schema({
  notes_sealed: new Table(
    { ...sealed, siblings: text },
    { trackPrevious: true, trackMetadata: true },
  ),
  todos: new Table({ title: text }, { trackPrevious: true, trackMetadata: true }),
});
/** As an app has it that forgot what keeps plaintext on the device. */
const exposingSchema = new Schema({
  notes: new Table({ body: text, folder: text }),
  notes_sealed: new Table({ ...sealed, siblings: text }),
});

const [A, B, C] = ['a', 'b', 'c'].map((seed) => payloadText(seed)) as [string, string, string];

type Send = UploadOptions['send'];

/** A device, and what its backend got. */
async function newDevice(
  options: Partial<UploadOptions> & { answer?: Send; schema?: Schema } = {},
) {
  const { answer = async () => {}, schema: ofApp = schema, ...others } = options;
  const db = await openPowerSync(ofApp);
  const received: (readonly UploadWrite[])[] = [];
  const send: Send = (writes, transaction) => {
    received.push(writes);
    return answer(writes, transaction);
  };
  const uploadData = uploadWith({ tables: [notes], send, ...others });
  return {
    db,
    received,
    upload: (through = db) => uploadData(through),
    put: (id: string, payload: string) =>
      db.execute('INSERT OR REPLACE INTO notes_sealed (id, payload) VALUES (?, ?)', [id, payload]),
    async queued() {
      const { count } = await db.get<{ count: number }>('SELECT count(*) AS count FROM ps_crud');
      return count;
    },
    rejected: () => db.getAll('SELECT tbl, id, payload_id, reason FROM rowseal_rejected'),
  };
}

function put(id: string, payload: string): UploadWrite {
  const data = { folder: null, pinned: null, payload, parents: '' };
  return { op: 'PUT', table: 'notes_sealed', id, data };
}

/** As a mirror notes it that was told so. */
function deleteByEngine(db: PowerSyncDatabase) {
  return db.writeTransaction(async (tx) => {
    await createBookkeeping(tx);
    await tx.execute("UPDATE rowseal_state SET deletes = 'engine'");
  });
}

/** A process that is killed when the server has answered. */
function dyingBeforeComplete(db: PowerSyncDatabase): PowerSyncDatabase {
  const complete = () => Promise.reject(new Error('killed'));
  const getNextCrudTransaction = async () =>
    Object.assign((await db.getNextCrudTransaction()) as CrudTransaction, { complete });
  return new Proxy(db, {
    get(target, name) {
      if (name === 'getNextCrudTransaction') return getNextCrudTransaction;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe('an upload', () => {
  it('sends transactions whole, the oldest first, one at each call', async () => {
    const ids: (number | null)[] = [];
    const device = await newDevice({
      answer: async (_, { id }) => {
        ids.push(id);
      },
    });
    await device.db.writeTransaction(async (tx) => {
      await tx.execute('INSERT INTO notes_sealed (id, payload, pinned) VALUES (?, ?, 1)', ['a', A]);
      await tx.execute("INSERT INTO todos (id, title) VALUES ('t', 'milk')");
    });
    await device.put('b', B);
    await device.upload();
    const first = { ...put('a', A), data: { ...put('a', A).data, pinned: true } };
    const todo = { op: 'PUT', table: 'todos', id: 't', data: { title: 'milk' } };
    expect(device.received).toEqual([[first, todo]]);
    expect(await device.queued()).toBe(1);
    await device.upload();
    expect(device.received.slice(1)).toEqual([[put('b', B)]]);
    await device.upload();
    expect(device.received).toHaveLength(2);
    expect(ids).toEqual([ids[0], (ids[0] ?? Number.NaN) + 1]);
  });

  it('keeps what the server owns, and what tables track, on the device', async () => {
    const { db, received, upload } = await newDevice();
    const values = ['a', A, B, 'monday', 'a remark about the plaintext'];
    await db.execute(
      'INSERT INTO notes_sealed (id, payload, siblings, seen_at, _metadata) VALUES (?, ?, ?, ?, ?)',
      values,
    );
    await db.execute("INSERT INTO todos (id, title, _metadata) VALUES ('t', 'milk', 'urgent')");
    await db.execute("UPDATE todos SET title = 'bread'");
    await upload();
    await upload();
    await upload();
    expect(received).toEqual([
      [put('a', A)],
      [expect.objectContaining({ metadata: 'urgent' })],
      [expect.objectContaining({ op: 'PATCH', previousValues: { title: 'milk' } })],
    ]);
  });

  it('fails as the backend does, and sends the same again', async () => {
    let down = true;
    const device = await newDevice({
      async answer() {
        if (down) throw new Error('later');
      },
    });
    await device.put('a', A);
    await expect(device.upload()).rejects.toThrow('later');
    expect(await device.queued()).toBe(1);
    down = false;
    await device.upload();
    expect(device.received).toEqual([[put('a', A)], [put('a', A)]]);
    expect(await device.queued()).toBe(0);
  });

  it('takes entries that belong to no transaction', async () => {
    const ids: (number | null)[] = [];
    const device = await newDevice({
      async answer(_, { id }) {
        ids.push(id);
      },
    });
    const entry = { op: 'PUT', type: 'todos', id: 't', data: { title: 'milk' } };
    await device.db.execute('INSERT INTO ps_crud (data) VALUES (?)', [JSON.stringify(entry)]);
    await device.upload();
    expect(ids).toEqual([null]);
  });

  it('refuses options that it does not have', () => {
    const send = async () => {};
    expect(() => uploadWith({ tables: [notes], send, retries: 3 } as UploadOptions)).toThrow(
      TypeError,
    );
  });
});

describe('a row that the backend refuses for good', () => {
  const refusing =
    (...ids: readonly string[]): Send =>
    async (writes) => ({
      refused: writes
        .filter(({ id }) => ids.includes(id))
        .map(({ table, id }) => ({ table, id, reason: 'too many notes' })),
    });

  it('is noted and left out, and the others are sent again', async () => {
    const device = await newDevice({ answer: refusing('b') });
    await device.db.writeTransaction(async (tx) => {
      for (const [id, payload] of [
        ['a', A],
        ['b', B],
        ['c', C],
        ['b', A],
      ]) {
        await tx.execute('INSERT OR REPLACE INTO notes_sealed (id, payload) VALUES (?, ?)', [
          id,
          payload,
        ]);
      }
    });
    await device.put('d', A);
    await device.upload();
    expect(device.received.at(-1)).toEqual([put('a', A), put('c', C)]);
    expect(device.received).toHaveLength(2);
    expect(await device.rejected()).toEqual([
      { tbl: 'notes', id: 'b', payload_id: payloadIdOf(A), reason: 'too many notes' },
    ]);
    expect(await device.queued()).toBe(1);
  });

  it('is noted before the transaction ends, so that a crash in between forgets nothing', async () => {
    const device = await newDevice({ answer: refusing('a') });
    await device.put('a', A);
    await expect(device.upload(dyingBeforeComplete(device.db))).rejects.toThrow('killed');
    const noted = { tbl: 'notes', id: 'a', payload_id: payloadIdOf(A), reason: 'too many notes' };
    expect(await device.rejected()).toEqual([noted]);
    await device.upload();
    expect(await device.rejected()).toEqual([noted]);
    expect(await device.queued()).toBe(0);
  });

  it('is sent by nobody when all of a transaction is refused', async () => {
    const device = await newDevice({ answer: refusing('a') });
    await device.put('a', A);
    await device.upload();
    expect(device.received).toHaveLength(1);
    expect(await device.queued()).toBe(0);
  });

  it('is noted once, with what was refused last, until the server takes it', async () => {
    let answer = refusing('a', 'b');
    const device = await newDevice({ answer: (...sent) => answer(...sent) });
    for (const [id, payload] of [
      ['a', A],
      ['b', A],
      ['a', B],
    ] as const)
      await device.put(id, payload);
    for (let times = 0; times < 3; times++) await device.upload();
    expect(await device.rejected()).toMatchObject([
      { id: 'b', payload_id: payloadIdOf(A) },
      { id: 'a', payload_id: payloadIdOf(B) },
    ]);
    answer = async () => {};
    await device.put('a', C);
    await device.upload();
    expect(await device.rejected()).toMatchObject([{ id: 'b' }]);
  });

  it('of another table is the app’s own affair', async () => {
    const device = await newDevice({ answer: refusing('t') });
    await device.db.execute("INSERT INTO todos (id, title) VALUES ('t', 'milk')");
    await device.upload();
    expect(await device.queued()).toBe(0);
    await expect(device.rejected()).rejects.toThrow('rowseal_rejected');
  });

  it('by a delete or by a change has no payload', async () => {
    const device = await newDevice({ answer: refusing('a', 'b') });
    await deleteByEngine(device.db);
    await device.put('a', A);
    await device.put('b', B);
    await device.db.execute("DELETE FROM notes_sealed WHERE id = 'a'");
    await device.db.execute("UPDATE notes_sealed SET folder = 'inbox' WHERE id = 'b'");
    for (let times = 0; times < 4; times++) await device.upload();
    expect(await device.rejected()).toMatchObject([
      { id: 'a', payload_id: null },
      { id: 'b', payload_id: null },
    ]);
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [{ code: 23514 }, '{"code":23514}'],
  ])('is noted whatever the backend gives as its reason: %j', async (reason, text) => {
    const refused = [{ table: 'notes_sealed', id: 'a', reason: reason as unknown as string }];
    const device = await newDevice({ answer: async () => ({ refused }) });
    await device.put('a', A);
    await device.upload();
    expect(await device.rejected()).toMatchObject([{ id: 'a', reason: text }]);
    expect(await device.queued()).toBe(0);
  });

  it('must be one that was sent, by the name that it was sent with', async () => {
    const refused = [
      { table: 'notes_sealed', id: 'a', reason: 'too many notes' },
      { table: 'notes', id: 'b', reason: 'too many notes' },
    ];
    const device = await newDevice({ answer: async () => ({ refused }) });
    await device.db.execute(
      'INSERT INTO notes_sealed (id, payload) SELECT value, ? FROM json_each(\'["a", "b"]\')',
      [A],
    );
    await expect(device.upload()).rejects.toThrow(
      new TypeError("Give the table and id of a write for what `send` refuses, not 'notes', 'b'."),
    );
    expect(await device.queued()).toBe(2);
    await expect(device.rejected()).rejects.toThrow('rowseal_rejected');
  });
});

describe('an answer that says neither that all was stored nor what was refused', () => {
  it.each([
    [{ detail: [{ msg: 'field required' }] }],
    [{ errors: { payload: 'is too long' } }],
    [{}],
    [null],
    ['stored'],
    [{ refused: null }],
    [{ refused: { table: 'notes_sealed', id: 'a' } }],
    [{ refused: ['a'] }],
    [{ refused: [null] }],
    [{ refused: [{ table: 'notes_sealed', id: 1 }] }],
    [{ refused: [{ id: 'a', reason: 'whose?' }] }],
  ])('is no answer, and everything stays: %j', async (answer) => {
    const device = await newDevice({ answer: async () => answer as never });
    await device.put('a', A);
    const upload = device.upload();
    await expect(upload).rejects.toThrow(TypeError);
    await expect(upload).rejects.toThrow('{ refused: [{ table, id, reason }] }');
    expect(await device.queued()).toBe(1);
    await expect(device.rejected()).rejects.toThrow('rowseal_rejected');
  });
});

describe('an entry that would show plaintext', () => {
  const write = async ({ db, put }: Awaited<ReturnType<typeof newDevice>>) => {
    await db.writeTransaction(async (tx) => {
      await tx.execute('INSERT INTO notes_sealed (id, payload) VALUES (?, ?)', ['a', A]);
      await tx.execute("INSERT INTO notes (id, body) VALUES ('a', 'plaintext')");
    });
    await put('b', B);
  };

  it('stops uploads: nothing of its transaction leaves, and nothing is lost', async () => {
    const device = await newDevice({ schema: exposingSchema });
    await write(device);
    for (let times = 0; times < 2; times++) {
      await expect(device.upload()).rejects.toMatchObject({ code: 'EXPOSURE_REFUSED' });
    }
    expect(device.received).toEqual([]);
    expect(await device.queued()).toBe(3);
  });

  it('is left to the app where it says so, and the others are sent', async () => {
    const kept: UploadEntry[] = [];
    const device = await newDevice({
      schema: exposingSchema,
      async onExposure(entry, { code }) {
        expect(code).toBe('EXPOSURE_REFUSED');
        kept.push(entry);
      },
    });
    await write(device);
    await device.upload();
    await device.upload();
    expect(kept).toMatchObject([{ table: 'notes', id: 'a', opData: { body: 'plaintext' } }]);
    expect(device.received).toEqual([[put('a', A)], [put('b', B)]]);
    expect(await device.queued()).toBe(0);
  });

  it('stays when the app can’t save it', async () => {
    const device = await newDevice({
      schema: exposingSchema,
      onExposure: () => Promise.reject(new Error('the disk is full')),
    });
    await write(device);
    await expect(device.upload()).rejects.toThrow('the disk is full');
    expect(device.received).toEqual([]);
    expect(await device.queued()).toBe(3);
  });
});

describe('a DELETE of a sealed row', () => {
  it('is not sent, the app hears of it, and the queue goes on', async () => {
    const strays: UploadEntry[] = [];
    const device = await newDevice({ onStrayDelete: (entry) => strays.push(entry) });
    await device.put('a', A);
    await device.upload();
    await device.db.execute('DELETE FROM notes_sealed');
    await device.put('b', B);
    await device.upload();
    await device.upload();
    expect(device.received).toEqual([[put('a', A)], [put('b', B)]]);
    expect(strays).toMatchObject([{ op: 'DELETE', table: 'notes_sealed', id: 'a' }]);
  });

  it('is sent where the app deletes that way', async () => {
    const device = await newDevice();
    await deleteByEngine(device.db);
    await device.put('a', A);
    await device.db.execute('DELETE FROM notes_sealed');
    await device.upload();
    await device.upload();
    const gone = { op: 'DELETE', table: 'notes_sealed', id: 'a', data: null };
    expect(device.received[1]).toEqual([gone]);
  });

  it('is dropped where nobody wants to hear of it', async () => {
    const device = await newDevice();
    await device.put('a', A);
    await device.db.execute('DELETE FROM notes_sealed');
    await device.upload();
    await device.upload();
    expect(device.received).toHaveLength(1);
    expect(await device.queued()).toBe(0);
  });

  it('is told from a change of which nothing is sent', async () => {
    const strays: UploadEntry[] = [];
    const device = await newDevice({ onStrayDelete: (entry) => strays.push(entry) });
    await device.put('a', A);
    await device.db.execute("UPDATE notes_sealed SET seen_at = 'monday'");
    await device.upload();
    await device.upload();
    expect(device.received).toEqual([[put('a', A)]]);
    expect(strays).toEqual([]);
  });
});
