/** An app that closes its database need not know of the mirror. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import { defineTable, encrypted } from 'rowseal';
import { startMirror } from 'rowseal/powersync';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { watchQueue } from '../../src/adapters/powersync/watch-queue.js';
import { openUserVault, powersyncDevice } from '../support/mirrored-powersync.js';

const notes = defineTable('notes', { body: encrypted.text() });

describe('a database that is closed', () => {
  it('ends the mirror that runs on it', async () => {
    const { db, mirror } = await powersyncDevice('laptop', [notes]);
    const second = await startMirror({ db, tables: [notes], vault: await openUserVault() });
    await db.execute("INSERT INTO notes (id, body) VALUES ('n1', 'x')");
    await db.close();
    expect([mirror.status.state, second.status.state]).toEqual(['replaced', 'closed']);
    await expect(second.flush()).rejects.toThrow('This mirror is closed');
  });
});

describe('what watches the queue', () => {
  afterEach(() => vi.useRealTimers());

  it('goes on after a read that failed, and hears of what another process wrote', async () => {
    vi.useFakeTimers();
    const get = vi.fn().mockRejectedValueOnce(new Error('The database is locked.'));
    get.mockResolvedValue({ seq: 1 });
    const listener = vi.fn();
    const stop = watchQueue(
      { get, onChange: () => () => {} } as unknown as CommonPowerSyncDatabase,
      listener,
    );
    await vi.advanceTimersToNextTimerAsync();
    expect(listener).not.toHaveBeenCalled();
    await vi.advanceTimersToNextTimerAsync();
    expect(listener).toHaveBeenCalledOnce();
    stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends in the middle of a read', async () => {
    vi.useFakeTimers();
    const listener = vi.fn();
    let stop = () => {};
    const get = async () => {
      stop();
      return { seq: 1 };
    };
    const db = { get, onChange: () => () => {} } as unknown as CommonPowerSyncDatabase;
    stop = watchQueue(db, listener);
    await vi.advanceTimersToNextTimerAsync();
    expect(listener).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
