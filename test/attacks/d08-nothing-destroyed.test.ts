import { describe, expect, it } from 'vitest';
import {
  type DecryptResult,
  decryptRows,
  encryptRow,
  encryptRows,
  type RowsealErrorCode,
} from '../../src/index.js';
import { envelopeBytes, withEnvelope } from '../support/forged-rows.js';
import {
  beforeAttack,
  createWorld,
  type DiaryRow,
  diary,
  expectRefusal,
  ROW,
  type SealedDiaryRow,
} from '../support/world.js';

const COUNT = 1_000;
const BROKEN_AT = 417;

const rows: DiaryRow[] = Array.from({ length: COUNT }, (_, i) => ({
  ...ROW,
  id: `r${i}`,
  mood: i,
}));

/** A row that was damaged on the way, in one way after another. */
function damages(sealed: SealedDiaryRow): readonly (readonly [RowsealErrorCode, object])[] {
  const flipped = envelopeBytes(sealed);
  flipped[100] = (flipped[100] as number) ^ 1;
  const otherKey = envelopeBytes(sealed).fill(7, 1, 33);
  return [
    ['ROW_AUTH_FAILED', withEnvelope(sealed, flipped)],
    ['ROW_AUTH_FAILED', { ...sealed, owner: 'eve' }],
    ['UNKNOWN_KEY', withEnvelope(sealed, otherKey)],
    ['NOT_ENCRYPTED', { ...sealed, payload: null }],
    ['NOT_ENCRYPTED', { ...sealed, payload: 'plain' }],
    ['ROW_MALFORMED', { ...sealed, payload: `${sealed.payload}=` }],
  ];
}

function failuresOf(results: readonly DecryptResult<DiaryRow>[]) {
  return results.flatMap((result, at) => (result.ok ? [] : [{ at, error: result.error }]));
}

describe(`D08: one corrupt row among ${COUNT} stops and destroys nothing`, () => {
  it('gives the other values and one typed failure, whatever is wrong', async () => {
    const world = await createWorld();
    const sealed = rows.map((row) => encryptRow(world.vault, diary, row));
    const untouched = beforeAttack(world);
    for (const [code, damaged] of damages(sealed[BROKEN_AT] as SealedDiaryRow)) {
      const served = sealed.map((row, at) => (at === BROKEN_AT ? damaged : row)) as typeof sealed;
      const before = structuredClone(served);
      served.forEach(Object.freeze);
      const results = decryptRows(world.vault, diary, Object.freeze(served));

      const [failure, ...others] = failuresOf(results);
      expect(others).toEqual([]);
      expect(failure?.at).toBe(BROKEN_AT);
      const codes = [code];
      expectRefusal(world, untouched, failure?.error, { codes, structural: true });
      const values = results.flatMap((result) => (result.ok ? [result.row] : []));
      expect(values).toEqual(rows.filter((_, at) => at !== BROKEN_AT));
      expect(served).toEqual(before);
    }
    const again = decryptRows(world.vault, diary, sealed);
    expect(again).toEqual(rows.map((row) => ({ ok: true, row })));
  });

  it('writes nothing to the store while reading', async () => {
    const world = await createWorld();
    const before = beforeAttack(world);
    const cases = damages(world.sealed);
    const served = cases.map(([, damaged]) => damaged as SealedDiaryRow);
    const failures = failuresOf(decryptRows(world.vault, diary, served));
    expect(failures).toHaveLength(served.length);
    for (const { at, error } of failures) {
      const [code] = cases[at] as (typeof cases)[number];
      expectRefusal(world, before, error, { codes: [code], structural: true });
    }
  });

  it('seals no edit over a row that does not open', async () => {
    const world = await createWorld();
    const sealed = rows.slice(0, 10).map((row) => encryptRow(world.vault, diary, row));
    const before = beforeAttack(world);
    for (const [code, damaged] of damages(sealed[3] as SealedDiaryRow)) {
      const previous = new Map(sealed.map((row) => [row.id, row]));
      previous.set('r3', damaged as SealedDiaryRow);
      const edits = rows.slice(0, 10).map((row) => ({ ...row, text: 'edited' }));
      const results = encryptRows(world.vault, diary, edits, { previous });
      const failed = results.flatMap((result, at) => (result.ok ? [] : [{ at, ...result }]));
      expect(failed.map(({ at }) => at)).toEqual([3]);
      expectRefusal(world, before, failed[0]?.error, { codes: [code], structural: true });
    }
  });

  it('leaves bytes alone that were given in a column of bytes', async () => {
    const { vault, sealed } = await createWorld();
    const flipped = envelopeBytes(sealed).fill(0xff, 60);
    const before = flipped.slice();
    const served = Object.freeze({ ...sealed, payload: flipped as never });
    expect(decryptRows(vault, diary, [served])[0]).toMatchObject({ ok: false });
    expect(flipped).toEqual(before);
  });
});
