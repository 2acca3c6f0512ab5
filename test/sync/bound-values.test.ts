/** One id inserted on two devices with different bound values: who can open what, and for how long. */
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
  account: cleartext.text().bound(),
});

let world: MirroredWorld;
let a: MirroredDevice;
let b: MirroredDevice;
let c: MirroredDevice;

/** The row of `a` is replaced by that of `b`, which is the later one. */
beforeEach(async () => {
  world = mirroredWorld([notes]);
  a = await world.device('a');
  b = await world.device('b');
  c = await world.device('c');
  a.engine.insert('notes', { id: 'n1', title: 'A', body: 'A', account: 'one' });
  world.clock.now += 1000;
  b.engine.insert('notes', { id: 'n1', title: 'B', account: 'two' });
  for (const device of [a, c, b]) {
    await device.settle();
    device.send();
    if (device === c) c.receive();
  }
  world.clock.now += 1000;
});

const ROW = { id: 'n1', title: 'B', body: null, account: 'two' };
const SIBLING_REFUSED = { table: 'notes', id: 'n1', finding: 'sibling-refused:ROW_AUTH_FAILED' };

describe('the row that was inserted last', () => {
  it('is the one that every device has, whole', async () => {
    for (const device of [a, b, c, a]) await device.sync();
    for (const { engine } of [a, b, c]) expect(engine.rows('notes')).toEqual([ROW]);
    expect(world.server.uploadCount('notes', 'n1')).toBe(2);
  });
});

describe('the payload of the other one', () => {
  it('is known to the device that wrote it, which takes it away with its next edit', async () => {
    await a.sync();
    expect(await a.store.findings(9)).toEqual([]);
    await b.sync();
    expect(await b.store.findings(9)).toEqual([SIBLING_REFUSED]);
    b.engine.update('notes', 'n1', { body: 'by B' });
    for (const device of [b, a]) await device.sync();
    expect(await a.store.findings(9)).toEqual([]);
    expect(world.server.row('notes', 'n1')?.siblings).not.toBe('');
    a.engine.update('notes', 'n1', { title: 'by A' });
    for (const device of [a, b]) await device.sync();
    expect(world.server.row('notes', 'n1')?.siblings).toBe('');
    expect(await b.store.findings(9)).toEqual([]);
    for (const { engine } of [a, b]) {
      expect(engine.rows('notes')).toEqual([{ ...ROW, title: 'by A', body: 'by B' }]);
    }
  });

  it('is opened by a device that has just seen the row as it was before', async () => {
    await c.settle();
    c.engine.update('notes', 'n1', { title: 'by C' });
    c.receive();
    await c.sync();
    expect(await c.store.findings(9)).toEqual([]);
    expect(world.server.row('notes', 'n1')?.siblings).toBe('');
    await b.sync();
    expect(b.engine.rows('notes')).toEqual([{ ...ROW, title: 'by C' }]);
  });

  it('stays refused where it is no row of this table at all', async () => {
    const payload = String(world.server.row('notes', 'n1')?.payload);
    world.server.hostile.change('notes', 'n1', { siblings: payload.slice(0, 90) });
    await a.sync();
    expect(await a.store.findings(9)).toHaveLength(1);
    expect(a.engine.rows('notes')).toEqual([ROW]);
  });
});

describe('a row that is inserted again after sync took it away', () => {
  beforeEach(async () => {
    await b.sync();
    world.server.scope('b', 'notes', 'n1', false);
    await b.sync();
    expect(await b.store.troubled(9)).toMatchObject([{ id: 'n1', kind: 'withdrawn' }]);
  });

  it('is sealed when it binds the values of then', async () => {
    b.engine.insert('notes', { id: 'n1', title: 'Again', account: 'two' });
    await b.settle();
    world.server.scope('b', 'notes', 'n1', true);
    for (const device of [b, a]) await device.sync();
    expect(await b.store.troubled(9)).toEqual([]);
    expect(a.engine.rows('notes')).toEqual([{ ...ROW, title: 'Again' }]);
  });

  it('is held when it binds others, with nothing sent', async () => {
    const sent = world.server.uploadCount('notes', 'n1');
    b.engine.insert('notes', { id: 'n1', title: 'Again', account: 'three' });
    await b.sync();
    expect(await b.store.troubled(9)).toMatchObject([
      { id: 'n1', kind: 'unsealable', code: 'VALUE_UNSUPPORTED' },
    ]);
    expect(world.server.uploadCount('notes', 'n1')).toBe(sent);
  });
});

describe('a bound column that the app changes', () => {
  it('keeps the row from being sealed until it is set back', async () => {
    await b.sync();
    b.engine.update('notes', 'n1', { title: 'Mine', account: 'three' });
    await b.sync();
    expect(await b.store.troubled(9)).toMatchObject([
      { id: 'n1', kind: 'unsealable', code: 'VALUE_UNSUPPORTED' },
    ]);
    b.engine.update('notes', 'n1', { account: 'two' });
    for (const device of [b, a]) await device.sync();
    expect(await b.store.troubled(9)).toEqual([]);
    expect(a.engine.rows('notes')).toEqual([{ ...ROW, title: 'Mine' }]);
  });
});
