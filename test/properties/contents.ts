import fc from 'fast-check';
import { type StampBytes, stampOf } from '../../src/bytes/stamp.js';
import type { Cell, RowContent } from '../../src/rows/row-content.js';

/** Few writers and few instants, so that equal stamps with different values are common. */
const writers = fc.constantFrom(0, 1, 0xff).map((byte) => new Uint8Array(8).fill(byte));
const times = fc.constantFrom(0, 1, 1_763_900_000_000, 2 ** 47 - 1);
const counters = fc.constantFrom(0, 1, 0xffff);

export const stamps: fc.Arbitrary<StampBytes> = fc
  .tuple(times, counters, writers)
  .map(([time, counter, writer]) => stampOf({ time, counter }, writer));

const values = fc.oneof(
  fc.constantFrom(0, 1).map((tag) => ({ tag, bytes: new Uint8Array(0) })), // absent and null
  fc.record({
    tag: fc.nat({ max: 255 }).filter((tag) => tag > 1),
    bytes: fc.uint8Array({ maxLength: 6 }),
  }),
  fc.record({ tag: fc.constant(2), bytes: fc.uint8Array({ maxLength: 300 }) }),
);

const columnIds = fc.oneof(fc.constantFrom(0, 1, 2, 3, 0xffff_ffff), fc.nat({ max: 0xffff_ffff }));

const cells: fc.Arbitrary<Map<number, Cell>> = fc
  .array(fc.tuple(columnIds, fc.tuple(values, stamps)), { maxLength: 8 })
  .map((all) => new Map(all.map(([id, [value, stamp]]) => [id, { ...value, stamp }])));

export const extensionLists = fc
  .uniqueArray(
    fc.record({
      id: fc.oneof(fc.constantFrom(0, 1, 0xffff), fc.nat({ max: 0xffff })),
      bytes: fc.uint8Array({ maxLength: 20 }),
    }),
    { selector: ({ id }) => id, maxLength: 5 },
  )
  .map((all) => all.sort((a, b) => a.id - b.id));

const lives = fc.oneof(fc.constantFrom(1, 1, 2, 3), fc.constantFrom(2 ** 31 - 3, 2 ** 31 - 2));

/** Contents of one row as different devices may hold it: inserted, edited, deleted, inserted again. */
export const contents: fc.Arbitrary<RowContent> = fc
  .record({ life: lives, lifeStamp: stamps, cells, extensions: extensionLists })
  .map((content) => (content.life % 2 === 0 ? { ...content, cells: new Map() } : content));
