/** Rows that together are too large for a payload: neither side is lost, and nobody sends for ever. */
import { type Column, defineTable, encrypted } from 'rowseal';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type MirroredDevice,
  type MirroredWorld,
  mirroredWorld,
} from '../support/mirrored-devices.js';

/** Two of it are more than the MiB that a payload takes. */
const LONG = 'long '.repeat(120_000);

let world: MirroredWorld;
let a: MirroredDevice;
let b: MirroredDevice;

async function syncAll(...devices: MirroredDevice[]): Promise<void> {
  for (let round = 0; round < 3; round++) {
    for (const device of devices) await device.sync();
    world.clock.now += 60_000;
  }
}

const troubles = async ({ store }: MirroredDevice) =>
  (await store.troubled(9)).map(({ kind, code }) => `${kind} ${code}`);

describe('two edits that do not fit one payload', () => {
  const notes = defineTable('notes', { title: encrypted.text(), body: encrypted.text() });

  beforeEach(async () => {
    world = mirroredWorld([notes]);
    a = await world.device('a');
    b = await world.device('b');
    a.engine.insert('notes', { id: 'n1', title: 'Title', body: 'Body' });
    await syncAll(a, b);
    a.engine.update('notes', 'n1', { title: LONG });
    b.engine.update('notes', 'n1', { body: LONG });
    await a.settle();
    await b.settle();
    a.send();
    b.send();
    await syncAll(a, b);
  });

  it('stay where they were made, and both on the server', async () => {
    expect(a.engine.row('notes', 'n1')).toEqual({ id: 'n1', title: LONG, body: 'Body' });
    expect(b.engine.row('notes', 'n1')).toEqual({ id: 'n1', title: 'Title', body: LONG });
    expect(await troubles(a)).toEqual(['quarantined LIMIT_EXCEEDED']);
    expect(await troubles(b)).toEqual(['quarantined LIMIT_EXCEEDED']);
    expect(String(world.server.row('notes', 'n1')?.siblings)).toMatch(/^\S+$/);
    const sent = world.server.uploadCount('notes', 'n1');
    await syncAll(a, b);
    expect(world.server.uploadCount('notes', 'n1')).toBe(sent);
  });

  it('become one row once one of them is shorter', async () => {
    world.clock.now += 1000;
    a.engine.update('notes', 'n1', { title: 'Short' });
    await syncAll(a, b);
    const expected = [{ id: 'n1', title: 'Short', body: LONG }];
    expect(a.engine.rows('notes')).toEqual(expected);
    expect(b.engine.rows('notes')).toEqual(expected);
    expect([...(await troubles(a)), ...(await troubles(b))]).toEqual([]);
    expect(world.server.row('notes', 'n1')?.siblings).toBe('');
  });

  it('keep a further edit from the server only until they fit', async () => {
    world.clock.now += 1000;
    b.engine.update('notes', 'n1', { body: `${LONG}!` });
    await syncAll(b);
    expect(b.engine.row('notes', 'n1')?.body).toBe(`${LONG}!`);
    expect(await troubles(b)).toEqual(['unsealable LIMIT_EXCEEDED']);
    a.engine.update('notes', 'n1', { title: 'Short' });
    await syncAll(a, b, a);
    const expected = [{ id: 'n1', title: 'Short', body: `${LONG}!` }];
    expect(a.engine.rows('notes')).toEqual(expected);
    expect(b.engine.rows('notes')).toEqual(expected);
  });
});

describe('versions of an app that together have more columns than a payload', () => {
  const columns = (from: number, to: number) =>
    Object.fromEntries(
      Array.from({ length: to - from }, (_, index): [string, Column] => [
        `c${from + index}`,
        encrypted.text().optional(),
      ]),
    );
  const [one, other] = [
    defineTable('notes', columns(0, 200)),
    defineTable('notes', columns(100, 300)),
  ];
  const filled = (from: number, to: number, value: string) =>
    Object.fromEntries(Object.keys(columns(from, to)).map((name) => [name, value]));

  it('keep what does not fit on the device, and what was sent before', async () => {
    world = mirroredWorld([one]);
    a = await world.device('a');
    b = await world.device('b', [other]);
    a.engine.insert('notes', { id: 'n1', ...filled(0, 200, 'A') });
    await syncAll(a, b);
    b.engine.update('notes', 'n1', filled(200, 250, 'B'));
    await syncAll(b, a);
    expect(await troubles(b)).toEqual([]);
    b.engine.update('notes', 'n1', filled(250, 300, 'C'));
    await syncAll(b, a);
    expect(await troubles(b)).toEqual(['unsealable LIMIT_EXCEEDED']);
    expect(b.engine.row('notes', 'n1')).toEqual({
      id: 'n1',
      ...filled(100, 200, 'A'),
      ...filled(200, 250, 'B'),
      ...filled(250, 300, 'C'),
    });
    expect(a.engine.row('notes', 'n1')).toEqual({ id: 'n1', ...filled(0, 200, 'A') });
    expect(await troubles(a)).toEqual([]);
    expect(world.server.uploadCount('notes', 'n1')).toBe(2);
  });
});
