import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decryptRow, decryptRowDetails, encryptRow, mergeRows } from '../../src/index.js';
import { cell, group, type PayloadParts, stamp } from '../support/payload-bytes.js';
import { forgeThing, TAG, thingId, things } from '../support/things.js';
import { createWorld, diary, expectRefused, openFresh, ROW } from '../support/world.js';

const NOW = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const AHEAD = { code: 'clock-ahead' };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A row whose text was written at this time, says whoever holds the key. */
function forged(at: number, counter = 0): PayloadParts {
  const text = cell({ id: thingId('text'), tag: TAG.text, value: [0x66] });
  return { groups: [group(stamp(at, counter), [text])] };
}

describe("B05: the server's clock decides nothing", () => {
  const claims = ['9999-12-31T23:59:59Z', '', null, 8.64e15, '0000'];

  it.each(claims)('with updated_at %j on the old row', async (updated_at) => {
    const { vault, sealed } = await createWorld();
    vi.setSystemTime(NOW + 1_000);
    const edited = encryptRow(vault, diary, { ...ROW, text: 'newer' }, { previous: sealed });
    const old = { ...sealed, updated_at };
    const merged = mergeRows(vault, diary, { ...edited, updated_at: '1970-01-01' }, old);
    expect(merged.payload).toBe(edited.payload);
    const again = encryptRow(vault, diary, { ...ROW, text: 'newest' }, { previous: merged });
    expect(decryptRow(vault, diary, mergeRows(vault, diary, again, old)).text).toBe('newest');
  });

  it('with a visible column that says something else in each version', async () => {
    const { vault, sealed } = await createWorld();
    vi.setSystemTime(NOW + 1_000);
    const moved = encryptRow(vault, diary, { ...ROW, folder: 'work' }, { previous: sealed });
    const merged = mergeRows(vault, diary, moved, { ...sealed, folder: 'zzz' });
    expect(decryptRow(vault, diary, merged).folder).toBe('work');
  });
});

describe('B05: a clock that is far ahead is told, and freezes nothing', () => {
  const findingsAt = async (at: number) => {
    const { vault } = await createWorld();
    return decryptRowDetails(vault, things, forgeThing(vault, forged(at))).findings;
  };

  it('is a finding beyond one day', async () => {
    expect(await findingsAt(NOW)).toEqual([]);
    expect(await findingsAt(NOW + DAY)).toEqual([]);
    expect(await findingsAt(NOW + DAY + 1)).toEqual([AHEAD]);
    expect(await findingsAt(2 ** 47 - 1)).toEqual([AHEAD]);
  });

  it('is refused when no clock could show it', async () => {
    const world = await createWorld();
    for (const at of [2 ** 47, 2 ** 48 - 1]) {
      const attack = () => decryptRow(world.vault, things, forgeThing(world.vault, forged(at)));
      await expectRefused(world, attack, { codes: ['ROW_MALFORMED'] });
    }
  });

  it('does not keep this device from writing the column', async () => {
    const { vault } = await createWorld();
    const previous = forgeThing(vault, forged(NOW + 1_000 * DAY));
    const row = decryptRow(vault, things, previous);
    const edited = encryptRow(vault, things, { ...row, text: 'mine' }, { previous });
    const merged = mergeRows(vault, things, previous, edited);
    expect(decryptRow(vault, things, merged).text).toBe('mine');
    expect(mergeRows(vault, things, edited, previous)).toBe(edited);
  });

  it('does not carry later writes of this device there', async () => {
    const { vault } = await createWorld();
    const previous = forgeThing(vault, forged(NOW + 1_000 * DAY));
    const row = decryptRow(vault, things, previous);
    encryptRow(vault, things, { ...row, text: 'mine' }, { previous });
    const next = encryptRow(vault, diary, ROW);
    expect(decryptRowDetails(vault, diary, next).lifeStamp.time).toBe(NOW);
  });

  it('says that nothing can be later than the last possible stamp', async () => {
    const world = await createWorld();
    const previous = forgeThing(world.vault, forged(2 ** 47 - 1, 0xffff));
    const row = decryptRow(world.vault, things, previous);
    const attack = () => encryptRow(world.vault, things, { ...row, text: 'x' }, { previous });
    await expectRefused(world, attack, { codes: ['LIMIT_EXCEEDED'] });
    expect(decryptRow(world.vault, things, previous)).toEqual(row);
  });

  it('loses to the write with the later stamp inside, whichever arrives last', async () => {
    const world = await createWorld();
    const [slow, fast] = [world.vault, await openFresh(world)];
    vi.setSystemTime(NOW + 5_000);
    const late = encryptRow(fast, diary, { ...ROW, text: 'late' }, { previous: world.sealed });
    vi.setSystemTime(NOW + 2_000);
    const early = encryptRow(slow, diary, { ...ROW, text: 'early' }, { previous: world.sealed });
    for (const [a, b] of [
      [late, early],
      [early, late],
    ] as const) {
      expect(decryptRow(slow, diary, mergeRows(slow, diary, a, b)).text).toBe('late');
    }
  });
});
