/** What a server can make devices send that refuses, replays, forgets or takes turns. */
import { defineTable, encrypted } from 'rowseal';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type MirroredDevice,
  type MirroredWorld,
  mirroredWorld,
} from '../support/mirrored-devices.js';

const notes = defineTable('notes', { title: encrypted.text(), body: encrypted.text() });
const NOTE = { id: 'n1', title: 'Title', body: 'Body' };
const ROUNDS = 30;

let world: MirroredWorld;
let devices: MirroredDevice[];

/** Rounds in which the server does something to the row before each device is online. */
async function rounds(harm: (round: number) => void): Promise<number[]> {
  const before = world.server.uploadCount('notes', 'n1');
  const sent: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const device of devices) {
      harm(round);
      await device.sync();
    }
    world.clock.now += 60_000;
    sent.push(world.server.uploadCount('notes', 'n1') - before);
  }
  return sent;
}

const serve = (version: number) => world.server.hostile.replay('notes', 'n1', version);

beforeEach(async () => {
  world = mirroredWorld([notes]);
  devices = [await world.device('a'), await world.device('b'), await world.device('c')];
  const [a] = devices as [MirroredDevice];
  a.engine.insert('notes', NOTE);
  for (const title of ['One', 'Two', 'Three']) {
    await a.sync();
    world.clock.now += 1000;
    a.engine.update('notes', 'n1', { title });
  }
  for (const device of [...devices, ...devices]) await device.sync();
});

function assertNothingLost(title = 'Three'): void {
  for (const { engine } of devices) expect(engine.rows('notes')).toEqual([{ ...NOTE, title }]);
}

describe('a server', () => {
  it('that replays an old payload for ever gets one answer from each device', async () => {
    const sent = await rounds(() => serve(0));
    expect(sent.at(-1)).toBeLessThanOrEqual(3);
    expect(sent.at(-1)).toBe(sent.at(9));
    assertNothingLost();
  });

  it('that alternates between old payloads gets one answer to each', async () => {
    const sent = await rounds((round) => serve(round % 2));
    expect(sent.at(-1)).toBeLessThanOrEqual(2 * 3);
    expect(sent.at(-1)).toBe(sent.at(14));
    assertNothingLost();
  });

  it('that acknowledges and forgets gets an edit, and one answer to what it serves', async () => {
    const [a] = devices as [MirroredDevice];
    a.engine.update('notes', 'n1', { title: 'Four' });
    const sent = await rounds(() => serve(3));
    expect(sent.at(-1)).toBeLessThanOrEqual(1 + 3);
    expect(sent.at(-1)).toBe(sent.at(9));
    expect(a.engine.rows('notes')).toEqual([{ ...NOTE, title: 'Four' }]);
  });

  it('that serves every payload of the past in turn gets no more than one answer to each', async () => {
    const versions = world.server.versions('notes', 'n1').length;
    const sent = await rounds((round) => serve(round % versions));
    expect(sent.at(-1)).toBeLessThanOrEqual(3 * (versions - 1));
    expect(sent.at(-1)).toBe(sent.at(-5));
    assertNothingLost();
  });

  it('that brings siblings back gets no answer at all', async () => {
    const payloads = world.server.versions('notes', 'n1').map(({ payload }) => payload);
    const siblings = payloads.slice(0, -1).join(' ');
    const sent = await rounds(() => world.server.hostile.change('notes', 'n1', { siblings }));
    expect(sent.at(-1)).toBe(0);
    assertNothingLost();
  });

  it('that refuses a row for good is asked once for each edit', async () => {
    world.server.hostile.refuse('notes', 'n1', true);
    const [a] = devices as [MirroredDevice];
    a.engine.update('notes', 'n1', { title: 'Four' });
    expect((await rounds(() => {})).at(-1)).toBe(1);
    a.engine.update('notes', 'n1', { title: 'Five' });
    expect((await rounds(() => {})).at(-1)).toBe(1);
    expect(a.engine.rows('notes')).toEqual([{ ...NOTE, title: 'Five' }]);
    expect(await a.store.troubled(9)).toMatchObject([{ id: 'n1', kind: 'rejected' }]);
  });

  it('that refuses a row and replays it hears no more of it', async () => {
    world.server.hostile.refuse('notes', 'n1', true);
    const sent = await rounds((round) => serve(round % 3));
    expect(sent.at(-1)).toBeLessThanOrEqual(3 * 3);
    expect(sent.at(-1)).toBe(sent.at(14));
    assertNothingLost();
  });
});
