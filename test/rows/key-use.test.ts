import { describe, expect, it } from 'vitest';
import {
  countKeyUse,
  defineTable,
  encrypted,
  encryptRow,
  type KeyUse,
  rotateDataKey,
} from '../../src/index.js';
import { keyIdOfPrefix, keyPrefix } from '../../src/rows/key-use.js';
import { createWorld } from '../support/world.js';

const { vault, store } = await createWorld();
const next = await rotateDataKey(store, vault);
const [primary, rotated] = next.keys.map(({ id }) => id) as [string, string];

const notes = defineTable('notes', { body: encrypted.text() });
const files = defineTable('files', { body: encrypted.text() }, { payload: 'bytes' });

const older = ['a', 'b'].map((id) => encryptRow(vault, notes, { id, body: 'older' }));
const newer = encryptRow(next, notes, { id: 'c', body: 'newer' });

describe('countKeyUse', () => {
  it('counts payloads under the key that each names, most first', () => {
    expect(countKeyUse([newer, ...older])).toEqual([
      { keyId: rotated, payloads: 2 },
      { keyId: primary, payloads: 1 },
    ]);
    expect(countKeyUse([])).toEqual([]);
  });

  it('counts siblings, which the server keeps in one text', () => {
    const siblings = older.map(({ payload }) => payload).join(' ');
    expect(countKeyUse([{ ...newer, siblings }])).toEqual([
      { keyId: rotated, payloads: 2 },
      { keyId: primary, payloads: 1 },
    ]);
    for (const none of ['', null, undefined]) {
      expect(countKeyUse([{ ...newer, siblings: none }])).toEqual([
        { keyId: primary, payloads: 1 },
      ]);
    }
  });

  it('reads a generator, so that nobody needs all rows at once', () => {
    function* rows() {
      yield* older;
      yield newer;
    }
    expect(countKeyUse(rows()).map(({ payloads }) => payloads)).toEqual([2, 1]);
  });

  it('reads payloads of bytes, also in a view of a larger buffer', () => {
    const { payload } = encryptRow(next, files, { id: 'f', body: 'newer' });
    const view = Uint8Array.of(9, ...payload).subarray(1);
    expect(countKeyUse([{ payload: view }, newer])).toEqual([{ keyId: primary, payloads: 2 }]);
  });

  it.each<readonly [string, unknown]>([
    ['plaintext', 'Call_the_bank_about_the_loan_before_noon,_and_then_again'],
    ['text that is too short', newer.payload.slice(0, 43)],
    ['a later format', `Bg${newer.payload.slice(2)}`],
    ['no base64url', newer.payload.replace(/^.{20}/, 'AQ!')],
    ['bytes that are too few', Uint8Array.of(1, 2, 3)],
    ['nothing', null],
    ['a number', 7],
  ])('counts under no key what is no payload: %s', (_, payload) => {
    const none: KeyUse = { keyId: null, payloads: 1 };
    expect(countKeyUse([{ payload }])).toEqual([none]);
    expect(countKeyUse([newer, { payload: newer.payload, siblings: payload ?? 7 }])).toEqual([
      { keyId: primary, payloads: 2 },
      none,
    ]);
  });

  it('counts all that is no payload as one', () => {
    const rows = ['one', 'two', 'three'].map((payload) => ({ payload }));
    expect(countKeyUse(rows)).toEqual([{ keyId: null, payloads: 3 }]);
  });
});

describe('what a server counted', () => {
  it('is counted by key id, as databases give numbers, together with rows', () => {
    const counted = [
      { prefix: keyPrefix(rotated), payloads: '12' },
      { prefix: keyPrefix(primary), payloads: 3n },
      { prefix: keyPrefix(primary), payloads: 1 },
      { prefix: 'hello', payloads: '2' },
      { prefix: 'plaintext', payloads: 5 },
    ];
    expect(countKeyUse(counted)).toEqual([
      { keyId: rotated, payloads: 12 },
      { keyId: null, payloads: 7 },
      { keyId: primary, payloads: 4 },
    ]);
    expect(countKeyUse([...counted, newer])[2]).toEqual({ keyId: primary, payloads: 5 });
  });

  it('stays a number that settings can show, whatever the server says', () => {
    const counted = [
      { prefix: keyPrefix(rotated), payloads: `1${'0'.repeat(20)}` },
      { prefix: keyPrefix(primary), payloads: 2n ** 64n },
    ];
    for (const { payloads } of countKeyUse(counted)) expect(payloads).toBe(2 ** 44);
  });

  it('is told from a row with columns of those names', () => {
    const row = { ...newer, prefix: '+49', payloads: 3 };
    expect(countKeyUse([row])).toEqual([{ keyId: primary, payloads: 1 }]);
  });

  it.each([null, undefined, '', '-1', 1.5, 'many'])('is no count: %j', (payloads) => {
    const counted = { prefix: keyPrefix(primary), payloads: payloads as number };
    expect(() => countKeyUse([counted])).toThrow(TypeError);
  });
});

describe('how payloads begin under a key', () => {
  it('is 44 characters, from which the key id comes back', () => {
    expect(newer.payload.startsWith(keyPrefix(primary))).toBe(true);
    expect(keyPrefix(primary)).toHaveLength(44);
    expect(keyIdOfPrefix(keyPrefix(primary))).toBe(primary);
  });

  it('is nothing else', () => {
    expect(keyIdOfPrefix('')).toBeNull();
    expect(keyIdOfPrefix(newer.payload)).toBeNull();
    expect(keyIdOfPrefix('!'.repeat(44))).toBeNull();
    expect(keyIdOfPrefix(`Ag${keyPrefix(primary).slice(2)}`)).toBeNull();
  });
});
