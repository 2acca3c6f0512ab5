import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cleartext,
  decryptRow,
  decryptRowDetails,
  defineTable,
  encryptDelete,
  encrypted,
  encryptRow,
  mergeRows,
  type RowOf,
  reencryptRow,
  rotateDataKey,
  tryDecryptRow,
} from '../../src/index.js';
import { createWorld } from '../support/world.js';
import { holds } from './holds.js';
import { safeIntegers, texts, visibleTexts } from './values.js';

const { store, vault } = await createWorld();
const rotated = await rotateDataKey(store, vault);

/** One table over the years: `room` is bound from the second version on, `seq` only in that one. */
const mirrored = { room: cleartext.text(), seq: cleartext.integer().optional() };
const first = defineTable('chat', { body: encrypted.text(), ...mirrored });
const second = defineTable(
  'chat',
  {
    body: encrypted.text(),
    room: cleartext.text().bound(),
    seq: cleartext.integer().optional().bound(),
  },
  { earlierBoundSets: [[]] },
);
const third = defineTable(
  'chat',
  { body: encrypted.text(), ...mirrored, room: cleartext.text().bound() },
  { earlierBoundSets: [[], ['seq', 'room']] },
);
type Row = RowOf<typeof first>;

const rows: fc.Arbitrary<Row> = fc
  .record({ body: texts, room: visibleTexts, seq: fc.option(safeIntegers) })
  .map(({ seq, ...row }) => ({ ...row, ...(seq !== null && { seq }), id: 'r' }));

const boundSetOf = ({ payload }: { payload: string }) => Buffer.from(payload, 'base64url')[57];

describe('a column that becomes bound, and one that ceases to be', () => {
  it('leaves rows of every earlier version readable', () => {
    holds(
      fc.property(rows, (row) => {
        const byFirst = encryptRow(vault, first, row);
        const bySecond = encryptRow(vault, second, row);
        expect([byFirst, bySecond].map(boundSetOf)).toEqual([0, 1]);
        expect(decryptRow(vault, second, byFirst)).toEqual(row);
        expect(decryptRow(vault, third, byFirst)).toEqual(row);
        expect(decryptRow(vault, third, bySecond)).toEqual(row);
      }),
    );
  });

  it('moves a row to the current set when it is edited or re-encrypted', () => {
    holds(
      fc.property(rows, texts, (row, body) => {
        for (const table of [first, second]) {
          const previous = encryptRow(vault, table, row);
          const moved = reencryptRow(vault, third, previous);
          expect(boundSetOf(moved)).toBe(2);
          expect(decryptRow(vault, third, moved)).toEqual(row);
          expect(reencryptRow(vault, third, moved)).toBe(moved);
          const edited = encryptRow(vault, third, { ...row, body }, { previous });
          expect(boundSetOf(edited)).toBe(2);
          expect(decryptRow(vault, third, edited)).toEqual({ ...row, body });
        }
      }),
    );
  });

  it('keeps stamps through the move', () => {
    const row = { id: 'r', body: 'b', room: 'a', seq: 1 };
    for (const table of [first, second]) {
      const sealed = encryptRow(vault, table, row);
      const { stamps } = decryptRowDetails(vault, third, sealed);
      const moved = decryptRowDetails(vault, third, reencryptRow(vault, third, sealed));
      expect(moved.stamps).toEqual(stamps);
    }
  });

  it('refuses what was bound then to be changed by the server', () => {
    const sealed = encryptRow(vault, second, { id: 'r', body: 'b', room: 'a', seq: 1 });
    for (const lie of [{ room: 'b' }, { seq: 2 }, { seq: null }]) {
      const result = tryDecryptRow(vault, third, { ...sealed, ...lie });
      expect(result).toMatchObject({ ok: false, error: { code: 'ROW_AUTH_FAILED' } });
    }
  });

  it('is refused, not misread, by a version that does not know the newer set', () => {
    const sealed = encryptRow(vault, second, { id: 'r', body: 'b', room: 'a' });
    const result = tryDecryptRow(vault, first, sealed);
    expect(result).toMatchObject({ ok: false, error: { code: 'UNSUPPORTED_VERSION' } });
  });

  it('merges versions of different sets, whatever the order', () => {
    holds(
      fc.property(rows, texts, (row, body) => {
        const previous = encryptRow(vault, first, row);
        const byFirst = encryptRow(vault, first, { ...row, body }, { previous });
        const bySecond = encryptRow(vault, second, row, { previous });
        for (const [a, b] of [[byFirst, bySecond] as const, [bySecond, byFirst] as const]) {
          const merged = mergeRows(vault, second, a, b);
          expect(decryptRow(vault, second, merged)).toEqual({ ...row, body });
        }
      }),
    );
  });

  it('returns the very object when the other set adds nothing', () => {
    const row = { id: 'r', body: 'b', room: 'a' };
    const previous = encryptRow(vault, first, row);
    const edited = encryptRow(vault, second, { ...row, body: 'c' }, { previous });
    expect(mergeRows(vault, second, previous, edited)).toBe(edited);
    expect(mergeRows(vault, second, edited, previous)).toBe(edited);
  });

  it('is fixed from then on: an older version that still changes it does not unfix it', () => {
    const row = { id: 'r', body: 'b', room: 'a' };
    const previous = encryptRow(vault, first, row);
    // Often, since nonces must not decide it.
    for (let i = 0; i < 20; i++) {
      const byFirst = encryptRow(vault, first, { ...row, body: 'c', room: 'other' }, { previous });
      const bySecond = encryptRow(vault, second, row, { previous });
      const merged = mergeRows(vault, second, byFirst, bySecond);
      expect(decryptRow(vault, second, merged)).toEqual({ ...row, body: 'c' });
      expect(mergeRows(vault, second, merged, byFirst)).toBe(merged);
    }
  });

  it('binds the authentic value, not the one that the server shows', () => {
    const row = { id: 'r', body: 'b', room: 'a' };
    const served = { ...encryptRow(vault, first, row), room: 'lie' };
    const moved = reencryptRow(vault, second, served);
    expect(decryptRow(vault, second, moved)).toEqual(row);
    const deleted = tryDecryptRow(vault, second, encryptDelete(vault, second, served));
    expect(deleted).toMatchObject({ ok: false, error: { code: 'ROW_DELETED' } });
  });

  it('re-encrypts a delete in its own set, as it has no column to bind', async () => {
    const sealed = encryptRow(vault, first, { id: 'r', body: 'b', room: 'a' });
    const deleted = encryptDelete(vault, first, sealed);
    expect(reencryptRow(vault, second, deleted)).toBe(deleted);
    const moved = reencryptRow(rotated, second, deleted);
    expect(boundSetOf(moved)).toBe(0);
    const result = tryDecryptRow(rotated, second, moved);
    expect(result).toMatchObject({ ok: false, error: { code: 'ROW_DELETED' } });
  });

  it('may bind an optional column that is new altogether', () => {
    const before = defineTable('chat', { body: encrypted.text() });
    const after = defineTable(
      'chat',
      { body: encrypted.text(), room: cleartext.text().optional().bound() },
      { earlierBoundSets: [[]] },
    );
    const row = { id: 'r', body: 'b' };
    const served = { ...encryptRow(vault, before, row), room: 'said by the server' };
    expect(decryptRow(vault, after, served)).toEqual(row);
    expect(decryptRow(vault, after, reencryptRow(vault, after, served))).toEqual(row);
    const edited = encryptRow(vault, after, { ...row, body: 'c' }, { previous: served });
    expect(decryptRow(vault, after, edited)).toEqual({ ...row, body: 'c' });
  });
});
