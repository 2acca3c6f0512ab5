/** A mirror that has ended stays ended: no turn that was under way brings it back. */
import { defineTable, encrypted, memoryStore, openVault } from 'rowseal';
import { memoryEngine, type SyncStore, vaultForTesting } from 'rowseal/testing';
import { describe, expect, it, vi } from 'vitest';
import { runMirror } from '../../src/sync/run-mirror.js';

const notes = defineTable('notes', { body: encrypted.text() });
const { vault, opener } = vaultForTesting('ended mirror');

function deferred() {
  let resolve = () => {};
  let reject = (_error: Error) => {};
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}

/** A store whose function waits until it is let go, and then does its part or fails. */
function heldStore(store: SyncStore, name: 'readWork' | 'counts') {
  const { promise: reached, resolve: reach } = deferred();
  const { promise: gate, resolve: letGo, reject: fail } = deferred();
  const held = async (...args: readonly never[]) => {
    reach();
    await gate;
    return (store[name] as (...args: readonly never[]) => Promise<never>)(...args);
  };
  return { store: { ...store, [name]: held } as SyncStore, reached, letGo, fail };
}

function start(store: SyncStore, opened: typeof vault | null = vault) {
  const settings = { vault: opened, tables: [notes], deletes: 'sealed' as const };
  return runMirror(store, { ...settings, firstSync: Promise.resolve() });
}

describe('a mirror that was closed', () => {
  it.each(['readWork', 'counts'] as const)('in a turn that waits for %s', async (name) => {
    const { store, reached, letGo } = heldStore(memoryEngine([notes]).store(), name);
    const mirror = await start(store);
    await reached;
    const closed = mirror.close();
    letGo();
    await closed;
    expect(mirror.status.state).toBe('closed');
    expect(mirror.status.settled).toBe(false);
  });

  it('while it was counting, locked, in a database that is gone', async () => {
    const { store, reached, fail } = heldStore(memoryEngine([notes]).store(), 'counts');
    const mirror = await start(store, null);
    await reached;
    await mirror.close();
    const seen = vi.fn();
    mirror.subscribe(seen);
    fail(new Error('The database is gone.'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).not.toHaveBeenCalled();
    expect(mirror.status.state).toBe('closed');
  });

  it('has no first sync to wait for any more, before and after it was closed', async () => {
    const settings = { vault, tables: [notes], deletes: 'sealed' as const };
    const firstSync = new Promise<void>(() => {});
    const mirror = await runMirror(memoryEngine([notes]).store(), { ...settings, firstSync });
    const waiting = expect(mirror.waitForFirstSync()).rejects.toThrow('This mirror is closed');
    await mirror.close();
    await waiting;
    await expect(mirror.waitForFirstSync()).rejects.toThrow('This mirror is closed');
  });

  it('works until then for an engine that was closed before it had synced', async () => {
    const engine = memoryEngine([notes]);
    const settings = { vault, tables: [notes], deletes: 'sealed' as const };
    const firstSync = Promise.reject(new Error('The database is closed.'));
    const mirror = await runMirror(engine.store(), { ...settings, firstSync });
    engine.insert('notes', { id: 'n1', body: 'sealed all the same' });
    await mirror.flush();
    expect(engine.sealedRow('notes', 'n1')).not.toBeNull();
    expect(mirror.status).toMatchObject({ state: 'running', firstSync: { done: false } });
    await mirror.close();
  });

  it('takes no vault, and nothing from the mirror that came after it', async () => {
    const engine = memoryEngine([notes]);
    const first = await start(engine.store());
    await first.close();
    const second = await start(engine.store());
    await expect(first.unlock(vault)).rejects.toThrow('This mirror is closed');
    engine.insert('notes', { id: 'n1', body: 'still sealed' });
    await second.flush();
    expect(second.status.state).toBe('running');
    expect(engine.sealedRow('notes', 'n1')).not.toBeNull();
    await second.close();
  });

  it("tries nothing again in a database that may be another user's", async () => {
    const store = memoryEngine([notes]).store();
    const release = vi.fn(store.release);
    const retryRejected = vi.fn(store.retryRejected);
    const mirror = await start({ ...store, release, retryRejected });
    await mirror.close();
    release.mockClear();
    await expect(mirror.retry()).rejects.toThrow('This mirror is closed');
    expect(release).not.toHaveBeenCalled();
    expect(retryRejected).not.toHaveBeenCalled();
  });
});

describe('a mirror that was replaced', () => {
  it('while it started is not started, and listens to nothing', async () => {
    const onWork = vi.fn();
    const store: SyncStore = {
      ...memoryEngine([notes]).store(),
      takeOver: async () => 'replaced',
      onWork,
    };
    await expect(start(store)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(onWork).not.toHaveBeenCalled();
  });

  it('by a log-out takes nothing back, and learns of it though it is locked', async () => {
    const engine = memoryEngine([notes]);
    const first = await start(engine.store(), null);
    engine.clear();
    const second = await start(engine.store());
    await expect(first.unlock(vault)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(first.status.state).toBe('replaced');
    await expect(first.flush()).rejects.toMatchObject({ code: 'STORE_FAILED' });
    engine.insert('notes', { id: 'n1', body: 'for the second' });
    await second.flush();
    expect(second.status.state).toBe('running');
    await second.close();
  });

  it.each([
    ['asks for nothing', () => ({})],
    ['asks for what was lost', () => ({ withdrawn: [{ table: 'notes', id: 'n1' }] })],
  ])('by a log-out %s of the next user', async (_, options) => {
    const engine = memoryEngine([notes]);
    const own = await openVault(memoryStore(vault.header), opener);
    const first = await start(engine.store(), own);
    await first.flush();
    engine.clear();
    const second = await start(engine.store(), null);
    engine.insert('notes', { id: 'n1', body: 'of the next user' });
    const before = await engine.store().counts();
    await expect(first.retry(options())).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(first.status.state).toBe('replaced');
    expect(await engine.store().counts()).toEqual(before);
    await second.close();
  });
});
