import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromLineValue, toLineValue } from '../../src/recovery/export-value.js';
import { holds } from '../properties/holds.js';

const codeUnits = fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit));
const through = (value: unknown): unknown =>
  fromLineValue(JSON.parse(JSON.stringify(toLineValue(value))));

describe('a value comes back as it was', () => {
  it.each([
    null,
    '',
    'text \u0000 \ud800 \u2028',
    true,
    0,
    -1.5,
    Number.MAX_VALUE,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0n,
    -(2n ** 70n),
    new Uint8Array(0),
    Uint8Array.of(1, 2, 255),
    new Date(0),
    new Date(-8.64e15),
    [],
    { a: [1, { b: null }] },
  ])('%o', (value) => {
    expect(through(value)).toStrictEqual(value);
  });

  it('whatever a database gives', () => {
    const values = fc.oneof(
      fc.string({ unit: codeUnits }),
      fc.double(),
      fc.bigInt(),
      fc.uint8Array(),
      fc.date({ noInvalidDate: true }),
      fc.constantFrom(null, true, false),
    );
    holds(
      fc.property(values, (value) => {
        expect(through(value)).toStrictEqual(value);
      }),
    );
  });

  it('of another realm, too', () => {
    expect(through(runInNewContext('new Date(5)'))).toStrictEqual(new Date(5));
    expect(through(runInNewContext('Uint8Array.of(7)'))).toStrictEqual(Uint8Array.of(7));
  });
});

it.each([
  [Symbol('s')],
  [undefined],
  [() => 1],
  [new Date(Number.NaN)],
  [new Map()],
  [[undefined]],
  [{ a: Number.NaN }],
])('no database has %o', (value) => {
  expect(toLineValue(value)).toBeUndefined();
});

it.each([
  ['{}'],
  ['[]'],
  ['[1]'],
  ['{"bytes":"=="}'],
  ['{"bytes":"AQ","json":"1"}'],
  ['{"bytes":1}'],
  ['{"bytes":null}'],
  ['{"bigint":"01"}'],
  ['{"bigint":"-0"}'],
  ['{"bigint":" 1"}'],
  [`{"bigint":"${'1'.repeat(1025)}"}`],
  ['{"number":"1"}'],
  ['{"timestamp":"yesterday"}'],
  ['{"timestamp":"2026-01-02"}'],
  ['{"json":"{"}'],
  ['{"json":"[1, 2]"}'],
  ['{"toString":"AQ"}'],
  ['{"__proto__":"AQ"}'],
])('no line holds %s', (text) => {
  expect(fromLineValue(JSON.parse(text))).toBeUndefined();
});
