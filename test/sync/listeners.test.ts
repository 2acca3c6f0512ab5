/** Who listens to a mirror can't stop it. */
import { defineTable, encrypted } from 'rowseal';
import { memoryEngine, vaultForTesting } from 'rowseal/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createObservable } from '../../src/sync/mirror-status.js';
import { runMirror } from '../../src/sync/run-mirror.js';

const notes = defineTable('notes', { body: encrypted.text() });
const { vault } = vaultForTesting('listeners');
const bug = new Error('A bug in the page.');

async function start(failure: () => Error | null = () => null) {
  const engine = memoryEngine([notes]);
  const store = engine.store();
  const lastSeq = async () => {
    const error = failure();
    if (error) throw error;
    return store.lastSeq();
  };
  const mirror = await runMirror(
    { ...store, lastSeq },
    { vault, tables: [notes], deletes: 'sealed', firstSync: Promise.resolve() },
  );
  return { engine, mirror };
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('a listener that throws', () => {
  it.each([
    ['reportError', (report: (error: unknown) => void) => vi.stubGlobal('reportError', report)],
    [
      'the console',
      (report: (error: unknown) => void) => {
        vi.stubGlobal('reportError', undefined);
        vi.spyOn(console, 'error').mockImplementation(report);
      },
    ],
  ])('is told to %s, and stops neither the mirror nor the others', async (_, listenAt) => {
    const reported: unknown[] = [];
    listenAt((error) => reported.push(error));
    const { engine, mirror } = await start();
    mirror.subscribe(() => {
      throw bug;
    });
    const other = vi.fn();
    mirror.subscribe(other);
    engine.insert('notes', { id: 'n1', body: 'sealed all the same' });
    await mirror.flush();
    await mirror.waitForFirstSync();
    expect(mirror.status).toMatchObject({ state: 'running', error: null, settled: true });
    expect(engine.sealedRow('notes', 'n1')).not.toBeNull();
    expect(other).toHaveBeenCalledTimes(reported.length);
    expect(new Set(reported)).toEqual(new Set([bug]));
    await mirror.close();
    expect(mirror.status.state).toBe('closed');
  });
});

describe('what the database throws', () => {
  it('is told whatever it has about it that is no JSON', async () => {
    let failure: Error | null = Object.assign(new Error('It is full.'), { free: 0n });
    const { mirror } = await start(() => failure);
    await expect(mirror.flush()).rejects.toThrow('It is full.');
    expect(mirror.status).toMatchObject({ state: 'failing', error: failure });
    failure = null;
    await mirror.flush();
    expect(mirror.status).toMatchObject({ state: 'running', error: null });
    await mirror.close();
  });

  it('is another error when it says something else', () => {
    const heard = vi.fn();
    const status = createObservable<{ readonly error: Error }>({ error: new Error('It is busy.') });
    status.subscribe(heard);
    status.set({ error: new Error('It is busy.') });
    expect(heard).not.toHaveBeenCalled();
    status.set({ error: new Error('It is full.') });
    expect(heard).toHaveBeenCalledOnce();
    expect(status.current.error.message).toBe('It is full.');
  });
});
