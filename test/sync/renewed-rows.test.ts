/** Re-encryption through a mirror, in memory: what is sealed again, by whom, and what is left. */
import { decryptRowDetails, encryptRow, type SealedRowOf, type Vault } from 'rowseal';
import { vaultForTesting } from 'rowseal/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { laterThan } from '../support/later-than.js';
import { prefixOf } from '../support/rekeyed-devices.js';
import {
  notes,
  type RenewingDevice,
  type RenewingWorld,
  renewingWorld,
} from '../support/renewing-devices.js';

const IDS = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7'];

let world: RenewingWorld;
let laptop: RenewingDevice;
let next: Vault;

/** Seven rows on the server, one of them deleted, under the first of two keys. */
beforeEach(async () => {
  world = await renewingWorld();
  laptop = await world.device('laptop');
  for (const id of IDS) laptop.engine.insert('notes', { id, title: `title of ${id}` });
  await laptop.sync();
  laptop.engine.remove('notes', 'n7');
  await laptop.sync();
  next = await world.rotate(world.first);
});

async function unlocked(vault: Vault, ...devices: readonly RenewingDevice[]): Promise<void> {
  for (const { mirror } of devices) await mirror.unlock(await world.open(vault));
}

function stampsOf(vault: Vault, id: string): unknown {
  const row = world.server.row('notes', id) as SealedRowOf<typeof notes>;
  const { stamps, life, lifeStamp } = decryptRowDetails(vault, notes, row);
  return { stamps, life, lifeStamp };
}

/** A sealed row that another device sends. */
function send(vault: Vault, id: string, parents = ''): void {
  const { id: _, ...row } = encryptRow(vault, notes, { id, title: 'from elsewhere' });
  world.server.upload('other', [{ op: 'put', table: 'notes', id, row: { ...row, parents } }]);
}

describe('a device', () => {
  it('seals every row again, deletes too, as it was', async () => {
    const before = IDS.map((id) => stampsOf(world.first, id));
    const plain = laptop.engine.rows('notes');
    await unlocked(next, laptop);
    expect(world.outdated(next)).toHaveLength(7);
    const sent = laptop.sent();
    expect(await laptop.reencrypt()).toEqual({ done: 7, left: 0 });
    expect(world.outdated(next)).toEqual([]);
    expect(laptop.sent()).toBe(sent + 7);
    expect(IDS.map((id) => stampsOf(next, id))).toEqual(before);
    expect(laptop.engine.rows('notes')).toEqual(plain);
    expect(await laptop.mirror.keyUse()).toEqual([{ keyId: next.keys[0]?.id, payloads: 7 }]);
    expect(await laptop.reencrypt()).toEqual({ done: 0, left: 0 });
    await laptop.sync();
    expect(laptop.sent()).toBe(sent + 7);
  });

  it('goes on under a key that comes meanwhile', async () => {
    await unlocked(next, laptop);
    const last = await world.rotate(next);
    let pages = 0;
    const done = await laptop.reencrypt({
      onProgress({ done }) {
        if (done > 0 && pages++ === 0) void unlocked(last, laptop);
      },
    });
    expect(done.left).toBe(0);
    expect(world.outdated(last)).toEqual([]);
  });

  it('renews nothing that it has not, and nothing twice that the server shows again', async () => {
    await unlocked(next, laptop);
    await laptop.reencrypt();
    await laptop.sync();
    const sent = laptop.sent();
    world.server.hostile.replay('notes', 'n1', 0);
    for (let round = 0; round < 5; round++) await laptop.sync();
    expect(laptop.sent()).toBe(sent);
    expect(world.outdated(next)).toEqual(['n1']);
    expect(await laptop.reencrypt()).toEqual({ done: 1, left: 0 });
    expect(laptop.sent()).toBe(sent + 1);
  });

  it('leaves the visible columns as the server shows them, and the finding', async () => {
    world.server.hostile.change('notes', 'n1', { folder: 'changed' });
    await unlocked(next, laptop);
    await laptop.sync();
    await laptop.reencrypt();
    await laptop.sync();
    expect(world.server.row('notes', 'n1')?.folder).toBe('changed');
    const findings = await laptop.mirror.findings();
    expect(findings).toEqual([{ table: 'notes', id: 'n1', finding: 'metadata-mismatch:folder' }]);
  });

  it('sends an edit once, under the next key, that it finds beside the request', async () => {
    await unlocked(next, laptop);
    const sent = laptop.sent();
    laptop.engine.transaction((tx) => {
      tx.update('notes', 'n1', { body: 'edited' });
      tx.remove('notes', 'n2');
    });
    await laptop.store.renewRows(prefixOf(next), null, 9);
    await laptop.sync();
    expect(laptop.sent()).toBe(sent + 7);
    expect(world.outdated(next)).toEqual([]);
    expect(laptop.engine.row('notes', 'n1')).toMatchObject({ body: 'edited' });
    expect(laptop.engine.row('notes', 'n2')).toBeNull();
  });

  it('sends nothing of a row that the server took away or refused', async () => {
    laptop.engine.update('notes', 'n2', { body: 'refused' });
    world.server.hostile.refuse('notes', 'n2', true);
    await laptop.sync();
    await unlocked(next, laptop);
    await laptop.mirror.flush();
    const sent = laptop.sent();
    await laptop.store.renewRows(prefixOf(next), null, 1);
    world.server.scope('laptop', 'notes', 'n1', false);
    laptop.engine.receive(world.server.checkpoint('laptop', laptop.engine.position()));
    await laptop.sync();
    expect(laptop.sent()).toBe(sent);
    expect(await laptop.reencrypt()).toEqual({ done: 5, left: 1 });
    expect(world.outdated(next)).toEqual(['n1', 'n2']);
    const troubled = await laptop.mirror.troubledRows();
    expect(troubled.map(({ id, kind }) => [id, kind])).toEqual([
      ['n1', 'withdrawn'],
      ['n2', 'rejected'],
    ]);
  });
});

describe('a row that does not open any more', () => {
  it('is left as it is, though it was to be re-encrypted', async () => {
    await unlocked(next, laptop);
    await laptop.sync();
    const sent = laptop.sent();
    const payload = String(world.server.row('notes', 'n2')?.payload);
    const request = laptop.store.renewRows(prefixOf(next), null, 1);
    world.server.hostile.change('notes', 'n1', { payload, siblings: null });
    laptop.engine.receive(world.server.checkpoint('laptop', laptop.engine.position()));
    expect(await request).toMatchObject({ queued: 1 });
    await laptop.sync();
    expect(laptop.sent()).toBe(sent);
    const troubled = await laptop.mirror.troubledRows();
    expect(troubled).toMatchObject([{ id: 'n1', code: 'ROW_AUTH_FAILED' }]);
    expect(laptop.engine.row('notes', 'n1')).toMatchObject({ title: 'title of n1' });
    expect(await laptop.reencrypt()).toEqual({ done: 6, left: 1 });
  });
});

describe('siblings', () => {
  it('leave the server with the payload beside which they are', async () => {
    send(world.first, 'n1');
    world.server.hostile.replay('notes', 'n2', 0);
    send(world.first, 'n2');
    await unlocked(next, laptop);
    const done = await laptop.reencrypt();
    expect(done.left).toBe(0);
    expect(world.outdated(next)).toEqual([]);
    expect(laptop.engine.row('notes', 'n1')).toMatchObject({ title: 'from elsewhere' });
  });

  it('that do not open stay, and cause no upload', async () => {
    const { siblings: _, ...row } = world.server.row('notes', 'n1') ?? {};
    const other = String(world.server.row('notes', 'n2')?.payload);
    await unlocked(next, laptop);
    await laptop.reencrypt();
    world.server.hostile.change('notes', 'n1', { ...row, siblings: other });
    await laptop.sync();
    expect(await laptop.reencrypt()).toEqual({ done: 1, left: 1 });
    const sent = laptop.sent();
    expect(await laptop.reencrypt()).toEqual({ done: 0, left: 1 });
    expect(laptop.sent()).toBe(sent);
    expect(world.server.row('notes', 'n1')?.siblings).toBe(other);
  });

  it('of a key that nobody has keep nothing else under an old key', async () => {
    const stranger = vaultForTesting('somebody else').vault;
    const { payload: siblings } = encryptRow(stranger, notes, { id: 'n1', title: 'unknown' });
    world.server.hostile.change('notes', 'n1', { siblings });
    await unlocked(next, laptop);
    await laptop.sync();
    const waits = [{ id: 'n1', kind: 'waiting', code: 'UNKNOWN_KEY' }];
    expect(await laptop.mirror.troubledRows()).toMatchObject(waits);
    expect(await laptop.reencrypt()).toEqual({ done: 7, left: 1 });
    const stored = world.server.row('notes', 'n1');
    expect(String(stored?.payload).startsWith(prefixOf(next))).toBe(true);
    expect(stored?.siblings).toBe(siblings);
    const sent = laptop.sent();
    expect(await laptop.reencrypt()).toEqual({ done: 0, left: 1 });
    expect(laptop.sent()).toBe(sent);
    expect(await laptop.mirror.troubledRows()).toMatchObject(waits);
  });

  it('that are more than are opened cause none either', async () => {
    const other = String(world.server.row('notes', 'n2')?.payload);
    await unlocked(next, laptop);
    await laptop.reencrypt();
    const siblings = Array.from({ length: 100 }, (_, at) => other.slice(0, -3) + (100 + at));
    world.server.hostile.change('notes', 'n1', { siblings: siblings.join(' ') });
    await laptop.sync();
    await laptop.reencrypt();
    const sent = laptop.sent();
    expect(await laptop.reencrypt()).toEqual({ done: 0, left: 1 });
    expect(laptop.sent()).toBe(sent);
  });
});

describe('two devices', () => {
  it('that seal the same rows again merge to the same, and send nothing more', async () => {
    const phone = await world.device('phone');
    await phone.sync();
    await unlocked(next, laptop, phone);
    for (const { store, mirror } of [laptop, phone]) {
      await store.renewRows(prefixOf(next), null, 9);
      await mirror.flush();
    }
    const before = laptop.sent() + phone.sent();
    for (let round = 0; round < 3; round++) {
      await laptop.sync();
      await phone.sync();
    }
    expect(laptop.sent() + phone.sent()).toBe(before + 14);
    expect(world.outdated(next)).toEqual([]);
    expect(phone.engine.rows('notes')).toEqual(laptop.engine.rows('notes'));
    expect(await phone.reencrypt()).toEqual({ done: 0, left: 0 });
  });

  it('do it at once, while a third one edits offline, and lose nothing', async () => {
    const [phone, tablet] = [await world.device('phone'), await world.device('tablet')];
    await phone.sync();
    await tablet.sync();
    tablet.engine.update('notes', 'n3', { body: 'offline' });
    await tablet.mirror.flush();
    await unlocked(next, laptop, phone);
    await Promise.all([laptop.reencrypt({ pageLength: 1 }), phone.reencrypt({ pageLength: 1 })]);
    expect(world.outdated(next)).toEqual([]);
    await unlocked(next, tablet);
    await tablet.sync();
    await laptop.sync();
    expect((await laptop.reencrypt()).left).toBe(0);
    await Promise.all([tablet.sync(), laptop.sync()]);
    expect(world.outdated(next)).toEqual([]);
    expect(laptop.engine.row('notes', 'n3')).toMatchObject({ body: 'offline' });
  });
});

describe('a row under a revoked key that was written since', () => {
  it('is left until the user accepts it', async () => {
    const offline = await world.open(world.first);
    const rekeyed = await world.rekey(next);
    await laterThan(Date.now());
    send(offline, 'n1');
    await unlocked(rekeyed, laptop);
    await laptop.sync();
    expect(await laptop.reencrypt()).toMatchObject({ left: 2 });
    expect(world.outdated(rekeyed)).toEqual(['n1']);
    const [troubled] = await laptop.mirror.troubledRows();
    expect(troubled).toMatchObject({ id: 'n1', code: 'KEY_RETIRED' });
    await laptop.mirror.retry({ acceptRetired: true });
    expect((await laptop.reencrypt()).left).toBe(0);
    expect(world.outdated(rekeyed)).toEqual([]);
    expect(laptop.engine.row('notes', 'n1')).toMatchObject({ title: 'from elsewhere' });
  });

  it('leaves its place among the siblings, too, when it is accepted and adds nothing', async () => {
    const offline = await world.open(world.first);
    const rekeyed = await world.rekey(next);
    await laterThan(Date.now());
    const late = encryptRow(offline, notes, { id: 'n1', title: 'late' });
    const options = { previous: late, acceptRetired: true };
    const later = encryptRow(rekeyed, notes, { id: 'n1', title: 'later' }, options);
    const { payload } = late;
    world.server.hostile.change('notes', 'n1', { payload: later.payload, siblings: payload });
    await unlocked(rekeyed, laptop);
    await laptop.sync();
    expect(await laptop.reencrypt()).toMatchObject({ left: 1 });
    expect(await laptop.mirror.troubledRows()).toEqual([]);
    const finding = 'sibling-refused:KEY_RETIRED';
    expect(await laptop.mirror.findings()).toEqual([{ table: 'notes', id: 'n1', finding }]);
    await laptop.mirror.retry({ acceptRetired: true });
    await laptop.sync();
    expect(world.outdated(rekeyed)).toEqual([]);
    expect(await laptop.reencrypt()).toMatchObject({ left: 0 });
    expect(laptop.engine.row('notes', 'n1')).toMatchObject({ title: 'later' });
  });
});
