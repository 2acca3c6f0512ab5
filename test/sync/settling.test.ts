import { cleartext, defineTable, encrypted, lockVault } from 'rowseal';
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
const SHOWN = { ...NOTE, stored_at: null };

let world: MirroredWorld;
let a: MirroredDevice;
let b: MirroredDevice;

beforeEach(async () => {
  world = mirroredWorld([notes]);
  a = await world.device('a');
  b = await world.device('b');
});

async function syncAll(...devices: MirroredDevice[]): Promise<void> {
  for (let round = 0; round < 3; round++) for (const device of devices) await device.sync();
}

async function share(): Promise<void> {
  a.engine.insert('notes', NOTE);
  await syncAll(a, b);
}

const troubles = async ({ store }: MirroredDevice) =>
  (await store.troubled(9)).map(({ id, kind, code }) => `${id} ${kind} ${code}`);

describe('two devices in step', () => {
  it('bring a row over, and nothing readable to the server', async () => {
    await share();
    expect(b.engine.rows('notes')).toEqual([SHOWN]);
    expect(world.server.sent().join()).not.toMatch(/Title|Body/);
  });

  it('keep both edits of two columns, with four uploads at most', async () => {
    await share();
    a.engine.update('notes', 'n1', { title: 'A' });
    b.engine.update('notes', 'n1', { body: 'B' });
    await syncAll(a, b);
    world.clock.now += 60_000;
    await syncAll(a, b);
    expect(a.engine.rows('notes')).toEqual([{ ...SHOWN, title: 'A', body: 'B' }]);
    expect(b.engine.rows('notes')).toEqual(a.engine.rows('notes'));
    expect(world.server.uploadCount('notes', 'n1')).toBeLessThanOrEqual(1 + 4);
    expect(world.server.row('notes', 'n1')?.siblings).toBe('');
  });

  it('seal a delete, which an older payload does not undo', async () => {
    await share();
    b.engine.remove('notes', 'n1');
    await syncAll(b, a);
    expect(a.engine.rows('notes')).toEqual([]);
    world.server.hostile.replay('notes', 'n1', 0, 'payload');
    await syncAll(a, b);
    expect(a.engine.rows('notes')).toEqual([]);
    expect(b.engine.rows('notes')).toEqual([]);
  });

  it('insert a deleted row again', async () => {
    await share();
    a.engine.remove('notes', 'n1');
    await syncAll(a, b);
    world.clock.now += 1;
    b.engine.insert('notes', { ...NOTE, title: 'Again' });
    await syncAll(b, a);
    expect(a.engine.rows('notes')).toEqual([{ ...SHOWN, title: 'Again' }]);
  });

  it('write nothing for a value that is set to itself, or set and set back', async () => {
    await share();
    const { seal } = a.uses;
    a.engine.update('notes', 'n1', { title: 'Title' });
    a.engine.update('notes', 'n1', { title: 'Other' });
    a.engine.update('notes', 'n1', { title: 'Title' });
    await syncAll(a, b);
    expect(a.uses.seal).toBe(seal);
    expect(world.server.uploadCount('notes', 'n1')).toBe(1);
  });
});

describe('an echo', () => {
  it('costs no decryption and no write', async () => {
    await share();
    const before = { ...a.uses };
    a.engine.update('notes', 'n1', { title: 'Mine' });
    await a.settle();
    const sealed = { ...a.uses };
    a.send();
    a.receive();
    await a.settle();
    expect(sealed.seal).toBe(before.seal + 1);
    expect(a.uses).toEqual(sealed);
  });
});

describe('a server that changes visible columns alone', () => {
  it('writes its own columns, without a key', async () => {
    await share();
    const uses = { ...b.uses };
    world.server.hostile.change('notes', 'n1', { stored_at: 'now' });
    await b.sync();
    expect(b.engine.row('notes', 'n1')).toEqual({ ...SHOWN, stored_at: 'now' });
    expect(b.uses).toEqual(uses);
  });

  it('is found out where the payload has a copy, without a key', async () => {
    await share();
    const uses = { ...b.uses };
    world.server.hostile.change('notes', 'n1', { folder: 'trash' });
    await b.sync();
    expect(b.engine.row('notes', 'n1')).toEqual(SHOWN);
    expect(await b.store.findings(9)).toEqual([
      { table: 'notes', id: 'n1', finding: 'metadata-mismatch:folder' },
    ]);
    world.server.hostile.change('notes', 'n1', { folder: 'inbox' });
    await b.sync();
    expect(await b.store.findings(9)).toEqual([]);
    expect(b.uses).toEqual(uses);
  });
});

describe('commit times', () => {
  it("let Tuesday's remote edit of a column beat Monday's, sealed later", async () => {
    await share();
    a.engine.update('notes', 'n1', { title: 'Monday', body: 'Monday' }); // locked: not settled
    world.clock.now += 24 * 3600_000;
    b.engine.update('notes', 'n1', { title: 'Tuesday' });
    await b.sync();
    world.clock.now += 24 * 3600_000;
    await syncAll(a, b);
    const expected = [{ ...SHOWN, title: 'Tuesday', body: 'Monday' }];
    expect(a.engine.rows('notes')).toEqual(expected);
    expect(b.engine.rows('notes')).toEqual(expected);
  });

  it('are those of each column', async () => {
    await share();
    a.engine.update('notes', 'n1', { title: 'Monday' });
    world.clock.now += 24 * 3600_000;
    b.engine.update('notes', 'n1', { title: 'Tuesday', body: 'Tuesday' });
    await b.sync();
    world.clock.now += 24 * 3600_000;
    a.engine.update('notes', 'n1', { body: 'Wednesday' });
    await syncAll(a, b);
    expect(b.engine.rows('notes')).toEqual([{ ...SHOWN, title: 'Tuesday', body: 'Wednesday' }]);
    expect(a.engine.rows('notes')).toEqual(b.engine.rows('notes'));
  });
});

describe('a row that does not open', () => {
  it('keeps its last good plaintext, is listed, and stops no other', async () => {
    await share();
    const payload = String(world.server.row('notes', 'n1')?.payload);
    const flipped = payload.slice(0, 90) + (payload[90] === 'A' ? 'B' : 'A') + payload.slice(91);
    world.server.hostile.change('notes', 'n1', { payload: flipped });
    a.engine.insert('notes', { ...NOTE, id: 'n2' });
    await syncAll(a, b);
    expect(b.engine.row('notes', 'n1')).toEqual(SHOWN);
    expect(b.engine.row('notes', 'n2')).toEqual({ ...SHOWN, id: 'n2' });
    expect(await troubles(b)).toEqual(['n1 quarantined ROW_AUTH_FAILED']);
    expect(world.server.uploadCount('notes', 'n1')).toBe(1);
  });

  it('is sealed from the last good plaintext when the app edits it', async () => {
    await share();
    world.server.hostile.change('notes', 'n1', { payload: 'Call me' });
    await syncAll(a, b);
    expect(await troubles(b)).toEqual(['n1 quarantined NOT_ENCRYPTED']);
    b.engine.update('notes', 'n1', { title: 'Edited' });
    await syncAll(b, a);
    expect(await troubles(b)).toEqual([]);
    expect(await troubles(a)).toEqual([]);
    expect(a.engine.rows('notes')).toEqual([{ ...SHOWN, title: 'Edited' }]);
  });

  it('is not shown when no good one was ever seen', async () => {
    a.engine.insert('notes', NOTE);
    await a.sync();
    world.server.hostile.change('notes', 'n1', { payload: 'Call me' });
    await b.sync();
    expect(b.engine.rows('notes')).toEqual([]);
    expect(await troubles(b)).toEqual(['n1 quarantined NOT_ENCRYPTED']);
    world.server.hostile.replay('notes', 'n1', 0, 'payload');
    await b.sync();
    expect(b.engine.rows('notes')).toEqual([SHOWN]);
    expect(await troubles(b)).toEqual([]);
  });
});

describe('a row that cannot be sealed', () => {
  it('stays readable, is listed, blocks no other, and goes once it is mended', async () => {
    a.engine.insert('notes', { id: 'n1', body: 'no title', folder: 'inbox' });
    a.engine.insert('notes', { ...NOTE, id: 'n2' });
    await syncAll(a, b);
    expect(await troubles(a)).toEqual(['n1 unsealable VALUE_UNSUPPORTED']);
    expect(a.engine.rows('notes')).toHaveLength(2);
    expect(b.engine.rows('notes')).toEqual([{ ...SHOWN, id: 'n2' }]);
    a.engine.update('notes', 'n1', { title: 'Mended' });
    await syncAll(a, b);
    expect(await troubles(a)).toEqual([]);
    expect(b.engine.row('notes', 'n1')).toEqual({
      ...SHOWN,
      title: 'Mended',
      body: 'no title',
    });
  });
});

describe('a locked vault', () => {
  it('changes nothing, and all of it is done once it is open', async () => {
    await share();
    const { vault } = a;
    const open = await world.device('other');
    lockVault(vault);
    a.engine.update('notes', 'n1', { title: 'Locked' });
    b.engine.update('notes', 'n1', { body: 'Remote' });
    await b.sync();
    a.receive();
    await expect(a.settle()).rejects.toMatchObject({ code: 'LOCKED' });
    expect(a.engine.row('notes', 'n1')).toEqual({ ...SHOWN, title: 'Locked' });
    expect(a.engine.nextUpload()).toBeNull();
    a.vault = open.vault;
    await syncAll(a, b);
    world.clock.now += 60_000;
    await syncAll(a, b);
    expect(a.engine.rows('notes')).toEqual([{ ...SHOWN, title: 'Locked', body: 'Remote' }]);
    expect(b.engine.rows('notes')).toEqual(a.engine.rows('notes'));
  });
});

describe('a row that leaves the scope of a device', () => {
  it('loses its plaintext there, uploads nothing, and comes back', async () => {
    await share();
    world.server.scope('b', 'notes', 'n1', false);
    await b.sync();
    expect(b.engine.rows('notes')).toEqual([]);
    expect(await troubles(b)).toEqual(['n1 withdrawn null']);
    expect(b.engine.nextUpload()).toBeNull();
    world.server.scope('b', 'notes', 'n1', true);
    await syncAll(b, a);
    expect(b.engine.rows('notes')).toEqual([SHOWN]);
    expect(await troubles(b)).toEqual([]);
    expect(world.server.uploadCount('notes', 'n1')).toBe(1);
  });

  it('keeps an edit that was not sealed yet, and sends it', async () => {
    await share();
    b.engine.update('notes', 'n1', { title: 'Kept' });
    world.server.hostile.drop('notes', 'n1');
    b.receive();
    await syncAll(b, a);
    expect(a.engine.rows('notes')).toEqual([{ ...SHOWN, title: 'Kept' }]);
    expect(b.engine.rows('notes')).toEqual(a.engine.rows('notes'));
  });
});

describe('a server that refuses a row for good', () => {
  it('is asked once, and again after an edit or a retry', async () => {
    await share();
    world.server.hostile.refuse('notes', 'n1', true);
    b.engine.update('notes', 'n1', { title: 'Refused' });
    await syncAll(b, a, b, a);
    world.clock.now += 60_000;
    await syncAll(b, a);
    expect(await troubles(b)).toEqual(['n1 rejected null']);
    expect(b.engine.row('notes', 'n1')?.title).toBe('Refused');
    expect(world.server.uploadCount('notes', 'n1', 'b')).toBe(1);
    world.server.hostile.refuse('notes', 'n1', false);
    await b.store.retryRejected();
    await syncAll(b, a);
    expect(world.server.uploadCount('notes', 'n1', 'b')).toBe(2);
    expect(a.engine.row('notes', 'n1')?.title).toBe('Refused');
  });

  it('has a new row refused without its plaintext going', async () => {
    world.server.hostile.refuse('notes', 'n1', true);
    a.engine.insert('notes', NOTE);
    await syncAll(a, b);
    expect(a.engine.rows('notes')).toEqual([SHOWN]);
    expect(await troubles(a)).toEqual(['n1 rejected null']);
    world.server.hostile.refuse('notes', 'n1', false);
    await a.store.retryRejected();
    await syncAll(a, b);
    expect(b.engine.rows('notes')).toEqual([SHOWN]);
  });
});

describe('a server that replays', () => {
  it('cannot make a device send more than once for each payload', async () => {
    await share();
    for (const title of ['1', '2', '3']) {
      world.clock.now += 1000;
      a.engine.update('notes', 'n1', { title });
      await a.sync();
    }
    await syncAll(a, b);
    const sent = world.server.uploadCount('notes', 'n1');
    for (let round = 0; round < 12; round++) {
      world.server.hostile.replay('notes', 'n1', round % 3, 'payload');
      await syncAll(b, a);
      world.clock.now += 120_000;
      await syncAll(b, a);
    }
    expect(a.engine.row('notes', 'n1')?.title).toBe('3');
    expect(b.engine.row('notes', 'n1')?.title).toBe('3');
    expect(world.server.uploadCount('notes', 'n1') - sent).toBeLessThanOrEqual(2 * 4);
  });
});

describe('an app version that lacks a column', () => {
  it('carries its value along, and shows it after the upgrade', async () => {
    const old = defineTable('notes', {
      title: encrypted.text(),
      folder: cleartext.text(),
      stored_at: cleartext.text().serverOwned(),
    });
    const phone = await world.device('phone', [old]);
    a.engine.insert('notes', NOTE);
    await syncAll(a, phone);
    world.clock.now += 1000;
    phone.engine.update('notes', 'n1', { title: 'By the old one' });
    await syncAll(phone, a);
    expect(a.engine.rows('notes')).toEqual([{ ...SHOWN, title: 'By the old one' }]);
    await phone.upgrade([notes]);
    await phone.settle();
    expect(phone.engine.rows('notes')).toEqual(a.engine.rows('notes'));
  });
});

describe("deletes that are the engine's", () => {
  it('delete on the server, and never a row that sync took away', async () => {
    await share();
    a.options = { deletes: 'engine' };
    b.options = { deletes: 'engine' };
    a.engine.remove('notes', 'n1');
    await syncAll(a, b);
    expect(world.server.rows('notes')).toEqual([]);
    expect(b.engine.rows('notes')).toEqual([]);
    expect(b.engine.nextUpload()).toBeNull();
  });
});
