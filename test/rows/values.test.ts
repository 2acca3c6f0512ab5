import { describe, expect, it } from 'vitest';
import {
  cleartext,
  decryptRow,
  defineTable,
  encrypted,
  encryptRow,
  RowsealError,
  tryDecryptRow,
} from '../../src/index.js';
import { nestedArrays } from '../properties/values.js';
import { createWorld } from '../support/world.js';

const { vault } = await createWorld();

function seal(column: ReturnType<typeof encrypted.json<unknown>>, value: unknown) {
  return encryptRow(vault, defineTable('values', { value: column }), { id: 'r', value });
}

class Money {
  cents = 1;
}
const hidden = Object.defineProperty({}, 'a', { value: 1, enumerable: false });

describe('a value that would not come back exactly is refused when it is sealed:', () => {
  it.each([
    ['integer', -0],
    ['integer', 0.5],
    ['integer', 2 ** 53],
    ['integer', NaN],
    ['integer', 1n],
    ['integer', '1'],
    ['bigint', 2n ** 8191n],
    ['bigint', -(2n ** 8191n) - 1n],
    ['bigint', 1],
    ['decimal', '01'],
    ['decimal', '1.'],
    ['decimal', '.5'],
    ['decimal', '+1'],
    ['decimal', '1e3'],
    ['decimal', '-0'],
    ['decimal', '-0.00'],
    ['decimal', ' 1'],
    ['decimal', '1\n'],
    ['decimal', ''],
    ['decimal', '9'.repeat(1025)],
    ['decimal', 12.5],
    ['text', 'a\ud800'],
    ['text', 5],
    ['text', null],
    ['text', undefined],
    ['real', '1'],
    ['boolean', 1],
    ['bytes', [1, 2]],
    ['bytes', new Uint16Array(1)],
    ['bytes', new ArrayBuffer(1)],
    ['date', '2025-02-29'],
    ['date', '10000-01-01'],
    ['date', '-000001-01-01'],
    ['date', '2025-1-1'],
    ['date', '2025-01-01T00:00Z'],
    ['date', '2025-01-01\n'],
    ['date', new Date(0)],
    ['timestamp', new Date(NaN)],
    ['timestamp', 0],
    ['timestamp', '2025-01-01'],
    ['json', undefined],
    ['json', -0],
    ['json', NaN],
    ['json', [undefined]],
    ['json', { a: undefined }],
    ['json', 1n],
    ['json', () => 1],
    ['json', Symbol('a')],
    ['json', { [Symbol('a')]: 1 }],
    ['json', new Date(0)],
    ['json', new Map()],
    ['json', new Money()],
    ['json', Object.create({ inherited: 1 })],
    ['json', { toJSON: () => 1 }],
    ['json', withHole()],
    ['json', Object.assign(withHole(), { named: true })],
    ['json', Object.assign([1, 2], { named: true })],
    ['json', Object.assign([1, 2], { [Symbol('a')]: true })],
    ['json', Object.assign(new Array(2), { a: 1, b: 2 })],
    ['json', hidden],
    ['json', 'a\udc00'],
    ['json', { '\udc00': 1 }],
    ['json', nestedArrays(64)],
  ] as const)('%s, case %#', (type, value) => {
    const column = encrypted[type]() as ReturnType<typeof encrypted.json<unknown>>;
    const refusal = expect.objectContaining({ code: 'VALUE_UNSUPPORTED' });
    expect(() => seal(column, value)).toThrow(refusal);
    expect(() => seal(column, value)).toThrow(RowsealError);
  });
});

it('a value that contains itself is refused, not followed for ever', () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const refusal = expect.objectContaining({ code: 'VALUE_UNSUPPORTED' });
  expect(() => seal(encrypted.json<unknown>(), cyclic)).toThrow(refusal);
});

it('an array is refused on a page whose old scripts taught arrays toJSON', () => {
  const value = [1, ['a']];
  const column = encrypted.json<unknown>();
  expect(() => seal(column, value)).not.toThrow();
  Object.defineProperty(Array.prototype, 'toJSON', { value: () => 'no array', configurable: true });
  try {
    const refusal = expect.objectContaining({ code: 'VALUE_UNSUPPORTED' });
    expect(() => seal(column, value)).toThrow(refusal);
  } finally {
    Reflect.deleteProperty(Array.prototype, 'toJSON');
  }
});

it('text with NUL that was sealed while its column was encrypted is no text of a visible one', () => {
  const before = defineTable('values', { value: encrypted.text() });
  const after = defineTable('values', { value: cleartext.text() });
  const row = { id: 'r', value: 'a\0b' };
  const sealed = encryptRow(vault, before, row);
  const served = { ...sealed, value: null as never };
  const refused = { ok: false, error: { code: 'ROW_MALFORMED' } };
  expect(tryDecryptRow(vault, after, served)).toMatchObject(refused);
  expect(decryptRow(vault, before, sealed)).toEqual(row);
  const plain = { ...row, value: 'ab' };
  const moved = { ...encryptRow(vault, before, plain), value: 'ab' };
  expect(decryptRow(vault, after, moved)).toEqual(plain);
});

it('opened bytes are a copy of their own', () => {
  const table = defineTable('values', { value: encrypted.bytes() });
  const sealed = encryptRow(vault, table, { id: 'r', value: Buffer.from([1, 2]) });
  const { value } = decryptRow(vault, table, sealed);
  value.fill(0);
  expect(value.buffer.byteLength).toBe(2);
  expect(decryptRow(vault, table, sealed).value).toEqual(Uint8Array.of(1, 2));
});

it('each row reads a default of its own, whatever becomes of another', () => {
  const before = defineTable('values', {});
  const given = { tags: ['new'], at: new Date(0), key: Buffer.from([1]) };
  const after = defineTable('values', {
    tags: encrypted.json<string[]>().default(given.tags),
    at: encrypted.timestamp().default(given.at),
    key: encrypted.bytes().default(given.key),
  });
  const sealed = encryptRow(vault, before, { id: 'r' });
  const expected = { id: 'r', tags: ['new'], at: new Date(0), key: Uint8Array.of(1) };
  for (const { tags, at, key } of [decryptRow(vault, after, sealed), given]) {
    tags.push('changed');
    at.setTime(1);
    key.fill(9);
    expect(decryptRow(vault, after, sealed)).toEqual(expected);
  }
});

/** An array whose second place was never filled; JSON would fill it with null. */
function withHole(): unknown[] {
  return Object.assign(new Array(3), { 0: 1, 2: 2 });
}
