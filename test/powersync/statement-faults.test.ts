/**
 * Statements that a mirror executes fail once, and those that write are once the last of their process:
 * a fifth of them here, and every one of them by `npm run faults`.
 *
 * Each chapter is played once to count its steps, and then once for each step and kind of fault. In
 * the end everything is as if nothing had happened, and nothing was sent that was not sent then.
 */

import { decryptRow } from 'rowseal';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FaultKind } from '../support/faulty-powersync.js';
import { until } from '../support/synced-devices.js';
import { CHAPTERS, type Chapter } from './fault-chapters.js';
import { type FaultWorld, faultWorld, notes, tasks } from './fault-world.js';

/** A mirror that failed tries again by itself; here that would come in the middle of a later run. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** Of five faults one, each chapter beginning elsewhere; all of them by `npm run faults`. */
const STRIDE = process.env.ROWSEAL_FAULTS === 'all' ? 1 : 5;

/** Mostly a run waits for a thread of PowerSync's, so that several go on at a time. */
const WORLDS = 4;

it.each(Object.entries(CHAPTERS))('%s', { timeout: 600_000 }, async (name, chapter) => {
  const worlds = await Promise.all(Array.from({ length: WORLDS }, faultWorld));
  const { steps, sent } = await run(worlds[0] as FaultWorld, chapter, name, 0, 'fails');
  const faults = steps.flatMap((isWriting, index) =>
    // A process that dies while it reads leaves what it found.
    (isWriting ? (['fails', 'dies'] as const) : (['fails'] as const)).map((kind) => {
      return { step: index + 1, kind };
    }),
  );
  expect(faults.length).toBeGreaterThan(steps.length);
  const left = faults.filter((_, at) => at % STRIDE === name.length % STRIDE).values();
  const runSome = async (world: FaultWorld) => {
    for (const { step, kind } of left) {
      const label = `step ${step} ${kind}`;
      expect((await run(world, chapter, label, step, kind)).sent, label).toEqual(sent);
    }
  };
  await Promise.all(worlds.map(runSome));
});

it('a mirror that failed goes on by itself', async () => {
  const world = await faultWorld();
  await world.begin(world.headers.current);
  await world.db.execute("INSERT INTO notes (id, title) VALUES ('n1', 'first')");
  world.arm(1, 'fails');
  await expect(world.flushOnce()).rejects.toThrow('At step 1.');
  expect(world.status()).toMatchObject({ state: 'failing', error: { message: 'At step 1.' } });
  await vi.advanceTimersToNextTimerAsync();
  vi.useRealTimers();
  await until(() => expect(world.status().state).toBe('running'));
  expect(world.status().error).toBeNull();
});

async function run(
  world: FaultWorld,
  chapter: Chapter,
  label: string,
  step: number,
  kind: FaultKind,
): Promise<{ readonly steps: readonly boolean[]; readonly sent: readonly number[] }> {
  const id = (name: string) => `${label} ${name}`;
  world.beginRun();
  await world.begin(world.headers.current);
  for (const name of chapter.notes ?? []) {
    world.b.engine.insert('notes', { id: id(name), title: 'first' });
  }
  if (chapter.notes) await settle(world);
  await chapter.prepare?.(world, id);
  world.arm(step, kind);
  await chapter.play(world, id);
  const steps = world.disarm();
  await settle(world);
  const places = Object.entries(chapter.end).map(([key, row]) => {
    const [table = '', name = ''] = key.split(' ');
    return { table, id: id(name), row };
  });
  for (const place of places) await expectEverywhere(world, place, label);
  await expectNothingLeft(world, label);
  const sent = places.map((place) => world.server.uploadCount(place.table, place.id, 'a'));
  return { steps, sent };
}

/** Everything that is on its way arrives, on both devices. */
async function settle(world: FaultWorld): Promise<void> {
  const position = () => world.server.checkpoint('b', 0).position;
  for (let before = -1; before < position(); ) {
    before = position();
    await world.b.sync();
    await world.exchange();
    await world.flush();
  }
}

async function expectNothingLeft({ db }: FaultWorld, label: string): Promise<void> {
  const left = await db.getAll(
    `SELECT 'queue', id FROM rowseal_queue UNION ALL SELECT 'upload', id FROM ps_crud
    UNION ALL SELECT 'rejected', id FROM rowseal_rejected
    UNION ALL SELECT trouble, id FROM rowseal_rows WHERE trouble IS NOT NULL`,
  );
  expect(left, label).toEqual([]);
}

interface PlaceInEnd {
  readonly table: string;
  readonly id: string;
  readonly row: object | null;
}

async function expectEverywhere(
  { db, b, server }: FaultWorld,
  { table, id, row }: PlaceInEnd,
  label: string,
): Promise<void> {
  const expected = row && { id, ...row };
  const sql = `SELECT * FROM ${table} WHERE id = ?`;
  expect(await db.getOptional(sql, [id]), `${label}, real device`).toEqual(expected);
  expect(b.engine.row(table, id), `${label}, other device`).toEqual(expected);
  const opened = () =>
    decryptRow(b.vault, table === 'notes' ? notes : tasks, server.row(table, id) as never);
  if (row)
    expect({ body: null, day: null, folder: null, ...opened() }, `${label}, server`).toMatchObject(
      row,
    );
  else expect(opened, `${label}, server`).toThrow('deleted');
}
