/** How a mirror's re-encryption goes on, waits, stops, and what it tells. */
import { lockVault, type Vault } from 'rowseal';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type MirrorReencryptionProgress, planOf } from '../../src/sync/reencryption.js';
import { createTally } from '../../src/sync/reencryption-tally.js';
import {
  type RenewingDevice,
  type RenewingWorld,
  renewingWorld,
} from '../support/renewing-devices.js';

const IDS = ['n1', 'n2', 'n3', 'n4'];

let world: RenewingWorld;
let laptop: RenewingDevice;
let next: Vault;
/** An opening of it, in use by the mirror. */
let opened: Vault;

/** Four rows on the server under the first of two keys, on a device that has the second. */
beforeEach(async () => {
  world = await renewingWorld();
  laptop = await world.device('laptop');
  for (const id of IDS) laptop.engine.insert('notes', { id, title: `title of ${id}` });
  await laptop.sync();
  next = await world.rotate(world.first);
  opened = await world.open(next);
  await laptop.mirror.unlock(opened);
});

/** Re-encrypts row by row, and does something after the first of them. */
function afterTheFirst(act: () => void, signal?: { aborted: boolean; reason?: unknown }) {
  let isFirst = true;
  return laptop.reencrypt({
    pageLength: 1,
    ...(signal && { signal }),
    onProgress({ done }) {
      if (done === 0 || !isFirst) return;
      isFirst = false;
      act();
    },
  });
}

async function expectTheRestLater(): Promise<void> {
  await laptop.sync();
  const left = world.outdated(next).length;
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(IDS.length);
  expect(await laptop.reencrypt()).toEqual({ done: left, left: 0 });
  expect(world.outdated(next)).toEqual([]);
}

describe('re-encryption', () => {
  it('stops between two pages with the reason of the signal, and goes on from there', async () => {
    const reason = new Error('The app goes to the background.');
    const signal = { aborted: false, reason };
    const stopped = afterTheFirst(() => Object.assign(signal, { aborted: true }), signal);
    await expect(stopped).rejects.toBe(reason);
    await expectTheRestLater();
  });

  it('stops while it pauses', async () => {
    const stop = new AbortController();
    const stopped = laptop.reencrypt({ pauseMs: 60_000, signal: stop.signal });
    await vi.waitFor(() => expect(laptop.sent()).toBeGreaterThan(IDS.length));
    stop.abort();
    await expect(stopped).rejects.toBe(stop.signal.reason);
  });

  it('does nothing under a signal that is aborted', async () => {
    const signal = { aborted: true };
    await expect(laptop.reencrypt({ signal })).rejects.toMatchObject({ name: 'AbortError' });
    await laptop.sync();
    expect(world.outdated(next)).toEqual(IDS);
  });

  it('stops when the vault is locked, and goes on once it is unlocked', async () => {
    const stopped = afterTheFirst(() => lockVault(opened));
    await expect(stopped).rejects.toMatchObject({ code: 'LOCKED' });
    await vi.waitFor(() => expect(laptop.mirror.status.state).toBe('locked'));
    await expect(laptop.reencrypt()).rejects.toMatchObject({ code: 'LOCKED' });
    await laptop.mirror.unlock(await world.open(next));
    await expectTheRestLater();
  });

  it('ends with the mirror', async () => {
    const stopped = afterTheFirst(() => void laptop.mirror.close());
    await expect(stopped).rejects.toThrow('This mirror is closed');
    await expect(laptop.mirror.reencryptAll()).rejects.toThrow('This mirror is closed');
  });

  it('ends with the database', async () => {
    const stopped = afterTheFirst(() => laptop.engine.clear());
    await expect(stopped).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(laptop.mirror.status.state).toBe('replaced');
  });

  it('waits while nothing can be uploaded, says so, and seals no more meanwhile', async () => {
    const told: MirrorReencryptionProgress[] = [];
    const done = laptop.mirror.reencryptAll({
      pageLength: 3,
      pauseMs: 0,
      onProgress: (progress) => told.push(progress),
    });
    await vi.waitFor(() =>
      expect(told.filter(({ waiting }) => waiting > 0).length).toBeGreaterThan(2),
    );
    const waiting = laptop.engine.nextUpload()?.writes.length;
    expect(waiting).toBeLessThanOrEqual(3);
    expect(told[0]).toEqual({ done: 0, left: 4, waiting: 0 });
    expect(told.at(-1)).toEqual({ done: 0, left: 4, waiting });
    const sync = laptop.reencrypt();
    expect(await done).toEqual({ done: 4, left: 0 });
    expect(told.at(-1)).toEqual({ done: 4, left: 0, waiting: 0 });
    await sync;
  });

  it('counts what comes under an earlier key meanwhile as left, and not as undone', async () => {
    const first = await world.open(world.first);
    const phone = await world.device('phone', first);
    await phone.sync();
    phone.engine.insert('notes', { id: 'n0', title: 'from the phone' });
    const told: MirrorReencryptionProgress[] = [];
    let isSent = false;
    await laptop.reencrypt({
      pageLength: 1,
      onProgress(progress) {
        told.push(progress);
        if (progress.done === 2 && !isSent) {
          isSent = true;
          void phone.sync();
        }
      },
    });
    const dones = told.map(({ done }) => done);
    expect(dones).toEqual([...dones].sort((a, b) => a - b));
    await laptop.sync();
    await laptop.reencrypt();
    expect(world.outdated(next)).toEqual([]);
  });

  it('takes rows, a pause and a listener, and nothing else', async () => {
    const wrong = [{ pageLength: 0 }, { pageLength: 1001 }, { pageLength: 1.5 }, { pauseMs: -1 }];
    const others = [{ pauseMs: 60_001 }, { pauseMs: Number.NaN }, { onProgress: 1 }, { page: 1 }];
    for (const options of [...wrong, ...others, null, 1]) {
      await expect(laptop.mirror.reencryptAll(options as never)).rejects.toThrow(TypeError);
    }
  });
});

describe('the count of what is left', () => {
  it('reads all rows about a hundred times, however many pages there are', async () => {
    const uses = [
      { prefix: 'primary', payloads: 1 },
      { prefix: 'earlier', payloads: 1000 },
    ];
    const keyUse = vi.fn(async () => uses);
    const store = { ...laptop.store, keyUse };
    const tally = createTally(store, planOf({ pageLength: 2 }));
    await tally.count('primary');
    for (let page = 1; page <= 500; page++) await tally.countNow('primary', page === 500);
    expect(keyUse.mock.calls.length).toBeLessThanOrEqual(102);
    expect(tally.left()).toBe(1000);
  });
});

describe('a mirror that stands by', () => {
  it('asks the one that works, which seals', async () => {
    const { engine, mirror } = laptop;
    const worker = await world.beside(engine, next);
    await vi.waitFor(() => expect(mirror.status.state).toBe('standby'), { timeout: 10_000 });
    expect(await laptop.reencrypt()).toEqual({ done: 4, left: 0 });
    expect(worker.status.state).toBe('running');
    expect(world.outdated(next)).toEqual([]);
    expect(await worker.keyUse()).toEqual(await mirror.keyUse());
  });
});

describe('the use of keys', () => {
  it('is counted while the vault is locked, most first, and what is under none', async () => {
    const other = await world.device('other', null);
    world.server.hostile.change('notes', 'n1', { payload: 'plain' });
    other.engine.receive(world.server.checkpoint('other', 0));
    expect(await other.mirror.keyUse()).toEqual([
      { keyId: world.first.keys[0]?.id, payloads: 3 },
      { keyId: null, payloads: 1 },
    ]);
  });
});
