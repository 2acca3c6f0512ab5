/** A device that was offline while the vault dropped the key of all that it remembers. */
import { defineTable, encrypted } from 'rowseal';
import { describe, expect, it } from 'vitest';
import {
  type Change,
  expectUnder,
  type ForgetfulDevice,
  forgetfulWorld,
} from '../support/forgetful-world.js';
import { prefixOf } from '../support/rekeyed-devices.js';

const notes = defineTable('notes', {
  title: encrypted.text().optional(),
  body: encrypted.text().optional(),
});

const BEFORE = [
  ...['sealed edit', 'unsealed edit', 'edits', 'other column', 'other column, unsealed'],
  ...['laptop later', 'phone later', 'deleted', 'deleted, unsealed', 'deleted over edit'],
  ...['refused', 'lost', 'untouched'],
];

const EXPECTED = [
  ['edits', 'sealed', 'unsealed'],
  ['inserted', 'phone', null],
  ['inserted, unsealed', 'phone', null],
  ['laptop later', 'laptop', null],
  ['lost', 'before', 'phone'],
  ['other column', 'laptop', 'phone'],
  ['other column, unsealed', 'laptop', 'phone'],
  ['phone later', 'phone', null],
  ['refused', 'before', 'phone'],
  ['sealed edit', 'before', 'phone'],
  ['unsealed edit', 'before', 'phone'],
  ['untouched', 'before', null],
];

async function laptopAndPhone() {
  const world = forgetfulWorld(notes);
  const { vault, clock, device } = world;
  const laptop = await device('laptop');
  const phone = await device('phone');
  await laptop.start(vault);
  await phone.start(await world.open(vault));
  for (const id of BEFORE) laptop.engine.insert('notes', { id, title: 'before' });
  await laptop.sync();
  await phone.sync();
  clock.now += 1000;
  return { world, laptop, phone };
}

/** With the mirror running, so that it is sealed at once. */
async function editSealed({ engine, mirror }: ForgetfulDevice): Promise<void> {
  engine.update('notes', 'sealed edit', { body: 'phone' });
  engine.update('notes', 'edits', { title: 'sealed' });
  engine.update('notes', 'other column', { body: 'phone' });
  engine.update('notes', 'laptop later', { title: 'phone' });
  engine.remove('notes', 'deleted');
  engine.remove('notes', 'deleted over edit');
  engine.insert('notes', { id: 'inserted', title: 'phone' });
  await mirror().flush();
}

function editUnsealed({ engine }: ForgetfulDevice): void {
  engine.update('notes', 'unsealed edit', { body: 'phone' });
  engine.update('notes', 'edits', { body: 'unsealed' });
  engine.update('notes', 'other column, unsealed', { body: 'phone' });
  engine.update('notes', 'phone later', { title: 'phone' });
  engine.remove('notes', 'deleted, unsealed');
  engine.insert('notes', { id: 'inserted, unsealed', title: 'phone' });
}

function editOnLaptop({ engine }: ForgetfulDevice): void {
  for (const id of ['other column', 'other column, unsealed', 'laptop later', 'phone later']) {
    engine.update('notes', id, { title: 'laptop' });
  }
  engine.update('notes', 'deleted over edit', { title: 'laptop' });
}

const rowsOf = ({ engine }: ForgetfulDevice) =>
  engine
    .rows('notes')
    .map(({ id, title, body }) => [String(id), title, body] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));

describe('a device that was offline meanwhile loses no edit', () => {
  it.each<Change>(['none', 'rotated', 'rekeyed'])('with keys that are %s', async (change) => {
    const { world, laptop, phone } = await laptopAndPhone();
    const { server, clock } = world;
    for (const id of ['refused', 'lost']) phone.engine.update('notes', id, { body: 'phone' });
    server.hostile.refuse('notes', 'refused', true);
    await phone.sync();
    server.hostile.refuse('notes', 'refused', false);
    server.hostile.drop('notes', 'lost');
    await phone.sync();
    await laptop.sync();

    await editSealed(phone);
    clock.now += 1000;
    editOnLaptop(laptop);
    await laptop.sync();
    const vault = await world.changeKeys(world.vault, change);
    await laptop.start(vault);
    await laptop.sync();
    clock.now += 1000;
    await phone.start(null);
    editUnsealed(phone);
    clock.now += 1000;

    await phone.start(await world.open(vault));
    await phone.sync();
    await phone.mirror().retry({ withdrawn: [{ table: 'notes', id: 'lost' }] });
    for (let round = 0; round < 2; round++) {
      await phone.sync();
      await laptop.sync();
    }
    expect(rowsOf(phone)).toEqual(EXPECTED);
    expect(rowsOf(laptop)).toEqual(EXPECTED);
    expectUnder(vault, world, laptop, phone);
    for (const { mirror } of [laptop, phone]) {
      expect(await mirror().troubledRows()).toEqual([]);
      const findings = await mirror().findings();
      expect(findings.filter(({ id }) => id !== 'refused')).toEqual([]);
      expect(mirror().status).toMatchObject({ state: 'running', header: null });
      expect(mirror().vault?.keys.map(({ status }) => status)).toEqual(['primary']);
    }
  });
});

describe('what a device remembers under a key that was dropped', () => {
  const known = ({ outcomes }: ForgetfulDevice, id: string) =>
    outcomes.flatMap((each) => (each.id === id ? (each.record?.known?.payload ?? []) : []));

  it('is noted under the primary when its row leaves the device', async () => {
    const { world, phone } = await laptopAndPhone();
    const vault = await world.changeKeys(world.vault, 'rotated');
    world.server.scope('phone', 'notes', 'untouched', false);
    await phone.start(await world.open(vault));
    await phone.sync();
    expect(phone.engine.row('notes', 'untouched')).toBeNull();
    expect(known(phone, 'untouched')).toEqual([expect.stringMatching(`^${prefixOf(vault)}`)]);
    await phone.mirror().retry({ withdrawn: [{ table: 'notes', id: 'untouched' }] });
    expect(phone.engine.row('notes', 'untouched')?.title).toBe('before');
  });

  it('is noted under the primary while the server shows less', async () => {
    const { world, phone } = await laptopAndPhone();
    phone.engine.update('notes', 'untouched', { body: 'phone' });
    await phone.sync();
    world.server.hostile.replay('notes', 'untouched', 0);
    await phone.sync();
    await phone.sync();
    world.server.hostile.replay('notes', 'untouched', 0);
    await phone.sync();
    expect(known(phone, 'untouched')).not.toEqual([]);
    const vault = await world.changeKeys(world.vault, 'rotated');
    await phone.start(await world.open(vault));
    await phone.sync();
    expect(known(phone, 'untouched')).toEqual([expect.stringMatching(`^${prefixOf(vault)}`)]);
    expect(phone.engine.row('notes', 'untouched')?.body).toBe('phone');
  });
});
