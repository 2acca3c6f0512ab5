import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../src/bytes/utf8.js';
import { nobleAead } from '../../src/crypto/noble-aead.js';
import { cleartext, decryptRow, defineTable, encrypted, encryptRow } from '../../src/index.js';
import { encodeAssociatedData, type RowPlace } from '../../src/rows/associated-data.js';
import { ENVELOPE_PREFIX_LENGTH } from '../../src/rows/envelope.js';
import type { EncodedValue } from '../../src/rows/row-content.js';
import { holds } from '../properties/holds.js';
import { createWorld, expectRefused } from '../support/world.js';

const RUNS = 100_000;

/** Texts that have broken other encodings: separators, terminators, look-alikes, digits. */
const tricky = fc.constantFrom(
  'a|b',
  'a',
  'b',
  '|',
  '\0',
  'a\0',
  '\0a',
  '',
  '1',
  '01',
  '\u0001',
  'é',
  'e\u0301',
  'null',
  'a'.repeat(127),
  'a'.repeat(128),
);
const text = fc.oneof(tricky, fc.string({ maxLength: 4 }), fc.string({ unit: 'binary' }));
const bytes = fc.oneof(
  text.map((value) => encodeUtf8(value) ?? Uint8Array.of(0xff)),
  fc.uint8Array({ maxLength: 6 }),
);
const encoded = fc.record({ tag: fc.integer({ min: 0, max: 11 }), bytes });
const boundSet = fc
  .uniqueArray(fc.tuple(fc.constantFrom(0, 1, 2, 0x61616161, 2 ** 32 - 1), encoded), {
    maxLength: 3,
    selector: ([id]) => id,
  })
  .map((entries) => new Map(entries.sort(([a], [b]) => a - b)));
const few = (length: number) => fc.constantFrom(0, 1).map((b) => new Uint8Array(length).fill(b));

interface Place extends RowPlace {
  readonly prefix: Uint8Array;
}

const place: fc.Arbitrary<Place> = fc.record({
  prefix: few(ENVELOPE_PREFIX_LENGTH),
  vaultId: few(16),
  tableId: bytes,
  rowId: bytes,
  bound: boundSet,
});

/** Bytes that an attacker moves from the end of one field to the beginning of the next. */
const neighbours = fc
  .tuple(place, bytes, bytes, fc.nat(6), fc.nat(6))
  .map(([base, head, tail, one, other]): [Place, Place] => {
    const joined = [...head, ...tail];
    const cutAt = (at: number) => ({
      ...base,
      tableId: Uint8Array.from(joined.slice(0, at)),
      rowId: Uint8Array.from(joined.slice(at)),
    });
    return [cutAt(one), cutAt(other)];
  });

/** One bound column that says what two would, and the like. */
const twoBound = fc.tuple(place, encoded, encoded).map(([base, a, b]): [Place, Place] => [
  { ...base, bound: new Map([[1, { ...a, bytes: Uint8Array.from([...a.bytes, ...b.bytes]) }]]) },
  { ...base, bound: new Map<number, EncodedValue>([[1, a]]).set(2, b) },
]);

/**
 * Pairs that are equal as soon as one field goes without its length: what follows the field in
 * the one place is part of it in the other.
 */
const swallowed = fc.tuple(place, encoded, encoded, bytes).map(([base, a, b, extra]) => {
  const { tableId, rowId } = base;
  const join = (...parts: readonly (Iterable<number> | number)[]) =>
    Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])));
  const bound = (...values: readonly EncodedValue[]) =>
    new Map(values.map((value, i) => [i + 1, value]));
  const column = (value: EncodedValue, length: number) =>
    join([0, 0, 0, 1, value.tag, length], value.bytes);
  const [first, second] = [a.bytes, b.bytes];
  const between = [0, 0, 0, 2, b.tag];
  const candidates: readonly [Partial<Place>, Partial<Place>][] = [
    // The table id ends with the row id's length.
    [{ rowId: join(rowId.length, rowId) }, { tableId: join(tableId, rowId.length + 1), rowId }],
    // The row id ends with the group id and the bound set.
    [
      { rowId, bound: bound({ ...a, bytes: join(first, 0, 0) }) },
      { rowId: join(rowId, 0, 1, column(a, first.length + 2)), bound: bound() },
    ],
    // A bound value ends with the next column.
    [
      { bound: bound({ ...a, bytes: join(first, between, extra) }, b) },
      { bound: bound(a, { ...b, bytes: join(extra, between, second) }) },
    ],
  ];
  return candidates.map(([one, other]): [Place, Place] => [
    { ...base, ...one },
    { ...base, ...other },
  ]);
});

/** Other bytes of the same length, one more where there are none. */
function otherBytes(bytes: Uint8Array, at: number): Uint8Array {
  if (bytes.length === 0) return Uint8Array.of(at & 0xff);
  return bytes.map((byte, i) => (i === at % bytes.length ? byte ^ 0x55 : byte));
}

/** Pairs that differ in exactly one field: equal as soon as that field is left out. */
const oneField = fc.tuple(place, encoded, fc.nat()).map(([base, value, at]) => {
  const bound = (id: number, column: EncodedValue) => new Map([...base.bound, [id, column]]);
  const { tag, bytes } = value;
  const full = { ...base, bound: bound(9, value) };
  const others: readonly Place[] = [
    { ...full, prefix: otherBytes(base.prefix, at) },
    { ...full, vaultId: otherBytes(base.vaultId, at) },
    { ...full, tableId: otherBytes(base.tableId, at) },
    { ...full, rowId: otherBytes(base.rowId, at) },
    { ...full, bound: bound(10, value) },
    { ...full, bound: bound(9, { tag: tag + 1, bytes }) },
    { ...full, bound: bound(9, { tag, bytes: otherBytes(bytes, at) }) },
  ];
  return others.map((other): [Place, Place] => [full, other]);
});

const pairs = fc.oneof(
  fc.tuple(place, place),
  neighbours,
  twoBound,
  swallowed.chain((candidates) => fc.constantFrom(...candidates)),
  oneField.chain((candidates) => fc.constantFrom(...candidates)),
);

function describePlace({ prefix, vaultId, tableId, rowId, bound }: Place): string {
  const entries = [...bound].map(([id, value]) => [id, value.tag, value.bytes.join()]);
  return JSON.stringify([prefix.join(), vaultId.join(), tableId.join(), rowId.join(), entries]);
}

const hexOf = (each: Place) => Buffer.from(encodeAssociatedData(each.prefix, each)).toString('hex');

describe('A05: two places never give the same associated data', () => {
  it(`for ${RUNS} pairs`, () => {
    let distinct = 0;
    holds(
      fc.property(pairs, ([a, b]) => {
        const same = describePlace(a) === describePlace(b);
        if (!same) distinct += 1;
        return (hexOf(a) === hexOf(b)) === same;
      }),
      RUNS + 20_000,
    );
    expect(distinct).toBeGreaterThanOrEqual(RUNS);
  });

  it('and what was sealed in one does not open in the other', () => {
    const [key, nonce] = [new Uint8Array(32).fill(7), new Uint8Array(24)];
    const plaintext = Uint8Array.of(1, 2, 3);
    holds(
      fc.property(pairs, ([a, b]) => {
        const sealed = nobleAead.seal(key, nonce, plaintext, encodeAssociatedData(a.prefix, a));
        const opened = nobleAead.open(key, nonce, sealed, encodeAssociatedData(b.prefix, b));
        return (opened !== null) === (describePlace(a) === describePlace(b));
      }),
      5_000,
    );
  });
});

describe('A05: confusable names, ids and values of real rows', () => {
  const owners = {
    text: cleartext.text().bound(),
    number: cleartext.integer().bound(),
    maybe: cleartext.text().optional().bound(),
    nullish: cleartext.text().nullable().bound(),
  };

  it('keeps every pair of tables and row ids apart', async () => {
    const world = await createWorld();
    const names = ['a', 'b', 'a|b', 'a\0', 'a\0b', 'é', 'e\u0301', '1', 'A'];
    const ids = ['b', 'a', 'a|b', '|b', 'é', 'e\u0301', '1', '01', 'B'];
    const places = names.flatMap((name) => {
      const table = defineTable(name, { note: encrypted.text() });
      return ids.map((id) => ({
        table,
        sealed: encryptRow(world.vault, table, { id, note: 'x' }),
      }));
    });
    for (const from of places) {
      for (const to of places) {
        const moved = { ...to.sealed, payload: from.sealed.payload };
        const attack = () => decryptRow(world.vault, to.table, moved);
        if (from === to) expect(attack()).toMatchObject({ note: 'x' });
        else await expectRefused(world, attack, { codes: ['ROW_AUTH_FAILED'] });
      }
    }
  });

  it.each([
    ['a number for the text of it', 'text', '1', 'number', 1],
    ['null for the empty text', 'nullish', '', 'nullish', null],
    ['null for the word', 'nullish', 'null', 'nullish', null],
    ['nothing for the empty text', 'maybe', '', 'maybe', undefined],
    ['composed for decomposed', 'text', 'é', 'text', 'e\u0301'],
  ] as const)('does not take %s', async (_, column, value, otherColumn, otherValue) => {
    const world = await createWorld();
    const [table, other] = [column, otherColumn].map((name) =>
      defineTable('t', { v: owners[name] }),
    );
    if (!table || !other) throw new Error('Two tables are compared.');
    const sealed = encryptRow(world.vault, table, { id: 'r', v: value } as never);
    expect(decryptRow(world.vault, table, sealed)).toEqual({ id: 'r', v: value });
    const attack = () => decryptRow(world.vault, other, { ...sealed, v: otherValue } as never);
    await expectRefused(world, attack, { codes: ['ROW_AUTH_FAILED'] });
  });

  it('does not take one column for another with the same value', async () => {
    const world = await createWorld();
    const one = defineTable('t', { v: owners.text.storedAs('v') });
    const other = defineTable('t', { v: owners.text.storedAs('w') });
    const sealed = encryptRow(world.vault, one, { id: 'r', v: 'x' });
    const attack = () => decryptRow(world.vault, other, sealed);
    await expectRefused(world, attack, { codes: ['ROW_AUTH_FAILED'] });
  });
});
