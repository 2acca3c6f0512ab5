/** Several mirrors on one engine, as tabs have it: one works, and the others stand by. */
import { defineTable, encrypted, lockVault, memoryStore, openVault } from 'rowseal';
import { type MemoryEngine, memoryEngine, type SyncStore, vaultForTesting } from 'rowseal/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Mirror } from '../../src/sync/mirror.js';
import { runMirror } from '../../src/sync/run-mirror.js';

const notes = defineTable('notes', { body: encrypted.text() });
const { vault: shared, opener } = vaultForTesting('standby');
const openAgain = () => openVault(memoryStore(shared.header), opener);

/** One look of a mirror at the one that works, and one beat of that one. */
const PULSE_MS = 2000;

interface StartOptions {
  readonly vault?: typeof shared | null;
  readonly firstSync?: Promise<void>;
  readonly hooks?: (store: SyncStore) => Partial<SyncStore>;
}

const open: Mirror[] = [];

async function start(engine: MemoryEngine, options: StartOptions = {}): Promise<Mirror> {
  const { vault = await openAgain(), firstSync = Promise.resolve(), hooks = () => ({}) } = options;
  const store = engine.store();
  const settings = { vault, tables: [notes], deletes: 'sealed' as const, firstSync };
  const mirror = await runMirror({ ...store, ...hooks(store) }, settings);
  open.push(mirror);
  return mirror;
}

/** The first one stands by, the second one works. */
async function two(hooks?: StartOptions['hooks']) {
  const engine = memoryEngine([notes]);
  const standby = await start(engine);
  await standby.flush();
  const worker = await start(engine, hooks ? { hooks } : {});
  await worker.flush();
  await vi.advanceTimersByTimeAsync(PULSE_MS);
  expect([standby.status.state, worker.status.state]).toEqual(['standby', 'running']);
  return { engine, standby, worker };
}

let inserted = 0;
const insert = (engine: MemoryEngine) =>
  engine.insert('notes', { id: `n${++inserted}`, body: 'a note' });

/** As a process that was killed: it is not heard of, and hears nothing. */
const DEAD: () => Partial<SyncStore> = () => {
  const never = () => new Promise<never>(() => {});
  return { onWork: () => () => {}, beat: never, lastSeq: never };
};

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
afterEach(async () => {
  await Promise.all(open.splice(0).map((mirror) => Promise.race([mirror.close(), null])));
  vi.useRealTimers();
});

describe('a mirror that stands by', () => {
  it('leaves the work to one that is idle for long, and is told what is left', async () => {
    const { engine, standby, worker } = await two();
    await vi.advanceTimersByTimeAsync(20 * PULSE_MS);
    expect([standby.status.state, worker.status.state]).toEqual(['standby', 'running']);
    insert(engine);
    const flushed = standby.flush();
    await vi.advanceTimersByTimeAsync(PULSE_MS);
    await flushed;
    expect(engine.nextUpload()?.writes).toHaveLength(1);
    expect(standby.status).toMatchObject({ state: 'standby', pendingOut: 0, settled: true });
  });

  it('takes over from one that is not heard of', async () => {
    const engine = memoryEngine([notes]);
    const heir = await start(engine);
    await heir.flush();
    await start(engine, { hooks: DEAD });
    insert(engine);
    const flushed = heir.flush();
    await vi.advanceTimersByTimeAsync(PULSE_MS);
    expect(heir.status).toMatchObject({ state: 'standby', pendingOut: 1, settled: false });
    await vi.advanceTimersByTimeAsync(3 * PULSE_MS);
    await flushed;
    expect(heir.status).toMatchObject({ state: 'running', pendingOut: 0 });
    expect(engine.nextUpload()?.writes).toHaveLength(1);
  });

  it('takes over from one that fails, which then stands by', async () => {
    let fails = false;
    const { engine, standby, worker } = await two((store) => ({
      async readWork(...args) {
        if (fails) throw new Error('The disk is full.');
        return store.readWork(...args);
      },
    }));
    fails = true;
    insert(engine);
    await expect(worker.flush()).rejects.toThrow('The disk is full.');
    await vi.advanceTimersByTimeAsync(4 * PULSE_MS);
    expect([standby.status.state, worker.status.state]).toEqual(['running', 'standby']);
    expect(engine.nextUpload()?.writes).toHaveLength(1);
  });

  it('takes over at once from one that is closed', async () => {
    const { engine, standby, worker } = await two();
    await worker.close();
    insert(engine);
    await standby.flush();
    expect(standby.status.state).toBe('running');
  });

  it('takes over from one whose vault is locked, and gives way when that is unlocked', async () => {
    const engine = memoryEngine([notes]);
    const first = await start(engine);
    const vault = await openAgain();
    const second = await start(engine, { vault });
    await second.flush();
    lockVault(vault);
    insert(engine);
    await expect(second.flush()).rejects.toMatchObject({ code: 'LOCKED' });
    await vi.advanceTimersByTimeAsync(PULSE_MS);
    expect([first.status.state, second.status.state]).toEqual(['running', 'locked']);
    await second.unlock(await openAgain());
    insert(engine);
    await second.flush();
    await vi.advanceTimersByTimeAsync(PULSE_MS);
    expect([first.status.state, second.status.state]).toEqual(['standby', 'running']);
  });

  it('waits for the first sync, whoever opens it', async () => {
    const engine = memoryEngine([notes]);
    let synced = () => {};
    const firstSync = new Promise<void>((resolve) => {
      synced = resolve;
    });
    const standby = await start(engine, { firstSync });
    await start(engine);
    const waiting = standby.waitForFirstSync();
    await vi.advanceTimersByTimeAsync(2 * PULSE_MS);
    expect(standby.status).toMatchObject({ state: 'standby', firstSync: { done: false } });
    synced();
    await vi.advanceTimersByTimeAsync(2 * PULSE_MS);
    await waiting;
    expect(standby.status).toMatchObject({ state: 'standby', firstSync: { done: true } });
  });

  it('takes the work when it is told to accept what is retired', async () => {
    const { standby, worker } = await two();
    await standby.retry({ acceptRetired: true });
    await vi.advanceTimersByTimeAsync(PULSE_MS);
    expect([standby.status.state, worker.status.state]).toEqual(['running', 'standby']);
    const retried = worker.retry();
    await vi.advanceTimersByTimeAsync(PULSE_MS);
    await retried;
    expect([standby.status.state, worker.status.state]).toEqual(['running', 'standby']);
  });

  it('says so when its database fails, and goes on', async () => {
    const engine = memoryEngine([notes]);
    let fails = false;
    const hooks = (store: SyncStore): Partial<SyncStore> => ({
      async lease(awaits) {
        if (fails) throw new Error('The database is locked.');
        return store.lease(awaits);
      },
    });
    const standby = await start(engine, { hooks });
    await start(engine);
    await vi.advanceTimersByTimeAsync(2 * PULSE_MS);
    expect(standby.status.state).toBe('standby');
    fails = true;
    await expect(standby.flush()).rejects.toThrow('The database is locked.');
    expect(standby.status.state).toBe('failing');
    await vi.advanceTimersByTimeAsync(2 * PULSE_MS);
    expect(standby.status.state).toBe('failing');
    fails = false;
    await vi.advanceTimersByTimeAsync(PULSE_MS);
    expect(standby.status).toMatchObject({ state: 'standby', error: null });
  });

  it('ends with what waits for it when it is closed', async () => {
    const engine = memoryEngine([notes]);
    const standby = await start(engine);
    await standby.flush();
    await start(engine, { hooks: DEAD });
    insert(engine);
    const flushed = expect(standby.flush()).rejects.toThrow('This mirror is closed');
    await vi.advanceTimersByTimeAsync(PULSE_MS);
    await standby.close();
    await flushed;
    await vi.advanceTimersByTimeAsync(4 * PULSE_MS);
    expect(standby.status.state).toBe('closed');
  });
});

describe('a log-out', () => {
  it('ends one that hears of it when it turns to what its app wrote', async () => {
    const { engine, standby } = await two();
    engine.clear();
    await expect(standby.flush()).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(standby.status.state).toBe('replaced');
  });

  it('ends one that is closed while it looks who works', async () => {
    const engine = memoryEngine([notes]);
    let meanwhile = async () => {};
    const hooks = (store: SyncStore): Partial<SyncStore> => ({
      async lease(awaits) {
        const lease = await store.lease(awaits);
        await meanwhile();
        return lease;
      },
    });
    const standby = await start(engine, { hooks });
    await start(engine);
    await vi.advanceTimersByTimeAsync(2 * PULSE_MS);
    meanwhile = async () => void standby.close();
    await expect(standby.flush()).rejects.toThrow('This mirror is closed');
    const other = await start(engine, { hooks });
    await start(engine);
    await vi.advanceTimersByTimeAsync(2 * PULSE_MS);
    meanwhile = async () => void other.close();
    await vi.advanceTimersByTimeAsync(2 * PULSE_MS);
    expect([standby.status.state, other.status.state]).toEqual(['closed', 'closed']);
  });

  it('is noticed by every mirror, idle or locked, working or not', async () => {
    const { engine, standby, worker } = await two();
    const locked = await start(engine, { vault: null });
    engine.clear();
    const next = await start(engine);
    await vi.advanceTimersByTimeAsync(2 * PULSE_MS);
    const states = [standby, worker, locked, next].map(({ status }) => status.state);
    expect(states).toEqual(['replaced', 'replaced', 'replaced', 'running']);
    expect(vi.getTimerCount()).toBe(1);
  });
});
