import { describe, expect, it } from 'vitest';
import { decryptRow } from '../../src/index.js';
import { type Bytes, bigEndian, cell, group, stamp } from '../support/payload-bytes.js';
import { forgeThing, TAG, type ThingColumn, thingId, things } from '../support/things.js';
import { createWorld, expectRefused } from '../support/world.js';

const AT = stamp(1_700_000_000_000);
const utf8 = (text: string): Bytes => [...new TextEncoder().encode(text)];
const real = (text: string) =>
  bigEndian(Number.parseInt(text.slice(0, 8), 16), 4).concat(
    bigEndian(Number.parseInt(text.slice(8), 16), 4),
  );
/** Every byte string is a value of `bytes`; each other type refuses some. */
const broken: Readonly<Record<Exclude<ThingColumn, 'bytes'>, readonly Bytes[]>> = {
  text: [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc3]],
  integer: [
    [],
    [0, 5],
    [0xff, 0xff],
    [0xff, 0x80],
    [1, 2, 3, 4, 5, 6, 7, 8],
    [0x20, 0, 0, 0, 0, 0, 0],
  ],
  bigint: [[], [0, 5], [0xff, 0xff], new Array<number>(1025).fill(1)],
  decimal: ['-0', '-0.0', '01', '+1', '1.', '.5', '1e3', ' 1', '', 'NaN', '１'].map(utf8),
  real: [
    [],
    real('7ff8000000000001'),
    real('fff8000000000000'),
    real('7ff0000000000001'),
    [0, 0, 0],
  ],
  boolean: [[], [2], [0xff], [1, 0]],
  date: [
    [],
    [0, 5],
    [0x7f, 0xff, 0xff, 0xff],
    [0x80, 0, 0, 0],
    [0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  ],
  timestamp: [[], [0, 1], [0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  json: [
    '',
    ' 1',
    '1 ',
    '1.0',
    '1e2',
    '-0',
    '01',
    '"\\u0061"',
    '{"a":1,"a":2}',
    '{ "a":1}',
    '{"b":1,"1":2}',
    '[1,]',
    'undefined',
    'NaN',
    '1e400',
    '"\\ud800"',
    '{"a":1}x',
    '9007199254740993',
    '\ufeff1',
  ].map(utf8),
};

describe('D03: a value has one encoding', () => {
  it.each(Object.keys(broken) as (keyof typeof broken)[])('of %s', async (name) => {
    const world = await createWorld();
    for (const value of broken[name]) {
      const forged = forgeThing(world.vault, {
        groups: [group(AT, [cell({ id: thingId(name), tag: TAG[name], value })])],
      });
      const attack = () => decryptRow(world.vault, things, forged);
      const error = await expectRefused(world, attack, { codes: ['ROW_MALFORMED'] });
      expect(error.message).toContain(`'${name}'`);
    }
  });

  it('and no other type than its own', async () => {
    const world = await createWorld();
    for (const name of Object.keys(TAG) as ThingColumn[]) {
      for (const tag of [...Object.values(TAG), 12, 255]) {
        if (tag === TAG[name]) continue;
        const groups = [group(AT, [cell({ id: thingId(name), tag, value: [0x31] })])];
        const attack = () => decryptRow(world.vault, things, forgeThing(world.vault, { groups }));
        await expectRefused(world, attack, { codes: ['ROW_MALFORMED'] });
      }
    }
  });
});
