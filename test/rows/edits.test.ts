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
  tryDecryptRow,
} from '../../src/index.js';
import { payloadOf, withPayload } from '../support/forged-rows.js';
import { bigEndian, group, payloadBytes, stamp } from '../support/payload-bytes.js';
import { createWorld, diary, openFresh, ROW, type SealedDiaryRow } from '../support/world.js';

const world = await createWorld();
const { vault } = world;
const phone = await openFresh(world);

const detailsOf = (sealed: SealedDiaryRow) => decryptRowDetails(vault, diary, sealed);

describe('an edit', () => {
  it('gives changed columns a new stamp and lets the others keep theirs', () => {
    const previous = encryptRow(vault, diary, ROW);
    const before = detailsOf(previous);
    const edited = encryptRow(phone, diary, { ...ROW, mood: 5, folder: 'work' }, { previous });
    const after = detailsOf(edited);
    const { text, owner, mood, folder } = after.stamps;
    expect({ text, owner }).toEqual({ text: before.stamps.text, owner: before.stamps.owner });
    expect(mood).toEqual(folder);
    expect(mood?.writer).not.toBe(before.stamps.mood?.writer);
    const tick = (stamp?: { time: number; counter: number }) =>
      BigInt(stamp?.time ?? 0) * 0x10000n + BigInt(stamp?.counter ?? 0);
    expect(tick(mood)).toBeGreaterThan(tick(before.stamps.mood));
    expect(after).toMatchObject({ life: 1, lifeStamp: before.lifeStamp, unknownColumns: 0 });
  });

  it('that sets the same values changes no stamp', () => {
    const previous = encryptRow(vault, diary, ROW);
    const same = encryptRow(phone, diary, { ...ROW }, { previous });
    expect(detailsOf(same).stamps).toEqual(detailsOf(previous).stamps);
    expect(mergeRows(vault, diary, previous, same)).toBe(mergeRows(vault, diary, same, previous));
  });

  it('that unsets a column is a write, and wins over an older value', () => {
    const previous = encryptRow(vault, diary, ROW);
    const { mood, ...rest } = ROW;
    const unset = encryptRow(phone, diary, rest, { previous });
    expect(decryptRow(vault, diary, unset)).toEqual(rest);
    expect(decryptRow(vault, diary, mergeRows(vault, diary, previous, unset))).toEqual(rest);
    expect(detailsOf(unset).stamps.mood).not.toEqual(detailsOf(previous).stamps.mood);
    const set = encryptRow(vault, diary, { ...rest, mood: 9 }, { previous: unset });
    expect(decryptRow(vault, diary, mergeRows(vault, diary, unset, set)).mood).toBe(9);
  });

  it('does not stamp columns that were added later and say what they read as anyway', () => {
    const before = defineTable('notes', { title: encrypted.text() });
    const after = defineTable('notes', {
      title: encrypted.text(),
      done: encrypted.boolean().default(false),
      tag: encrypted.text().optional(),
      due: encrypted.date().nullable(),
      list: cleartext.text().default('inbox'),
    });
    const previous = encryptRow(vault, before, { id: 'n', title: 'a' });
    const row = { ...decryptRow(vault, after, { ...previous, list: 'inbox' }), title: 'b' };
    expect(row).toEqual({ id: 'n', title: 'b', done: false, due: null, list: 'inbox' });
    const edited = encryptRow(vault, after, row, { previous: { ...previous, list: 'inbox' } });
    expect(Object.keys(decryptRowDetails(vault, after, edited).stamps)).toEqual(['title']);
    // So what another device wrote there meanwhile is not overwritten.
    const other = encryptRow(
      phone,
      after,
      { ...row, title: 'a', done: true },
      {
        previous: { ...previous, list: 'inbox' },
      },
    );
    expect(decryptRow(vault, after, mergeRows(vault, after, edited, other))).toEqual({
      ...row,
      done: true,
    });
  });

  it('gives an older row the column that has become required, and only then the row reads', () => {
    const before = defineTable('notes', { title: encrypted.text() });
    const after = defineTable('notes', { title: encrypted.text(), due: encrypted.date() });
    const previous = encryptRow(vault, before, { id: 'n', title: 'a' });
    const refused = { ok: false, error: { code: 'ROW_MALFORMED' } };
    expect(tryDecryptRow(vault, after, previous)).toMatchObject(refused);
    const row = { id: 'n', title: 'a', due: '2026-01-31' };
    const edited = encryptRow(phone, after, row, { previous });
    expect(decryptRow(vault, after, edited)).toEqual(row);
    const { title } = decryptRowDetails(vault, before, previous).stamps;
    const { stamps } = decryptRowDetails(vault, after, edited);
    expect(stamps.title).toEqual(title);
    expect(stamps.due).not.toEqual(title);
  });

  it('refuses a bound column that changed, another id, and columns of no table', () => {
    const previous = encryptRow(vault, diary, ROW);
    const other = encryptRow(vault, diary, { ...ROW, id: 'r2' });
    const calls = [
      () => encryptRow(vault, diary, { ...ROW, owner: 'eve' }, { previous }),
      () => encryptRow(vault, diary, ROW, { previous: other }),
      () => encryptRow(vault, diary, { ...ROW, extra: 1 } as never),
      () => encryptRow(vault, diary, { ...ROW, updated_at: 'x', payload: 'y' } as never),
      () => encryptRow(vault, diary, ROW, { prev: previous } as never),
      () => encryptRow(vault, diary, null as never),
      () => mergeRows(vault, diary, previous, other),
    ];
    for (const call of calls) expect(call).toThrow(TypeError);
  });
});

describe('a delete', () => {
  const previous = encryptRow(vault, diary, ROW);
  const deleted = encryptDelete(vault, diary, previous);

  it('leaves the visible columns, so that it reaches every device that has the row', () => {
    expect({ ...deleted, payload: null }).toEqual({ ...previous, payload: null });
    expect(deleted.payload).not.toBe(previous.payload);
  });

  it('opens as ROW_DELETED, and in details as life 2 without columns', () => {
    const result = tryDecryptRow(vault, diary, deleted);
    expect(result).toMatchObject({ ok: false, error: { code: 'ROW_DELETED' } });
    const details = detailsOf(deleted);
    expect(details).toMatchObject({ row: null, life: 2, findings: [] });
    expect(details.stamps).toEqual({ owner: details.lifeStamp });
  });

  it('of a deleted row is that very row', () => {
    expect(encryptDelete(vault, diary, deleted)).toBe(deleted);
  });

  it('beats an edit that was made after it by a device that did not know', () => {
    const edited = encryptRow(phone, diary, { ...ROW, mood: 1 }, { previous });
    expect(mergeRows(vault, diary, edited, deleted)).toBe(deleted);
    expect(mergeRows(vault, diary, deleted, edited)).toBe(deleted);
  });

  it('merges with a delete that a later version made, and keeps what that one added', () => {
    const [a, b] = [deleteOfLaterVersion(1, 7), deleteOfLaterVersion(2, 8)];
    const [ab, ba] = [mergeRows(vault, diary, a, b), mergeRows(vault, diary, b, a)];
    for (const merged of [ab, ba]) {
      expect({ ...merged, payload: null }).toEqual({ ...previous, payload: null });
      expect(detailsOf(merged)).toMatchObject({ row: null, life: 2, lifeStamp: { time: 2 } });
      expect(mergeRows(vault, diary, merged, a)).toBe(merged);
      expect(mergeRows(vault, diary, b, merged)).toBe(merged);
    }
    expect(payloadOf(vault, diary, ab)).toEqual(payloadOf(vault, diary, ba));
  });

  it('is undone only by inserting again, as life 3, with other bound values if need be', () => {
    const row = { ...ROW, text: 'again', owner: 'eve' };
    const again = encryptRow(phone, diary, row, { previous: deleted });
    expect(decryptRow(vault, diary, again)).toEqual(row);
    expect(detailsOf(again).life).toBe(3);
    expect(mergeRows(vault, diary, again, deleted)).toBe(again);
    expect(mergeRows(vault, diary, previous, again)).toBe(again);
  });
});

/** With an extension of that id, which this version does not know. */
function deleteOfLaterVersion(time: number, extension: number): SealedDiaryRow {
  const deleted = encryptDelete(vault, diary, encryptRow(vault, diary, ROW));
  const payload = payloadBytes({
    life: [2],
    extensions: [1, ...bigEndian(extension, 2), 0, 1, 9],
    groups: [group(stamp(time), [])],
  });
  return withPayload(vault, diary, deleted, payload);
}
