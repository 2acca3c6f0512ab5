/** Rows under a revoked key that the user accepts: those that they know of, and no later ones. */
import {
  decryptRow,
  defineTable,
  encrypted,
  encryptRow,
  generateRecoveryKey,
  lockVault,
  memoryStore,
  openVault,
  rekeyVault,
  type Vault,
} from 'rowseal';
import { memoryEngine, memoryServer, type SyncStore, vaultForTesting } from 'rowseal/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Mirror } from '../../src/sync/mirror.js';
import { runMirror } from '../../src/sync/run-mirror.js';
import { laterThan } from '../support/later-than.js';
import { prefixOf } from '../support/rekeyed-devices.js';

const notes = defineTable('notes', { title: encrypted.text(), body: encrypted.text().optional() });
const { vault: first, opener } = vaultForTesting('accepted rows');

/** An opening of the vault as it was before the revocation, on a device that was offline. */
let offline: Vault;
let current: Vault;
let mirror: Mirror;
let server: ReturnType<typeof memoryServer>;
let engine: ReturnType<typeof memoryEngine>;
/** The mirror's own. */
let store: SyncStore;
/** Called after each batch that is written. */
let afterBatch: () => void;
/** Called before each pass looks what there is to do. */
let beforeRead: () => Promise<void>;
/** Called after held rows were released. */
let afterRelease: () => void;

beforeEach(async () => {
  offline = await openVault(memoryStore(first.header), opener);
  const vaults = memoryStore(first.header);
  const rekeyed = await rekeyVault(vaults, await openVault(vaults, opener), {
    keep: [opener],
    recoveryKey: generateRecoveryKey(),
  });
  current = rekeyed.vault;
  await laterThan(Date.now());
  server = memoryServer([notes]);
  engine = memoryEngine([notes]);
  afterBatch = () => {};
  beforeRead = async () => {};
  afterRelease = () => {};
  mirror = await startMirror();
  return () => mirror.close();
});

function startMirror(): Promise<Mirror> {
  store = engine.store();
  const hooked: SyncStore = {
    ...store,
    async readWork(...args) {
      await beforeRead();
      return store.readWork(...args);
    },
    async release(kind) {
      const result = await store.release(kind);
      afterRelease();
      return result;
    },
    async writeOutcomes(...args) {
      const result = await store.writeOutcomes(...args);
      afterBatch();
      return result;
    },
  };
  const settings = { tables: [notes], deletes: 'sealed', firstSync: Promise.resolve() } as const;
  return runMirror(hooked, { ...settings, vault: current });
}

function sealedOffline(id: string, title: string) {
  return encryptRow(offline, notes, { id, title });
}

/** A row that comes to the device, sealed under the key that was revoked. */
function arrive(id: string, title: string, sealed = sealedOffline(id, title)): void {
  const { id: _, ...row } = sealed;
  server.upload('other', [{ op: 'put', table: 'notes', id, row }]);
  engine.receive(server.checkpoint('mine', engine.position()));
}

function send(): void {
  for (let next = engine.nextUpload(); next; next = engine.nextUpload()) {
    const { position, refused } = server.upload('mine', next.writes);
    engine.uploaded(position, refused);
  }
}

const ids = () => engine.rows('notes').map(({ id }) => id);

describe('a retry that accepts rows under a revoked key', () => {
  it('takes those that had arrived, and none that arrives while it runs', async () => {
    arrive('n1', 'written offline');
    await mirror.flush();
    expect(mirror.status.quarantined).toBe(1);
    let forged = 0;
    afterBatch = () => {
      if (forged++ < 3) arrive(`forged ${forged}`, 'after the click');
    };
    await mirror.retry({ acceptRetired: true });
    await mirror.flush();
    expect(forged).toBeGreaterThan(3);
    expect(ids()).toEqual(['n1']);
    expect(mirror.status.quarantined).toBe(3);
  });

  it('takes them although a turn that began without it comes in between', async () => {
    arrive('n1', 'written offline');
    await mirror.flush();
    let retried = Promise.resolve();
    beforeRead = async () => {
      beforeRead = async () => {};
      const released = new Promise<void>((resolve) => {
        afterRelease = resolve;
      });
      retried = mirror.retry({ acceptRetired: true });
      // Released by then, unless that waits for this turn.
      await Promise.race([released, new Promise((resolve) => setImmediate(resolve))]);
    };
    await mirror.flush();
    await retried;
    expect(ids()).toEqual(['n1']);
    expect(mirror.status.quarantined).toBe(0);
  });

  it('takes none that arrives while it runs and is to be re-encrypted', async () => {
    arrive('n1', 'written offline');
    await mirror.flush();
    const acts = [
      () => arrive('forged', 'after the click'),
      () => void store.renewRows(prefixOf(current), { table: 'notes', id: 'a' }, 1),
    ];
    afterBatch = () => acts.shift()?.();
    await mirror.retry({ acceptRetired: true });
    await mirror.flush();
    expect(acts).toEqual([]);
    expect(ids()).toEqual(['n1']);
  });

  it('takes no later payload of a row that it takes', async () => {
    arrive('n1', 'written offline');
    arrive('n2', 'written offline');
    await mirror.flush();
    let isFirst = true;
    afterBatch = () => {
      if (isFirst) arrive('n1', 'after the click');
      isFirst = false;
    };
    await mirror.retry({ acceptRetired: true });
    await mirror.flush();
    expect(engine.row('notes', 'n1')?.title).toBe('written offline');
  });

  it('sends at once what they lack, so that none is asked about again', async () => {
    const older = sealedOffline('n1', 'written offline');
    await laterThan(Date.now());
    engine.insert('notes', { id: 'n1', title: 'here', body: 'here' });
    await mirror.flush();
    send();
    arrive('n1', '', older); // as after a backup was restored
    await mirror.flush();
    expect(mirror.status.quarantined).toBe(1);
    await mirror.retry({ acceptRetired: true });
    send();
    engine.receive(server.checkpoint('mine', engine.position()));
    await mirror.flush();
    await mirror.retry();
    expect(mirror.status).toMatchObject({ quarantined: 0, pendingMerges: 0 });
    expect(engine.row('notes', 'n1')?.title).toBe('here');
    const { payload } = server.row('notes', 'n1') ?? {};
    expect(decryptRow(current, notes, { id: 'n1', payload: String(payload) }).title).toBe('here');
  });

  it('is over when it fails', async () => {
    arrive('n1', 'written offline');
    await mirror.flush();
    const again = await openVault(memoryStore(current.header), opener);
    lockVault(current);
    await expect(mirror.retry({ acceptRetired: true })).rejects.toMatchObject({ code: 'LOCKED' });
    await mirror.unlock(again);
    await mirror.flush();
    expect(ids()).toEqual([]);
  });

  it('takes what stands beside a row that the app has written over', async () => {
    engine.insert('notes', { id: 'n1', title: 'Title' });
    await mirror.flush();
    const upload = engine.nextUpload();
    server.upload('mine', upload?.writes ?? []);
    engine.uploaded(server.checkpoint('mine', 0).position);
    arrive('n1', 'written offline');
    await mirror.flush();
    engine.update('notes', 'n1', { body: 'Mine' });
    await mirror.flush();
    server.upload('mine', engine.nextUpload()?.writes ?? []);
    engine.uploaded(server.checkpoint('mine', 0).position);
    engine.receive(server.checkpoint('mine', engine.position()));
    await mirror.flush();
    expect(mirror.status).toMatchObject({ quarantined: 0, findings: 1 });
    await mirror.retry({ acceptRetired: true });
    expect(engine.row('notes', 'n1')).toMatchObject({ title: 'written offline', body: 'Mine' });
    expect(mirror.status.findings).toBe(0);
  });
});
