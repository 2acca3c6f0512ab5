/** A platform that gives no randomness any more blames no row: what waits is sealed once it does. */
import { defineTable, encrypted } from 'rowseal';
import { memoryEngine, vaultForTesting } from 'rowseal/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runMirror } from '../../src/sync/run-mirror.js';

const notes = defineTable('notes', { body: encrypted.text() });
const { vault } = vaultForTesting('no randomness');
/** More than the pool of nonces lasts for. */
const ROWS = 300;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('stops the mirror, which goes on by itself once there is some again', async () => {
  const engine = memoryEngine([notes]);
  const settings = { vault, tables: [notes], deletes: 'sealed' } as const;
  const mirror = await runMirror(engine.store(), { ...settings, firstSync: Promise.resolve() });
  await mirror.flush();
  vi.stubGlobal('crypto', undefined);
  engine.transaction((tx) => {
    for (let row = 0; row < ROWS; row++) tx.insert('notes', { id: `n${row}`, body: 'mine' });
  });
  for (let turn = 0; turn < 4; turn++) {
    await expect(mirror.flush()).rejects.toMatchObject({ code: 'NO_SECURE_RANDOM' });
  }
  expect(mirror.status).toMatchObject({ state: 'failing', quarantined: 0, settled: false });
  vi.unstubAllGlobals();
  await mirror.flush();
  expect(mirror.status).toMatchObject({ state: 'running', quarantined: 0, unsealable: 0 });
  expect(engine.nextUpload()?.writes).toHaveLength(ROWS);
  await mirror.close();
});
