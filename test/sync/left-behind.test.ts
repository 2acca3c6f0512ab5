/** Rows that the app writes again before it was shown what arrived: nothing of that is forgotten. */
import { cleartext, defineTable, encrypted } from 'rowseal';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type MirroredDevice,
  type MirroredWorld,
  mirroredWorld,
} from '../support/mirrored-devices.js';

const notes = defineTable('notes', {
  title: encrypted.text(),
  body: encrypted.text().optional(),
  folder: cleartext.text(),
  stored_at: cleartext.text().serverOwned(),
});
const NOTE = { id: 'n1', title: 'Title', body: 'Body', folder: 'inbox' };

let world: MirroredWorld;
let a: MirroredDevice;
let b: MirroredDevice;

beforeEach(async () => {
  world = mirroredWorld([notes]);
  a = await world.device('a');
  b = await world.device('b');
  a.engine.insert('notes', NOTE);
  for (const id of ['n2', 'n3']) a.engine.insert('notes', { ...NOTE, id });
  await syncAll(a, b);
  world.clock.now += 1000;
});

async function syncAll(...devices: MirroredDevice[]): Promise<void> {
  for (let round = 0; round < 3; round++) for (const device of devices) await device.sync();
}

/** The app writes once while a pass computes. */
function writeDuringPass(device: MirroredDevice, write: () => void): void {
  let isWritten = false;
  device.options = {
    store: {
      ...device.store,
      async writeOutcomes(...args) {
        if (!isWritten) write();
        isWritten = true;
        return device.store.writeOutcomes(...args);
      },
    },
  };
}

function writeAndTakeBack(): void {
  a.engine.update('notes', 'n1', { body: 'x' });
  a.engine.update('notes', 'n1', { body: NOTE.body });
}

/** One pass that ends before the app's write of `n1`, and then a kill; a write of another row parts them. */
async function passBefore(write: () => void, other = 'n2'): Promise<void> {
  const first = await a.store.lastSeq();
  a.engine.update('notes', other, { body: 'x' });
  const ends = [first, await a.store.lastSeq()];
  write();
  let passes = 0;
  const nothing = { rows: [], upTo: 0, snapshot: 0 };
  a.options = {
    limit: 1,
    ends,
    store: {
      ...a.store,
      readWork: async (...args) => (passes++ === 0 ? a.store.readWork(...args) : nothing),
    },
  };
  await a.settle();
  a.options = {};
}

describe('a write that is taken back while a pass runs', () => {
  it('leaves a remote edit to be shown', async () => {
    b.engine.update('notes', 'n1', { title: 'Remote' });
    await b.sync();
    a.receive();
    writeDuringPass(a, writeAndTakeBack);
    await syncAll(a, b, a);
    expect(a.engine.row('notes', 'n1')?.title).toBe('Remote');
  });

  it('leaves a remote delete to be done', async () => {
    b.engine.remove('notes', 'n1');
    await b.sync();
    a.receive();
    writeDuringPass(a, writeAndTakeBack);
    await syncAll(a, b, a);
    expect(a.engine.row('notes', 'n1')).toBeNull();
  });

  it("leaves the server's own value to be shown", async () => {
    world.server.hostile.change('notes', 'n1', { stored_at: 'now' });
    a.receive();
    writeDuringPass(a, writeAndTakeBack);
    await syncAll(a, b, a);
    expect(a.engine.row('notes', 'n1')?.stored_at).toBe('now');
  });
});

describe('a write that comes while a pass runs', () => {
  it.each([
    ['an edit', () => a.engine.update('notes', 'n1', { body: 'x' })],
    ['a delete', () => a.engine.remove('notes', 'n1')],
  ])('does not undo a remote delete that the pass took: %s', async (_, write) => {
    b.engine.remove('notes', 'n1');
    await b.sync();
    a.receive();
    writeDuringPass(a, write);
    await syncAll(a, b);
    expect(a.engine.row('notes', 'n1')).toBeNull();
    expect(b.engine.row('notes', 'n1')).toBeNull();
    expect(world.server.uploadCount('notes', 'n1')).toBe(2);
  });

  it('is not sent when it says what the pass had taken', async () => {
    b.engine.update('notes', 'n1', { title: 'Remote' });
    await b.sync();
    a.receive();
    writeDuringPass(a, () => a.engine.update('notes', 'n1', { title: 'Remote' }));
    await syncAll(a, b);
    expect(a.engine.row('notes', 'n1')?.title).toBe('Remote');
    expect(world.server.uploadCount('notes', 'n1')).toBe(2);
  });
});

describe('a row that was written again behind the pass that took what arrived', () => {
  it('shows a remote edit, though the writes add up to nothing', async () => {
    b.engine.update('notes', 'n1', { title: 'Remote' });
    await b.sync();
    a.engine.update('notes', 'n1', { folder: 'else' });
    const first = await a.store.lastSeq();
    a.engine.update('notes', 'n2', { body: 'else' });
    const ends = [first, await a.store.lastSeq()];
    writeAndTakeBack();
    a.receive();
    a.options = { limit: 1, ends };
    await syncAll(a, b, a);
    expect(a.engine.row('notes', 'n1')).toMatchObject({ title: 'Remote', folder: 'else' });
  });

  it('stays deleted when the server serves it as it was before', async () => {
    b.engine.remove('notes', 'n1');
    await b.sync();
    a.receive();
    world.clock.now += 1000;
    await passBefore(() => a.engine.update('notes', 'n1', { body: 'x' }));
    world.server.hostile.replay('notes', 'n1', 0);
    a.receive();
    await a.sync();
    world.clock.now += 61_000;
    await syncAll(a, b);
    expect(a.engine.row('notes', 'n1')).toBeNull();
    expect(b.engine.row('notes', 'n1')).toBeNull();
  });

  it('keeps a remote edit that the server takes back', async () => {
    b.engine.update('notes', 'n1', { title: 'Remote' });
    await b.sync();
    a.receive();
    world.clock.now += 1000;
    await passBefore(() => a.engine.update('notes', 'n1', { body: 'x' }));
    world.server.hostile.replay('notes', 'n1', 0);
    a.receive();
    await syncAll(a, b);
    const expected = { ...NOTE, title: 'Remote', body: 'x', stored_at: null };
    expect(a.engine.row('notes', 'n1')).toEqual(expected);
    expect(b.engine.row('notes', 'n1')).toEqual(expected);
  });

  it("does not take back what a later edit of another device's did in the same column", async () => {
    world.clock.now += 24 * 3600_000;
    b.engine.update('notes', 'n1', { title: 'Tuesday' });
    await b.sync();
    a.receive();
    world.clock.now -= 24 * 3600_000;
    await passBefore(() => a.engine.update('notes', 'n1', { title: 'Monday', body: 'Monday' }));
    world.server.hostile.replay('notes', 'n1', 0);
    a.receive();
    world.clock.now += 48 * 3600_000;
    await syncAll(a, b);
    expect(a.engine.row('notes', 'n1')).toMatchObject({ title: 'Tuesday', body: 'Monday' });
    expect(b.engine.rows('notes')).toEqual(a.engine.rows('notes'));
  });

  it('does not do so either when a pass between them had nothing of it to say', async () => {
    world.clock.now += 24 * 3600_000;
    b.engine.update('notes', 'n1', { title: 'Tuesday' });
    await b.sync();
    a.receive();
    world.clock.now -= 24 * 3600_000;
    await passBefore(writeAndTakeBack);
    await passBefore(() => a.engine.update('notes', 'n1', { title: 'Monday' }), 'n3');
    world.clock.now += 48 * 3600_000;
    await syncAll(a, b);
    expect(a.engine.row('notes', 'n1')?.title).toBe('Tuesday');
    expect(b.engine.rows('notes')).toEqual(a.engine.rows('notes'));
  });

  it('keeps its plaintext when sync takes it away, and is sent with the edit', async () => {
    world.server.hostile.drop('notes', 'n1');
    a.receive();
    await passBefore(() => a.engine.update('notes', 'n1', { body: 'x' }));
    expect(a.engine.row('notes', 'n1')?.body).toBe('x');
    await syncAll(a, b);
    expect(a.engine.row('notes', 'n1')).toEqual({ ...NOTE, body: 'x', stored_at: null });
    expect(b.engine.rows('notes')).toEqual(a.engine.rows('notes'));
  });

  it('is sent with edits made before and after sync took it away', async () => {
    b.engine.update('notes', 'n1', { title: 'Remote' });
    await b.sync();
    a.receive();
    await passBefore(() => a.engine.update('notes', 'n1', { body: 'x' }));
    world.server.hostile.drop('notes', 'n1');
    a.receive();
    await passBefore(() => a.engine.update('notes', 'n1', { folder: 'else' }), 'n3');
    await syncAll(a, b);
    const expected = { id: 'n1', title: 'Remote', body: 'x', folder: 'else', stored_at: null };
    expect(a.engine.row('notes', 'n1')).toEqual(expected);
    expect(b.engine.row('notes', 'n1')).toEqual(expected);
  });
});
