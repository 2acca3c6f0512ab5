/** Passes in which sync writes a row again before it can be written. */
import { defineTable, encrypted, encryptRow, memoryStore, rotateDataKey } from 'rowseal';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Mirror } from '../../src/sync/mirror.js';
import { runMirror } from '../../src/sync/run-mirror.js';
import {
  type MirroredDevice,
  type MirroredWorld,
  mirroredWorld,
} from '../support/mirrored-devices.js';

const notes = defineTable('notes', { title: encrypted.text() });
const ROWS = 40;

let world: MirroredWorld;
let b: MirroredDevice;
let mirror: Mirror;
/** Called before each batch is written, with how many there were. */
let beforeBatch: (batches: number) => Promise<void> | void;
/** How many rows each batch had that was written. */
let written: number[];

beforeEach(async () => {
  world = mirroredWorld([notes]);
  const a = await world.device('a');
  b = await world.device('b');
  a.engine.insert('notes', { id: 'n1', title: 'Title' });
  for (const device of [a, b]) await device.sync();
  let batches = 0;
  beforeBatch = () => {};
  written = [];
  mirror = await runMirror(
    {
      ...b.store,
      async writeOutcomes(outcomes, snapshot) {
        await beforeBatch(batches++);
        const result = await b.store.writeOutcomes(outcomes, snapshot);
        if (result === 'written') written.push(outcomes.length);
        return result;
      },
    },
    { vault: b.vault, tables: [notes], deletes: 'sealed', firstSync: Promise.resolve() },
  );
  await mirror.flush();
  batches = 0;
  b.uses.seal = 0;
  return () => mirror.close();
});

/** Sync brings the row anew, and the same of it. */
function arriveAgain(): void {
  world.server.hostile.change('notes', 'n1', { parents: '' });
  b.receive();
}

function editAndInsert(rows: number): void {
  b.engine.transaction((tx) => {
    tx.update('notes', 'n1', { title: 'Mine' });
    for (let row = 0; row < rows; row++) tx.insert('notes', { id: `m${row}`, title: 'New' });
  });
}

const payloadsSent = () =>
  (b.engine.nextUpload()?.writes ?? []).map(({ row }) => String(row?.payload));

describe('a row that sync writes again and again', () => {
  it('is sealed each time, and the others of its pass once', async () => {
    const rounds = 20;
    beforeBatch = (batches) => {
      if (batches < rounds) arriveAgain();
    };
    editAndInsert(ROWS);
    await mirror.flush();
    expect(b.uses.seal).toBe(1 + ROWS + rounds);
    expect(written).toEqual([1 + ROWS]);
  });

  it('does not keep a newer write of another row from being sealed', async () => {
    beforeBatch = (batches) => {
      if (batches > 0) return;
      arriveAgain();
      b.engine.update('notes', 'm0', { title: 'Newer' });
    };
    editAndInsert(2);
    await mirror.flush();
    b.send();
    const c = await world.device('c');
    await c.sync();
    expect(c.engine.rows('notes').map(({ title }) => title)).toEqual(['Mine', 'Newer', 'New']);
  });

  it('counts once as opened by the first sync', async () => {
    const c = await world.device('c');
    c.receive();
    let batches = 0;
    const first = await runMirror(
      {
        ...c.store,
        async writeOutcomes(outcomes, snapshot) {
          if (batches++ < 3) {
            world.server.hostile.change('notes', 'n1', { parents: '' });
            c.receive();
          }
          return c.store.writeOutcomes(outcomes, snapshot);
        },
      },
      { vault: c.vault, tables: [notes], deletes: 'sealed', firstSync: Promise.resolve() },
    );
    await first.waitForFirstSync();
    await first.close();
    expect(batches).toBe(4);
    expect(first.status.firstSync).toEqual({ done: true, opened: 1 });
  });

  it('does not bring out what was sealed with another vault', async () => {
    const rotated = await rotateDataKey(memoryStore(b.vault.header), b.vault);
    beforeBatch = async (batches) => {
      if (batches > 0) return;
      arriveAgain();
      await mirror.unlock(rotated);
    };
    editAndInsert(2);
    await mirror.flush();
    const { payload } = encryptRow(rotated, notes, { id: 'n1', title: 'Any' });
    const keyIds = payloadsSent().map((text) => text.slice(0, 44));
    expect(keyIds).toEqual([1, 2, 3].map(() => payload.slice(0, 44)));
  });
});
