/** When a mirror takes an open vault, and a turn with the one before is still under way. */
import { defineTable, encrypted, lockVault, memoryStore, openVault, rotateDataKey } from 'rowseal';
import { memoryEngine, type SyncStore, vaultForTesting } from 'rowseal/testing';
import { describe, expect, it } from 'vitest';
import { runMirror } from '../../src/sync/run-mirror.js';
import { mirroredWorld } from '../support/mirrored-devices.js';

const notes = defineTable('notes', { body: encrypted.text() });
const { vault, opener } = vaultForTesting('unlocked mirror');

function openAgain() {
  return openVault(memoryStore(vault.header), opener);
}

async function start(opened: typeof vault | null, hooks: Partial<SyncStore> = {}) {
  const engine = memoryEngine([notes]);
  const store: SyncStore = { ...engine.store(), ...hooks };
  const settings = { tables: [notes], deletes: 'sealed', firstSync: Promise.resolve() } as const;
  const mirror = await runMirror(store, { ...settings, vault: opened });
  return { engine, mirror };
}

describe('a mirror', () => {
  it('says at once whether it runs', async () => {
    const { mirror } = await start(null);
    expect(mirror.status.state).toBe('locked');
    await mirror.unlock(await openAgain());
    expect(mirror.status.state).toBe('running');
    const { mirror: open } = await start(await openAgain());
    expect(open.status.state).toBe('running');
  });

  it('is not locked by a turn that found the vault before it locked', async () => {
    const first = await openAgain();
    const engine = memoryEngine([notes]);
    const store = engine.store();
    let meanwhile = async () => {};
    const mirror = await runMirror(
      {
        ...store,
        async readWork(...args) {
          const work = await store.readWork(...args);
          await meanwhile();
          return work;
        },
      },
      { vault: first, tables: [notes], deletes: 'sealed', firstSync: Promise.resolve() },
    );
    await mirror.flush();
    const second = await openAgain();
    meanwhile = async () => {
      meanwhile = async () => {};
      lockVault(first);
      await mirror.unlock(second);
    };
    engine.insert('notes', { id: 'n1', body: 'written at the wrong moment' });
    await mirror.flush().catch(() => {});
    await mirror.flush();
    expect(mirror.status).toMatchObject({ state: 'running', pendingOut: 0 });
    expect(engine.nextUpload()?.writes).toHaveLength(1);
  });

  it('opens what waited for a key, though a turn without that key comes in between', async () => {
    const world = mirroredWorld([notes]);
    const [a, b] = [await world.device('a'), await world.device('b')];
    a.vault = await rotateDataKey(memoryStore(a.vault.header), a.vault);
    a.engine.insert('notes', { id: 'n1', body: 'under the new key' });
    await a.sync();
    b.receive();
    let released = () => {};
    let meanwhile = async () => {};
    const mirror = await runMirror(
      {
        ...b.store,
        async release(kind) {
          const result = await b.store.release(kind);
          released();
          return result;
        },
        async readWork(...args) {
          await meanwhile();
          return b.store.readWork(...args);
        },
      },
      { vault: b.vault, tables: [notes], deletes: 'sealed', firstSync: Promise.resolve() },
    );
    await mirror.flush();
    expect(mirror.status.waitingKeys).toMatchObject([{ rows: 1 }]);
    meanwhile = async () => {
      meanwhile = async () => {};
      const isReleased = new Promise<void>((resolve) => {
        released = resolve;
      });
      await Promise.race([isReleased, mirror.unlock(a.vault)]);
    };
    await mirror.flush();
    await mirror.flush();
    expect(mirror.status.waitingKeys).toEqual([]);
    expect(b.engine.row('notes', 'n1')).toEqual({ id: 'n1', body: 'under the new key' });
    await mirror.close();
  });

  it('stays closed when that happens in the middle of an unlock', async () => {
    const store = memoryEngine([notes]).store();
    let meanwhile = async () => {};
    const { mirror } = await start(null, {
      ...store,
      async takeOver(taken) {
        const result = await store.takeOver(taken);
        await meanwhile();
        return result;
      },
    });
    meanwhile = () => mirror.close();
    await expect(mirror.unlock(await openAgain())).rejects.toThrow('This mirror is closed');
    expect(mirror.status.state).toBe('closed');
  });
});
