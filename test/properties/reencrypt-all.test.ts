/**
 * Two devices re-encrypt one table at once while a third edits it, in any order of their calls, and
 * with any of them killed at any call, and one of them a key behind: every row is in the end open under
 * the new key, with the edits.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  countKeyUse,
  decryptRow,
  decryptRowDetails,
  encryptRow,
  openVault,
  reencryptAll,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { byPassword } from '../../src/keys/by-password.js';
import { type Counter, counters, type MemoryRows, memoryRows } from '../support/memory-rows.js';
import { createWorld, openFresh, PASSWORD } from '../support/world.js';
import { holdsInTime } from './holds.js';

const world = await createWorld();
const offline = await openFresh(world);
const behind = await rotateDataKey(world.store, world.vault);
const rotated = await rotateDataKey(world.store, behind);
const elsewhere = world.store.otherDevice();
const devices = [rotated, await openVault(elsewhere, byPassword(PASSWORD, { kdf: world.kdf }))];
const primary = rotated.keys[0]?.id;

const IDS = ['a', 'b', 'c', 'd'];
const olderRows = IDS.map((id) => encryptRow(world.vault, counters, { id, name: id, count: 0 }));

/** Whose turn it is next, and whether the call is its last: before the store does its work, or after. */
const steps = fc.array(
  fc.record({ who: fc.nat({ max: 2 }), dies: fc.constantFrom('', '', '', '', 'before', 'after') }),
  { minLength: 40, maxLength: 120 },
);
const edits = fc.array(fc.record({ id: fc.constantFrom(...IDS), isOffline: fc.boolean() }), {
  maxLength: 6,
});
/** One of the loops may not know the newest key; the store may give rows that are done. */
const worlds = fc.record({ leavesOut: fc.boolean(), isBehind: fc.boolean() });
type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;
type Edit = typeof edits extends fc.Arbitrary<(infer E)[]> ? E : never;

/** Calls that wait for their turn, by who waits. */
interface Turns {
  of(who: number, rows: MemoryRows): MemoryRows;
  play(steps: readonly Step[]): Promise<void>;
}

function takeTurns(): Turns {
  const waiting = new Map<number, (dies: Step['dies']) => void>();
  const call = async <Result>(who: number, work: () => Promise<Result>): Promise<Result> => {
    const dies = await new Promise<Step['dies']>((resolve) => waiting.set(who, resolve));
    if (dies === 'before') throw new Error('killed');
    const result = await work();
    if (dies === 'after') throw new Error('killed');
    return result;
  };
  return {
    of: (who, rows) => ({
      ...rows,
      readRows: (...given) => call(who, () => rows.readRows(...given)),
      replaceRow: (next, expected) => call(who, () => rows.replaceRow(next, expected)),
    }),
    async play(all) {
      for (const { who, dies } of all) {
        await allThatCan();
        const go = waiting.get(who);
        waiting.delete(who);
        go?.(dies);
      }
      // Whatever still waits is answered.
      for (await allThatCan(); waiting.size > 0; await allThatCan()) {
        const those = [...waiting.values()];
        waiting.clear();
        for (const go of those) go('');
      }
    },
  };
}

function allThatCan(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Runs, and after each death again, until a run ends. */
async function rerun(work: () => Promise<unknown>): Promise<void> {
  for (let isDone = false; !isDone; ) {
    isDone = await work().then(
      () => true,
      () => false,
    );
  }
}

/** Edits by compare-and-swap, as a device that is online does; one that was offline has the old key. */
async function edit(rows: MemoryRows, edits: readonly Edit[]): Promise<Map<string, number>> {
  const counts = new Map(IDS.map((id) => [id, 0]));
  for (const { id, isOffline } of edits) {
    const count = (counts.get(id) as number) + 1;
    await rerun(async () => {
      const previous = rows.stored.get(id) as Counter;
      const before = decryptRow(rotated, counters, previous);
      if (before.count === count) return; // stored, though it was killed before it heard of it
      const writer = isOffline ? whoCanOpen(previous) : rotated;
      const next = encryptRow(writer, counters, { ...before, count }, { previous });
      if (!(await rows.replaceRow(next, previous))) throw new Error('changed meanwhile');
    });
    counts.set(id, count);
  }
  return counts;
}

/** A device that was offline edits with its old key what it can still open. */
function whoCanOpen({ payload }: Counter): Vault {
  const [use] = countKeyUse([{ payload }]);
  return offline.keys.some(({ id }) => id === use?.keyId) ? offline : rotated;
}

it('no schedule of two loops, an editing device and deaths loses an edit or leaves a row behind', async () => {
  const property = fc.asyncProperty(
    steps,
    edits,
    worlds,
    async (all, made, { leavesOut, isBehind }) => {
      const rows = memoryRows(olderRows, leavesOut);
      const turns = takeTurns();
      const loops = devices.map((vault, who) =>
        rerun(() =>
          reencryptAll(who === 0 && isBehind ? behind : vault, counters, turns.of(who, rows), {
            pageLength: 2,
          }),
        ),
      );
      const edited = edit(turns.of(2, rows), made);
      await turns.play(all);
      await Promise.all(loops);
      const counts = await edited;
      // What a device with the old key stored behind both loops.
      const { failed, busy } = await reencryptAll(rotated, counters, rows);
      expect([failed, busy]).toEqual([[], []]);
      expect(countKeyUse(rows.stored.values())).toEqual([{ keyId: primary, payloads: IDS.length }]);
      for (const device of devices) {
        for (const [id, row] of rows.stored) {
          expect(decryptRow(device, counters, row)).toEqual({
            id,
            name: id,
            count: counts.get(id),
          });
        }
      }
      expectFirstStamps(rows);
    },
  );
  await holdsInTime(property, 60);
});

/** The name was never edited: whoever sealed the row since, it was written when it was. */
function expectFirstStamps({ stored }: MemoryRows) {
  for (const before of olderRows) {
    const [first, last] = [before, stored.get(before.id) as Counter].map(
      (row) => decryptRowDetails(rotated, counters, row).stamps.name,
    );
    expect(last).toEqual(first);
  }
}
