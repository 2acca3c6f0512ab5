/** What a mirror costs: what it reads at a restart, and what it does under the write lock. */
import type { PowerSyncDatabase } from '@powersync/node';
import {
  type AeadBackend,
  defineTable,
  encrypted,
  encryptRow,
  memoryStore,
  nobleAead,
  openVault,
} from 'rowseal';
import { type Mirror, startMirror } from 'rowseal/powersync';
import { vaultForTesting } from 'rowseal/testing';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createFeed } from '../support/fed-powersync.js';
import { schemaOf } from '../support/mirrored-powersync.js';
import { openPowerSync } from '../support/open-powersync.js';
import { watchedDatabase } from '../support/watched-powersync.js';

const notes = defineTable('notes', { body: encrypted.text() });
const tasks = defineTable('tasks', { name: encrypted.text() });
const tables = [notes, tasks];
const { vault, opener } = vaultForTesting('mirror costs');

/** A mirror wakes by itself after a while, and looks what there is: that would be counted too. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** A device whose mirror is watched, and which can be started again. */
async function watchedDevice() {
  const db = await openPowerSync(schemaOf(tables));
  const { db: given, watch } = watchedDatabase(db);
  const uses = { open: 0, seal: 0, locked: 0 };
  const use = (kind: 'open' | 'seal') => {
    uses[kind] += 1;
    if (watch.isLocked) uses.locked += 1;
  };
  const aead: AeadBackend = {
    ...nobleAead,
    seal(...args) {
      use('seal');
      return nobleAead.seal(...args);
    },
    open(...args) {
      use('open');
      return nobleAead.open(...args);
    },
  };
  const opened = await openVault(memoryStore(vault.header), opener, { aead });
  let mirror: Mirror | undefined;
  const reset = () => {
    watch.reset();
    Object.assign(uses, { open: 0, seal: 0, locked: 0 });
  };
  onTestFinished(() => mirror?.close());
  return {
    db,
    watch,
    uses,
    reset,
    async start(): Promise<Mirror> {
      await mirror?.close();
      reset();
      mirror = await startMirror({ db: given, tables, vault: opened });
      await mirror.flush();
      return mirror;
    },
  };
}

async function insertNotes(db: PowerSyncDatabase, from: number, to: number): Promise<void> {
  await db.execute(
    `INSERT INTO notes (id, body)
    WITH RECURSIVE n (i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})
    SELECT 'n' || i, 'body ' || i FROM n`,
  );
}

/** Every row of a table, found by its name alone, is a scan by another name. */
const IS_SCAN =
  /SCAN (ps_data\S*|r|rowseal_rows)\b(?! USING INDEX rowseal_rows_(due|trouble|findings))|SEARCH (x|r|rowseal_rows)\b.*\(tbl=\?\)$/;

/** What is read from end to end; the mirror's own small tables and its queue are not asked for. */
async function scans(db: PowerSyncDatabase, statements: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const sql of new Set(statements)) {
    if (!/^\s*(SELECT|UPDATE|INSERT|DELETE|WITH)/.test(sql)) continue;
    const parameters = (sql.match(/\?/g) ?? []).map(() => '[]');
    const plan = await db.getAll<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, parameters);
    found.push(...plan.map(({ detail }) => detail).filter((detail) => IS_SCAN.test(detail)));
  }
  return found;
}

describe('a restart', () => {
  it('costs the same with 5,000 rows as with five, and uses no key', async () => {
    const { db, watch, uses, start } = await watchedDevice();
    const first = await start();
    await insertNotes(db, 1, 5);
    await first.flush();
    await start();
    const small = { statements: [...watch.statements], rowsRead: watch.rowsRead };
    expect(uses).toEqual({ open: 0, seal: 0, locked: 0 });
    await insertNotes(db, 6, 5000);
    await (await start()).flush();
    expect(uses.seal).toBe(4995);
    const last = await start();
    expect(uses).toEqual({ open: 0, seal: 0, locked: 0 });
    expect(watch.statements.sort()).toEqual(small.statements.sort());
    expect(watch.rowsRead).toBe(small.rowsRead);
    expect(await scans(db, watch.statements)).toEqual([]);
    expect(last.status.pendingOut).toBe(0);
  });

  it('costs what is left to do, not what is there', async () => {
    const { db, uses, start } = await watchedDevice();
    const first = await start();
    await insertNotes(db, 1, 5000);
    await first.flush();
    await first.close();
    await db.execute("UPDATE notes SET body = 'new' WHERE id IN ('n7', 'n4999')");
    await start();
    expect(uses).toEqual({ open: 2, seal: 2, locked: 0 });
  });
});

describe('a mirror that is alone', () => {
  it('reads a little now and then, and writes nothing', async () => {
    const { db, watch, uses, start, reset } = await watchedDevice();
    const mirror = await start();
    await insertNotes(db, 1, 5000);
    await mirror.flush();
    reset();
    for (let second = 0; second < 20; second++) {
      await vi.advanceTimersByTimeAsync(1000);
      await db.get('SELECT 1'); // what was asked before is answered
    }
    expect(watch.statements.length).toBeGreaterThan(5);
    expect(watch.statements.filter((sql) => !/^\s*(SELECT|WITH)/.test(sql))).toEqual([]);
    expect(watch.lockTimes).toEqual([]);
    expect(await scans(db, watch.statements)).toEqual([]);
    expect(uses).toEqual({ open: 0, seal: 0, locked: 0 });
  });
});

const READ_WHEN_IDLE = /^\s*(SELECT (?!owner)(?![\s\S]*AS w\b)|WITH)/;

describe('a pass', () => {
  /** The mirror's statements for what `work` made, but for turns in which there is nothing to do. */
  async function statementsFor(
    { watch, uses, reset }: Awaited<ReturnType<typeof watchedDevice>>,
    mirror: Mirror,
    work: () => Promise<void>,
  ): Promise<readonly string[]> {
    reset();
    await work();
    await mirror.flush();
    expect(uses.locked).toBe(0);
    return watch.statements.filter((sql) => !READ_WHEN_IDLE.test(sql));
  }

  it('takes as many statements for 900 written rows as for nine', async () => {
    const device = await watchedDevice();
    const mirror = await device.start();
    const few = await statementsFor(device, mirror, () => insertNotes(device.db, 1, 9));
    const many = await statementsFor(device, mirror, () => insertNotes(device.db, 10, 909));
    expect(many).toEqual(few);
    expect(device.uses).toEqual({ open: 0, seal: 900, locked: 0 });
  });

  it('takes as many for rows of two tables that were written by turns, and keeps their order', async () => {
    const device = await watchedDevice();
    const { db } = device;
    const mirror = await device.start();
    const ids = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, i) => `n${from + i}`);
    const byTurns = (from: number, to: number) => () =>
      db.writeTransaction(async (tx) => {
        for (const id of ids(from, to)) {
          await tx.execute("INSERT INTO tasks (id, name) VALUES (?, 'task')", [id]);
          await tx.execute("INSERT INTO notes (id, body) VALUES (?, 'note')", [id]);
        }
      });
    const few = await statementsFor(device, mirror, byTurns(1, 9));
    const many = await statementsFor(device, mirror, byTurns(10, 109));
    expect(many).toEqual(few);
    const queued = await db.getAll<{ place: string }>(
      "SELECT (data ->> 'op') || ' ' || (data ->> 'type') || ' ' || (data ->> 'id') AS place FROM ps_crud ORDER BY id",
    );
    expect(queued.map(({ place }) => place)).toEqual(
      ids(1, 109).flatMap((id) => [`PUT tasks_sealed ${id}`, `PUT notes_sealed ${id}`]),
    );
    expect(await db.getAll('SELECT name FROM sqlite_temp_schema')).toEqual([]);
  });

  it('takes as many statements for 200 rows that arrive as for nine', async () => {
    const device = await watchedDevice();
    const mirror = await device.start();
    const feed = createFeed();
    const deliver = (from: number, to: number) => {
      const rows = Array.from({ length: to - from + 1 }, (_, i) => {
        const { id, ...row } = encryptRow(vault, notes, { id: `s${from + i}`, body: 'served' });
        return { table: 'notes_sealed', id, data: JSON.stringify(row) };
      });
      feed.add(rows);
      return feed.deliver(device.db);
    };
    const few = await statementsFor(device, mirror, () => deliver(1, 9));
    const many = await statementsFor(device, mirror, () => deliver(10, 209));
    expect(many).toEqual(few);
    expect(device.uses).toEqual({ open: 200, seal: 0, locked: 0 });
  });
});
