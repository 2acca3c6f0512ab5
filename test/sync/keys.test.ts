/** Promise 3: rows under keys and formats that a device does not have yet, or no longer accepts. */
import {
  cleartext,
  defineTable,
  encrypted,
  generateRecoveryKey,
  memoryStore,
  openVault,
  rekeyVault,
  rotateDataKey,
  type Vault,
} from 'rowseal';
import { vaultForTesting } from 'rowseal/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type MirroredDevice,
  type MirroredWorld,
  mirroredWorld,
} from '../support/mirrored-devices.js';

const columns = { title: encrypted.text(), body: encrypted.text() };
const notes = defineTable('notes', { ...columns, folder: cleartext.text() });
const NOTE = { id: 'n1', title: 'Title', body: 'Body', folder: 'inbox' };
const { opener } = vaultForTesting('mirrored devices');

let world: MirroredWorld;
let a: MirroredDevice;
let b: MirroredDevice;

async function syncAll(...devices: MirroredDevice[]): Promise<void> {
  for (let round = 0; round < 3; round++) {
    for (const device of devices) await device.sync();
    world.clock.now += 60_000;
  }
}

const reopened = ({ header }: Vault) => openVault(memoryStore(header), opener);

const troubles = async ({ store }: MirroredDevice) =>
  (await store.troubled(9)).map(({ id, kind, code }) => `${id} ${kind} ${code}`);

beforeEach(async () => {
  world = mirroredWorld([notes]);
  // Keys are rotated by the real clock.
  world.clock.now = Date.now() - 3600_000;
  a = await world.device('a');
  b = await world.device('b');
  a.engine.insert('notes', NOTE);
  a.engine.insert('notes', { ...NOTE, id: 'n2' });
  await syncAll(a, b);
});

describe('a row under a key that the device does not have yet', () => {
  beforeEach(async () => {
    a.vault = await rotateDataKey(memoryStore(a.vault.header), a.vault);
    b.engine.update('notes', 'n1', { body: 'Mine' });
    world.clock.now += 1000;
    a.engine.update('notes', 'n1', { title: 'Theirs' });
    await a.sync();
    b.receive();
    await b.settle();
  });

  it('waits with the edits of it, and stops no other row', async () => {
    expect(b.engine.row('notes', 'n1')).toEqual({ ...NOTE, body: 'Mine' });
    expect(b.engine.nextUpload()).toBeNull();
    const [tally] = await b.store.tallies();
    expect(tally).toMatchObject({ kind: 'waiting', code: 'UNKNOWN_KEY', rows: 1 });
    expect(tally?.keyId).toBe(a.vault.keys[0]?.id);
    b.engine.update('notes', 'n2', { body: 'Other' });
    await syncAll(b, a);
    expect(a.engine.row('notes', 'n2')?.body).toBe('Other');
    expect(world.server.uploadCount('notes', 'n1', 'b')).toBe(0);
  });

  it('is opened with the newer vault, and sealed with the edits under its key', async () => {
    b.vault = await reopened(a.vault);
    await b.store.release('waiting');
    await syncAll(b, a);
    const expected = { ...NOTE, title: 'Theirs', body: 'Mine' };
    expect(b.engine.row('notes', 'n1')).toEqual(expected);
    expect(a.engine.row('notes', 'n1')).toEqual(expected);
    expect([...(await troubles(a)), ...(await troubles(b))]).toEqual([]);
  });
});

it('a sibling under an unknown key stays on the server until it can be merged', async () => {
  a.vault = await rotateDataKey(memoryStore(a.vault.header), a.vault);
  a.engine.update('notes', 'n1', { title: 'Theirs' });
  await a.settle();
  a.send();
  b.engine.update('notes', 'n1', { body: 'Mine' });
  await b.settle();
  b.send();
  b.receive();
  await b.settle();
  expect(await troubles(b)).toEqual(['n1 waiting UNKNOWN_KEY']);
  b.engine.update('notes', 'n1', { folder: 'archive' });
  await b.sync();
  expect(await troubles(b)).toEqual(['n1 waiting UNKNOWN_KEY']);
  expect(String(world.server.row('notes', 'n1')?.siblings)).toMatch(/^\S+$/);
  b.vault = await reopened(a.vault);
  await b.store.release('waiting');
  await syncAll(b, a);
  const expected = { ...NOTE, title: 'Theirs', body: 'Mine', folder: 'archive' };
  expect(b.engine.row('notes', 'n1')).toEqual(expected);
  expect(a.engine.row('notes', 'n1')).toEqual(expected);
  expect(world.server.row('notes', 'n1')?.siblings).toBe('');
});

it('a row in a form of a newer app version waits for the update with the edits of it', async () => {
  const newer = defineTable(
    'notes',
    { ...columns, folder: cleartext.text().bound() },
    { earlierBoundSets: [[]] },
  );
  await a.upgrade([newer]);
  await a.settle();
  b.engine.update('notes', 'n1', { body: 'Mine' });
  world.clock.now += 1000;
  a.engine.update('notes', 'n1', { title: 'Theirs' });
  await a.sync();
  b.receive();
  await b.sync();
  expect(await troubles(b)).toEqual(['n1 waiting UNSUPPORTED_VERSION']);
  expect(b.engine.row('notes', 'n1')).toEqual({ ...NOTE, body: 'Mine' });
  expect(world.server.uploadCount('notes', 'n1', 'b')).toBe(0);
  await b.upgrade([newer]);
  await syncAll(b, a);
  const expected = { ...NOTE, title: 'Theirs', body: 'Mine' };
  expect(b.engine.row('notes', 'n1')).toEqual(expected);
  expect(a.engine.row('notes', 'n1')).toEqual(expected);
});

describe('a row that was written under a revoked key', () => {
  beforeEach(async () => {
    const options = { keep: [opener], recoveryKey: generateRecoveryKey() };
    a.vault = (await rekeyVault(memoryStore(a.vault.header), a.vault, options)).vault;
    world.clock.now = Date.now() + 3600_000;
    b.engine.update('notes', 'n1', { title: 'Late' });
    await b.sync();
    await a.sync();
  });

  it('is quarantined, and the last good plaintext is edited and sealed', async () => {
    expect(await troubles(a)).toEqual(['n1 quarantined KEY_RETIRED']);
    expect(a.engine.row('notes', 'n1')).toEqual(NOTE);
    a.engine.update('notes', 'n1', { body: 'Mine' });
    await syncAll(a);
    expect(await troubles(a)).toEqual([]);
    expect(a.engine.row('notes', 'n1')).toEqual({ ...NOTE, body: 'Mine' });
    expect(String(world.server.row('notes', 'n1')?.siblings)).toMatch(/^\S+$/);
  });

  it('is not lost by that, and merged once the user accepts it', async () => {
    a.engine.update('notes', 'n1', { body: 'Mine' });
    await syncAll(a);
    a.options = { acceptRetiredUpTo: await a.store.lastSeq() };
    await a.store.release();
    a.engine.update('notes', 'n1', { folder: 'archive' });
    await syncAll(a);
    const expected = { ...NOTE, title: 'Late', body: 'Mine', folder: 'archive' };
    expect(a.engine.row('notes', 'n1')).toEqual(expected);
    expect(world.server.row('notes', 'n1')?.siblings).toBe('');
  });
});
