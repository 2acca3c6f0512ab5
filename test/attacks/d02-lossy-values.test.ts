import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isBytes } from '../../src/bytes/is-bytes.js';
import {
  cleartext,
  decryptRow,
  defineTable,
  encrypted,
  encryptRow,
  type Table,
} from '../../src/index.js';
import { holds } from '../properties/holds.js';
import {
  type Before,
  beforeAttack,
  CANARY,
  createWorld,
  expectRefusal,
  expectRefused,
  type World,
} from '../support/world.js';

const RUNS = 3_000;
const columns = {
  ...encrypted,
  'visible text': cleartext.text,
  'visible integer': cleartext.integer,
  'visible boolean': cleartext.boolean,
  'bound text': () => cleartext.text().bound(),
  'bound integer': () => cleartext.integer().bound(),
} as const;
const tables = Object.entries(columns).map(
  ([type, column]) => [type, defineTable('t', { v: column() }, { padding: 'none' })] as const,
);

/** Values on the edge of some type, beside any value that JavaScript has. */
const edges = fc.constantFrom<unknown>(
  ...[-0, 0, NaN, Infinity, -Infinity, 2 ** 53, 2 ** 53 - 1, -(2 ** 53), 0.1, 5e-324, 1e308],
  ...[0n, -1n, 127n, 128n, -128n, -129n, 2n ** 64n, 2n ** 8184n, -(2n ** 8184n)],
  ...['', '\0', '\ud800', 'a\udc00', '\uffff', '\u{10ffff}', '-0', '-0.50', '1e3', '01', '-0.0'],
  ...['0000-01-01', '9999-12-31', '2023-02-29', '2024-02-29', '10000-01-01', '-000001-01-01'],
  ...[new Date(8.64e15), new Date(-8.64e15), new Date(NaN), new Date(0.5), new Date(-1)],
  ...[null, undefined, true, false, Symbol('x'), () => 1, new Uint8Array(0), Buffer.from('x')],
);
const anything = fc.oneof(
  edges,
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
    withBoxedValues: true,
    withObjectString: true,
  }),
  fc.jsonValue(),
  fc.boolean(),
  fc.string({ unit: 'binary' }),
  fc.string().map((text) => `${text}\ud83d`),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
  fc.tuple(fc.integer(), fc.nat()).map((parts) => parts.join('.')),
  fc.uint8Array(),
);

/** Whether nothing can tell the two apart: as numbers, bytes, dates or JSON with its order of keys. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null) return Object.is(a, b);
  if (typeof b !== 'object' || b === null) return false;
  if (isBytes(a)) return isBytes(b) && Buffer.compare(a, b) === 0;
  if (a instanceof Date) return b instanceof Date && a.getTime() === b.getTime();
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [keys, others] = [Reflect.ownKeys(a), Reflect.ownKeys(b)];
  return (
    keys.length === others.length &&
    keys.every((key, i) => key === others[i] && same(Reflect.get(a, key), Reflect.get(b, key)))
  );
}

/** The same value with something in it that no refusal may tell. */
function withCanary(value: unknown): unknown {
  if (typeof value === 'string') return CANARY + value;
  if (typeof value === 'symbol') return Symbol(CANARY);
  if (typeof value === 'function') return Object.assign(() => CANARY, { [CANARY]: CANARY });
  return [{ [CANARY]: value }, CANARY];
}
const values = fc.oneof({ weight: 3, arbitrary: anything }, anything.map(withCanary));

let world: World;
let before: Before;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => {
  before = beforeAttack(world);
});

/** What comes back, or nothing when the row was refused as it was sealed. */
function roundTrip(table: Table, row: object): { id: unknown; v: unknown } | null {
  let sealed: never;
  try {
    sealed = encryptRow(world.vault, table, row as never) as never;
  } catch (refusal) {
    expectRefusal(world, before, refusal, { codes: ['VALUE_UNSUPPORTED'], structural: true });
    return null;
  }
  return decryptRow(world.vault, table, sealed) as never;
}

describe('D02: a value comes back exactly, or is refused when it is sealed', () => {
  it.each(tables)('as %s', (_, table) => {
    let kept = 0;
    holds(
      fc.property(values, (value) => {
        const row = roundTrip(table as Table, { id: 'r', v: value });
        if (!row) return true;
        kept += 1;
        return same(row.v, value);
      }),
      RUNS,
    );
    // Every type gets some hundred values that it takes, so both branches are tried.
    expect(kept).toBeGreaterThan(20);
    expect(kept).toBeLessThan(RUNS);
  });

  it('as a row id', () => {
    const table = defineTable('t', { v: encrypted.boolean() });
    holds(
      fc.property(values, (id) => {
        const row = roundTrip(table, { id, v: true });
        return !row || Object.is(row.id, id);
      }),
      RUNS,
    );
  });

  it('as nothing: undefined only where optional, null only where nullable', async () => {
    const presences = {
      required: encrypted.text(),
      optional: encrypted.text().optional(),
      nullable: encrypted.text().nullable(),
      withDefault: encrypted.text().default('x'),
    };
    for (const [presence, column] of Object.entries(presences)) {
      const table = defineTable('t', { v: column });
      for (const value of [undefined, null]) {
        const taken = presence === (value === null ? 'nullable' : 'optional');
        const attack = () => encryptRow(world.vault, table, { id: 'r', v: value } as never);
        if (taken) expect(decryptRow(world.vault, table, attack())).toEqual({ id: 'r', v: value });
        else await expectRefused(world, attack, { codes: ['VALUE_UNSUPPORTED'] });
      }
    }
  });
});

class Money {
  readonly amount = CANARY;
}

/** Values that look like JSON, a date or bytes, and would come back as something else. */
const impostors: readonly (readonly [keyof typeof encrypted, string, unknown])[] = [
  ['json', 'an instance of a class', new Money()],
  ['json', 'a Date', new Date(0)],
  ['json', 'a Map', new Map([[CANARY, CANARY]])],
  ['json', 'bytes', Uint8Array.of(1)],
  ['json', 'boxed text', Object(CANARY)],
  ['json', 'undefined inside', { [CANARY]: undefined }],
  ['json', 'a hole', new Array(1)],
  ['json', 'a hole beside a named property', Object.assign(new Array(1), { [CANARY]: 1 })],
  ['json', 'an array with a named property', Object.assign([CANARY], { [CANARY]: 1 })],
  ['json', 'an array with a symbol', Object.assign([CANARY], { [Symbol(CANARY)]: 1 })],
  ['json', 'an object with a symbol', { [Symbol(CANARY)]: 1 }],
  ['json', 'a hidden property', Object.defineProperty({}, CANARY, { value: CANARY })],
  ['json', 'an object with toJSON', { toJSON: () => CANARY }],
  ['json', 'a lone surrogate in a key', { [`${CANARY}\ud800`]: 1 }],
  ['json', 'NaN deep inside', [[{ [CANARY]: [NaN] }]]],
  ['json', 'a bigint', [1n, CANARY]],
  ['timestamp', 'what only says that it is a Date', dateLike(1.5)],
  ['timestamp', 'what says that it is a Date without end', dateLike(Infinity)],
  ['timestamp', 'a number', 0],
  ['timestamp', 'ISO text', `2024-01-01T00:00:00Z ${CANARY}`],
  ['bytes', 'a DataView', new DataView(new ArrayBuffer(1))],
  ['bytes', 'an ArrayBuffer', new ArrayBuffer(1)],
  ['bytes', 'another typed array', Int8Array.of(-1)],
  ['bytes', 'clamped bytes', Uint8ClampedArray.of(1)],
  ['bytes', 'an array of texts', [CANARY, CANARY]],
  ['text', 'a boxed string', Object(CANARY)],
  ['integer', 'text of digits', '5'],
  ['integer', 'text', CANARY],
  ['decimal', 'text that is no number', CANARY],
  ['date', 'text that is no date', CANARY],
  ['bigint', 'text', CANARY],
  ['real', 'text', CANARY],
  ['text', 'a lone surrogate', `${CANARY}\ud800`],
  ['boolean', 'one', 1],
];

function dateLike(time: number): object {
  return { [Symbol.toStringTag]: 'Date', valueOf: () => time };
}

describe('D02: what only resembles a value is refused when it is sealed', () => {
  it.each(impostors)('as %s: %s', async (type, _, value) => {
    const table = defineTable('t', { v: encrypted[type]() });
    const attack = () => encryptRow(world.vault, table as Table, { id: 'r', v: value } as never);
    await expectRefused(world, attack, { codes: ['VALUE_UNSUPPORTED'] });
  });
});
