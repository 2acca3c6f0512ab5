/** What waits in the upload queue in memory while the vault gets another primary. */
import {
  defineTable,
  encrypted,
  memoryStore,
  openVault,
  RowsealError,
  rotateDataKey,
  type Vault,
} from 'rowseal';
import { memoryEngine, vaultForTesting } from 'rowseal/testing';
import { expect, it, vi } from 'vitest';
import { runMirror } from '../../src/sync/run-mirror.js';
import { prefixOf } from '../support/rekeyed-devices.js';

const notes = defineTable('notes', { body: encrypted.text() });

async function newDevice(deletes: 'sealed' | 'engine' = 'sealed') {
  const { vault, store, opener } = vaultForTesting('sealed again in memory');
  const first = await openVault(memoryStore(vault.header), opener);
  const next = await rotateDataKey(store, vault);
  const source = {
    refresh: async (given: Vault): Promise<Vault> => given,
    onHeader: (listener: () => void) => {
      source.changed = listener;
      return () => {};
    },
    changed: () => {},
  };
  const engine = memoryEngine([notes]);
  const mirror = await runMirror(engine.store(), {
    vault: first,
    tables: [notes],
    deletes,
    firstSync: Promise.resolve(),
    vaultStore: source,
  });
  const unlock = async () => {
    await mirror.unlock(next);
    await mirror.flush();
  };
  return { engine, mirror, source, first, next, unlock };
}

it('what was given to be sent goes, and the row is sent once more', async () => {
  const { engine, mirror, next, unlock } = await newDevice();
  engine.insert('notes', { id: 'n1', body: 'one' });
  await mirror.flush();
  expect(engine.nextUpload()?.writes).toHaveLength(1);
  await unlock();
  engine.uploaded(1);
  const again = engine.nextUpload();
  expect(again?.writes.map(({ row }) => String(row?.payload).slice(0, 44))).toEqual([
    prefixOf(next),
  ]);
});

it('a payload goes whose row was deleted since', async () => {
  const { engine, mirror, unlock } = await newDevice('engine');
  engine.insert('notes', { id: 'n1', body: 'one' });
  await mirror.flush();
  engine.remove('notes', 'n1');
  await mirror.flush();
  await unlock();
  expect(engine.nextUpload()?.writes).toEqual([]);
  engine.uploaded(1);
  expect(engine.nextUpload()?.writes).toMatchObject([{ op: 'delete', id: 'n1' }]);
});

it('nothing sealed leaves while the mirror is locked since the vault was rekeyed', async () => {
  const { engine, mirror, source, first } = await newDevice();
  engine.insert('notes', { id: 'n1', body: 'one' });
  await mirror.flush();
  source.refresh = () => Promise.reject(new RowsealError('UNLOCK_FAILED', 'rekeyed'));
  source.changed();
  await vi.waitFor(() => expect(mirror.status.state).toBe('locked'));
  expect(engine.nextUpload()).toBeNull();
  await mirror.unlock(first);
  await mirror.flush();
  expect(engine.nextUpload()?.writes).toHaveLength(1);
});
