/** What the app writes while the vault is away, against what other devices wrote meanwhile. */
import { decryptRowDetails, defineTable, encrypted, type SealedRowOf } from 'rowseal';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type MirroredDevice,
  type MirroredWorld,
  mirroredWorld,
} from '../support/mirrored-devices.js';

const notes = defineTable('notes', { title: encrypted.text(), body: encrypted.text() });
const NOTE = { id: 'n1', title: 'Title', body: 'Body' };
const DAY_MS = 24 * 3600_000;

let world: MirroredWorld;
let locked: MirroredDevice;
let other: MirroredDevice;
let monday: number;
let tuesday: number;

/** The first is locked and edits on Monday, the other on Tuesday; on Wednesday it is unlocked. */
async function play(onMonday: object, onTuesday: object): Promise<void> {
  monday = world.clock.now;
  locked.engine.update('notes', 'n1', { ...onMonday });
  world.clock.now += DAY_MS;
  tuesday = world.clock.now;
  other.engine.update('notes', 'n1', { ...onTuesday });
  await other.sync();
  locked.receive();
  world.clock.now += DAY_MS;
  await syncAll(locked, other);
}

async function syncAll(...devices: MirroredDevice[]): Promise<void> {
  for (let round = 0; round < 3; round++) for (const device of devices) await device.sync();
}

function stampTimes(): object {
  const sealed = world.server.row('notes', 'n1') as unknown as SealedRowOf<typeof notes>;
  const { stamps } = decryptRowDetails(other.vault, notes, sealed);
  return { title: stamps.title?.time, body: stamps.body?.time };
}

beforeEach(async () => {
  world = mirroredWorld([notes]);
  locked = await world.device('locked');
  other = await world.device('other');
  locked.engine.insert('notes', NOTE);
  await syncAll(locked, other);
  world.clock.now += DAY_MS;
});

describe('an edit of a locked device', () => {
  it('survives beside a later one of another column, each with its own time', async () => {
    await play({ title: 'Monday' }, { body: 'Tuesday' });
    const expected = [{ id: 'n1', title: 'Monday', body: 'Tuesday' }];
    expect(locked.engine.rows('notes')).toEqual(expected);
    expect(other.engine.rows('notes')).toEqual(expected);
    expect(stampTimes()).toEqual({ title: monday, body: tuesday });
  });

  it('does not win over a later one of the same column', async () => {
    await play({ title: 'Monday', body: 'Monday' }, { title: 'Tuesday' });
    const expected = [{ id: 'n1', title: 'Tuesday', body: 'Monday' }];
    expect(locked.engine.rows('notes')).toEqual(expected);
    expect(other.engine.rows('notes')).toEqual(expected);
    expect(stampTimes()).toEqual({ title: tuesday, body: monday });
  });

  it('is not brought back by a later one of its own device', async () => {
    monday = world.clock.now;
    locked.engine.update('notes', 'n1', { title: 'Monday' });
    world.clock.now += DAY_MS;
    tuesday = world.clock.now;
    other.engine.update('notes', 'n1', { title: 'Tuesday' });
    await other.sync();
    world.clock.now += DAY_MS;
    locked.engine.update('notes', 'n1', { body: 'Wednesday' });
    await syncAll(locked, other);
    const expected = [{ id: 'n1', title: 'Tuesday', body: 'Wednesday' }];
    expect(locked.engine.rows('notes')).toEqual(expected);
    expect(other.engine.rows('notes')).toEqual(expected);
    expect(stampTimes()).toEqual({ title: tuesday, body: world.clock.now });
  });
});
