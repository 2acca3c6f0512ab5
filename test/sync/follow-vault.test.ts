/** A mirror and the header of its vault, which other devices and the server change. */
import {
  defineTable,
  encrypted,
  generateRecoveryKey,
  lockVault,
  memoryStore,
  openVault,
  RowsealError,
  type RowsealErrorCode,
  refreshVault,
  rekeyVault,
  rotateDataKey,
  type Vault,
  type VaultStore,
} from 'rowseal';
import { memoryEngine, vaultForTesting } from 'rowseal/testing';
import { describe, expect, it, vi } from 'vitest';
import { runMirror } from '../../src/sync/run-mirror.js';

const notes = defineTable('notes', { body: encrypted.text() });
const { vault: created, opener } = vaultForTesting('follow vault');

/** A store whose owner says when the header may have changed. */
function newSource(store: VaultStore) {
  const listeners = new Set<() => void>();
  const source = {
    looks: 0,
    /** What a look comes to instead. */
    refusal: null as RowsealErrorCode | Error | null,
    /** What a look waits for. */
    until: Promise.resolve() as Promise<unknown>,
    async refresh(vault: Vault) {
      source.looks++;
      await source.until;
      if (source.refusal instanceof Error) throw source.refusal;
      if (source.refusal) throw new RowsealError(source.refusal, 'refused here');
      return refreshVault(store, vault);
    },
    onHeader(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    changed: () => listeners.forEach((listener) => void listener()),
    listeners,
  };
  return source;
}

async function start() {
  const store = memoryStore(created.header);
  const vault = await openVault(store, opener);
  const source = newSource(store);
  const engine = memoryEngine([notes]);
  const mirror = await runMirror(engine.store(), {
    vault,
    tables: [notes],
    deletes: 'sealed',
    firstSync: Promise.resolve(),
    vaultStore: source,
  });
  await vi.waitFor(() => expect(source.looks).toBe(1));
  const refuse = async (code: RowsealErrorCode | Error | null) => {
    const before = source.looks;
    source.refusal = code;
    source.changed();
    await vi.waitFor(() => expect(source.looks).toBeGreaterThan(before));
  };
  return { store, vault, source, engine, mirror, refuse };
}

/** A promise that the test resolves. */
function gate() {
  let open = () => {};
  const closed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { closed, open };
}

describe('a mirror with a vault store', () => {
  it('follows a rotation elsewhere without a secret', async () => {
    const { store, vault, source, engine, mirror } = await start();
    const rotated = await rotateDataKey(store, await openVault(store, opener));
    source.changed();
    await vi.waitFor(() => expect(mirror.vault?.epoch).toBe(2));
    expect(mirror.vault).not.toBe(vault);
    expect(mirror.vault?.keys[0]?.id).toBe(rotated.keys[0]?.id);
    engine.insert('notes', { id: 'n1', body: 'under the next key' });
    await mirror.flush();
    expect(mirror.status).toMatchObject({ state: 'running', header: null });
  });

  it('looks when it is started and when it is unlocked', async () => {
    const { store, source, mirror } = await start();
    expect(source.looks).toBe(1);
    const before = await openVault(memoryStore(created.header), opener);
    await rotateDataKey(store, await openVault(store, opener));
    await mirror.unlock(before);
    await vi.waitFor(() => expect(mirror.vault?.epoch).toBe(2));
  });

  it.each<RowsealErrorCode>([
    'HEADER_CONFLICT',
    'HEADER_ROLLBACK',
    'HEADER_TAMPERED',
    'HEADER_MALFORMED',
    'VAULT_MISMATCH',
    'VAULT_MISSING',
  ])('shows %s, goes on as before, and forgets it when all is well', async (code) => {
    const { vault, engine, mirror, refuse } = await start();
    await refuse(code);
    const problem = { code, message: 'refused here' };
    await vi.waitFor(() => expect(mirror.status.header).toEqual(problem));
    engine.insert('notes', { id: 'n1', body: 'meanwhile' });
    await mirror.flush();
    expect(mirror.status).toMatchObject({ state: 'running', header: problem });
    expect(mirror.vault).toBe(vault);
    await refuse(null);
    await vi.waitFor(() => expect(mirror.status.header).toBeNull());
  });

  it.each(['STORE_FAILED', new TypeError('no network')] as const)(
    'takes %s for no news',
    async (refusal) => {
      const { vault, mirror, refuse } = await start();
      await refuse('HEADER_CONFLICT');
      await vi.waitFor(() => expect(mirror.status.header?.code).toBe('HEADER_CONFLICT'));
      await refuse(refusal);
      await refuse(refusal);
      expect(mirror.status.header?.code).toBe('HEADER_CONFLICT');
      expect(mirror.vault).toBe(vault);
    },
  );

  it('goes on after a store that throws at once', async () => {
    const { store, source, mirror } = await start();
    const { refresh } = source;
    source.refresh = () => {
      throw new TypeError('not a promise');
    };
    source.changed();
    await mirror.flush();
    source.refresh = refresh;
    await rotateDataKey(store, await openVault(store, opener));
    source.changed();
    await vi.waitFor(() => expect(mirror.vault?.epoch).toBe(2));
  });

  it('locks itself once when the header is under another vault key', async () => {
    const { store, engine, mirror, source, refuse } = await start();
    await refuse('UNLOCK_FAILED');
    await vi.waitFor(() => expect(mirror.status.state).toBe('locked'));
    expect(mirror.vault).toBeNull();
    expect(mirror.status.header?.code).toBe('UNLOCK_FAILED');
    await expect(mirror.flush()).rejects.toMatchObject({ code: 'LOCKED' });
    const own = await openVault(store, opener, { offline: true });
    await mirror.unlock(own);
    for (let time = 0; time < 3; time++) await refuse('UNLOCK_FAILED');
    engine.insert('notes', { id: 'n1', body: 'goes on' });
    await mirror.flush();
    expect(source.looks).toBeGreaterThan(4);
    expect(mirror.vault).toBe(own);
    expect(mirror.status).toMatchObject({ state: 'running', header: { code: 'UNLOCK_FAILED' } });
  });

  it('is locked again by a later change of the vault key', async () => {
    const { store, source, mirror } = await start();
    const rekey = async () => {
      const options = { keep: [opener], recoveryKey: generateRecoveryKey() };
      const { vault } = await rekeyVault(store, await openVault(store, opener), options);
      source.changed();
      await vi.waitFor(() => expect(mirror.status.state).toBe('locked'));
      return vault;
    };
    await mirror.unlock(await rekey());
    await vi.waitFor(() => expect(mirror.status).toMatchObject({ state: 'running', header: null }));
    await mirror.unlock(await rekey());
    await vi.waitFor(() => expect(mirror.status).toMatchObject({ state: 'running', header: null }));
  });

  it('goes on by itself when the right header is there again', async () => {
    const { vault, engine, mirror, refuse } = await start();
    await refuse('UNLOCK_FAILED');
    await vi.waitFor(() => expect(mirror.status.state).toBe('locked'));
    await refuse(null);
    await vi.waitFor(() => expect(mirror.vault).toBe(vault));
    engine.insert('notes', { id: 'n1', body: 'goes on' });
    await mirror.flush();
    expect(mirror.status).toMatchObject({ state: 'running', header: null });
    // Nobody has decided anything yet.
    await refuse('UNLOCK_FAILED');
    await vi.waitFor(() => expect(mirror.status.state).toBe('locked'));
  });

  it('stays locked when the app has locked the vault', async () => {
    const { vault, engine, mirror, source, refuse } = await start();
    lockVault(vault);
    engine.insert('notes', { id: 'n1', body: 'later' });
    await vi.waitFor(() => expect(mirror.status.state).toBe('locked'));
    await refuse(null);
    await refuse(null);
    expect(mirror.vault).toBeNull();
    expect(mirror.status.header).toBeNull();
    expect(source.listeners.size).toBe(1);
  });

  it('keeps saying that it was given a vault older than the one it sealed with', async () => {
    const { store, source, mirror } = await start();
    await mirror.unlock(await rotateDataKey(store, await openVault(store, opener)));
    await mirror.flush();
    source.refresh = async (vault) => vault;
    await mirror.unlock(await openVault(memoryStore(created.header), opener));
    await vi.waitFor(() => expect(mirror.status.state).toBe('locked'));
    source.changed();
    await mirror.flush().catch(() => {});
    expect(mirror.status).toMatchObject({ state: 'locked', header: { code: 'HEADER_ROLLBACK' } });
  });

  it('looks at one header at a time, and once more after what came meanwhile', async () => {
    const { source } = await start();
    let under = 0;
    let most = 0;
    const { refresh } = source;
    source.refresh = async (vault) => {
      most = Math.max(most, ++under);
      return refresh(vault).finally(() => under--);
    };
    const { closed, open } = gate();
    source.until = closed;
    source.changed();
    await vi.waitFor(() => expect(source.looks).toBe(2));
    for (let time = 0; time < 5; time++) source.changed();
    open();
    await vi.waitFor(() => expect([source.looks, under]).toEqual([3, 0]));
    expect(most).toBe(1);
  });

  it('leaves what the app unlocked with while it looked', async () => {
    const { store, source, mirror } = await start();
    await rotateDataKey(store, await openVault(store, opener));
    const { closed, open } = gate();
    source.until = closed;
    source.changed();
    await vi.waitFor(() => expect(source.looks).toBe(2));
    const given = await openVault(store, opener);
    await mirror.unlock(given);
    open();
    await vi.waitFor(() => expect(source.looks).toBe(3));
    await mirror.flush();
    expect(mirror.vault).toBe(given);
  });

  it('does nothing more once it is closed', async () => {
    const { store, vault, source, mirror } = await start();
    await rotateDataKey(store, await openVault(store, opener));
    const { closed, open } = gate();
    source.until = closed;
    source.changed();
    await vi.waitFor(() => expect(source.looks).toBe(2));
    await mirror.close();
    open();
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(mirror.vault).toBe(vault);
    expect(source.listeners.size).toBe(0);
  });

  it('looks at nothing while there never was a vault', async () => {
    const store = memoryStore(created.header);
    const source = newSource(store);
    const mirror = await runMirror(memoryEngine([notes]).store(), {
      vault: null,
      tables: [notes],
      deletes: 'sealed',
      firstSync: Promise.resolve(),
      vaultStore: source,
    });
    source.changed();
    await mirror.unlock(await openVault(store, opener));
    await vi.waitFor(() => expect(source.looks).toBe(1));
  });
});
