/** Edits that wait while the app's declaration changes, or that meet rows it can't read. */
import { cleartext, defineTable, encrypted, type Table } from 'rowseal';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type MirroredDevice,
  type MirroredWorld,
  mirroredWorld,
} from '../support/mirrored-devices.js';

const [title, body] = [encrypted.text(), encrypted.text()];
const mirrored = defineTable('notes', { title, body, folder: cleartext.text() });
const bound = defineTable(
  'notes',
  { title, body, folder: cleartext.text().bound() },
  { earlierBoundSets: [[]] },
);
const NOTE = { id: 'n1', title: 'Title', body: 'Body', folder: 'inbox' };

let world: MirroredWorld;
let a: MirroredDevice;
let b: MirroredDevice;

async function start(tables: readonly Table[]): Promise<void> {
  world = mirroredWorld(tables);
  a = await world.device('a');
  b = await world.device('b');
  a.engine.insert('notes', NOTE);
  await syncAll(a, b);
}

async function syncAll(...devices: MirroredDevice[]): Promise<void> {
  for (let round = 0; round < 3; round++) for (const device of devices) await device.sync();
}

describe('a column that becomes bound', () => {
  beforeEach(() => start([mirrored]));

  it('does not undo a delete that waits', async () => {
    b.engine.remove('notes', 'n1');
    await b.upgrade([bound]);
    await a.upgrade([bound]);
    await syncAll(b, a);
    expect(b.engine.rows('notes')).toEqual([]);
    expect(a.engine.rows('notes')).toEqual([]);
  });

  it('does not let an edit that waits win over edits that it did not see', async () => {
    world.clock.now += 1000;
    a.engine.update('notes', 'n1', { body: 'Earlier' });
    await a.settle();
    world.clock.now += 1000;
    b.engine.update('notes', 'n1', { title: 'Monday', folder: 'inbox' });
    world.clock.now += 1000;
    a.engine.update('notes', 'n1', { title: 'Tuesday' });
    await a.sync();
    b.receive();
    await b.upgrade([bound]);
    await a.upgrade([bound]);
    await syncAll(b, a);
    const expected = [{ ...NOTE, title: 'Tuesday', body: 'Earlier' }];
    expect(a.engine.rows('notes')).toEqual(expected);
    expect(b.engine.rows('notes')).toEqual(expected);
  });
});

describe('a bound column that the app changes', () => {
  beforeEach(() => start([bound]));

  it('keeps the row from being sealed until it is set back', async () => {
    b.engine.update('notes', 'n1', { title: 'Mine', folder: 'archive' });
    await syncAll(b, a);
    expect(await b.store.troubled(9)).toMatchObject([
      { id: 'n1', kind: 'unsealable', code: 'VALUE_UNSUPPORTED' },
    ]);
    expect(b.engine.rows('notes')).toEqual([{ ...NOTE, title: 'Mine', folder: 'archive' }]);
    expect(a.engine.rows('notes')).toEqual([NOTE]);
    b.engine.update('notes', 'n1', { folder: 'inbox' });
    await syncAll(b, a);
    expect(await b.store.troubled(9)).toEqual([]);
    expect(a.engine.rows('notes')).toEqual([{ ...NOTE, title: 'Mine' }]);
  });

  it('is another one once the row is deleted and inserted again', async () => {
    b.engine.remove('notes', 'n1');
    await b.settle();
    b.engine.insert('notes', { ...NOTE, folder: 'archive' });
    await syncAll(b, a);
    expect(a.engine.rows('notes')).toEqual([{ ...NOTE, folder: 'archive' }]);
  });
});

describe('a default', () => {
  const withMood = (mood: string) =>
    defineTable('notes', { ...mirrored.columns, mood: encrypted.text().default(mood) });

  it('that another version of the app changes is shown where a row has no value', async () => {
    await start([mirrored]);
    await a.upgrade([withMood('calm')]);
    await a.settle();
    a.engine.insert('notes', { ...NOTE, id: 'n2', mood: 'sad' });
    await syncAll(a);
    expect(a.engine.rows('notes').map(({ mood }) => mood)).toEqual(['calm', 'sad']);
    await a.upgrade([withMood('merry')]);
    await a.settle();
    expect(a.engine.rows('notes').map(({ mood }) => mood)).toEqual(['merry', 'sad']);
    expect(world.server.uploadCount('notes', 'n1')).toBe(1);
  });
});

describe('a row that the declaration cannot read', () => {
  const newer = defineTable('notes', { title: title.optional(), body, folder: cleartext.text() });

  beforeEach(async () => {
    await start([mirrored]);
    await a.upgrade([newer]);
    await a.settle();
    a.engine.update('notes', 'n1', { title: null });
    await syncAll(a, b);
  });

  it('keeps its last good plaintext, and is shown after the upgrade', async () => {
    expect(b.engine.rows('notes')).toEqual([NOTE]);
    expect(await b.store.troubled(9)).toMatchObject([
      { id: 'n1', kind: 'quarantined', code: 'ROW_MALFORMED' },
    ]);
    await b.upgrade([newer]);
    await b.settle();
    expect(b.engine.rows('notes')).toEqual([{ ...NOTE, title: null }]);
    expect(await b.store.troubled(9)).toEqual([]);
  });

  it('is sealed with an edit of another column', async () => {
    world.clock.now += 1000;
    b.engine.update('notes', 'n1', { folder: 'archive' });
    await syncAll(b, a);
    expect(a.engine.rows('notes')).toEqual([{ ...NOTE, title: null, folder: 'archive' }]);
    expect(b.engine.rows('notes')).toEqual([{ ...NOTE, folder: 'archive' }]);
    expect(world.server.row('notes', 'n1')?.siblings).toBe('');
  });

  it('is mended by an edit of the very column', async () => {
    world.clock.now += 1000;
    b.engine.update('notes', 'n1', { title: 'Back' });
    await syncAll(b, a);
    expect(a.engine.rows('notes')).toEqual([{ ...NOTE, title: 'Back' }]);
    expect(await b.store.troubled(9)).toEqual([]);
  });
});
