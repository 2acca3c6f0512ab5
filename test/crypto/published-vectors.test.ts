/**
 * Published vectors that ask for more than `src/crypto` offers. Those of HKDF have labels that are
 * no text: they hold the two implementations that `derive` is compared with. That of Argon2id has a
 * secret: it holds the function that `nobleArgon2id` calls.
 */
import { hkdfSync } from 'node:crypto';
import { argon2id } from '@noble/hashes/argon2.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { derive } from '../../src/crypto/derive.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const range = (from: number, to: number) =>
  Uint8Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('HKDF-SHA-256', () => {
  it.each([
    {
      name: 'A.1',
      key: new Uint8Array(22).fill(0x0b),
      salt: range(0x00, 0x0c),
      info: range(0xf0, 0xf9),
      length: 42,
      output:
        '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    },
    {
      name: 'A.2',
      key: range(0x00, 0x4f),
      salt: range(0x60, 0xaf),
      info: range(0xb0, 0xff),
      length: 82,
      output:
        'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c' +
        '59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71' +
        'cc30c58179ec3e87c14c01d5c1f3434f1d87',
    },
  ])('of noble and of OpenSSL gives the key of RFC 5869, appendix $name', (vector) => {
    const { key, salt, info, length, output } = vector;
    expect(hex(hkdf(sha256, key, salt, info, length))).toBe(output);
    expect(hex(new Uint8Array(hkdfSync('sha256', key, salt, info, length)))).toBe(output);
  });

  it('of this package agrees with OpenSSL where blocks and hashes end', () => {
    for (const keyLength of [0, 16, 32, 63, 64, 65]) {
      for (const length of [1, 16, 31, 32, 33, 63, 64, 65, 255 * 32]) {
        const [key, salt] = [range(1, keyLength), range(1, keyLength)];
        const expected = new Uint8Array(hkdfSync('sha256', key, salt, 'rowseal/1', length));
        expect(hex(derive(key, salt, 'rowseal/1', length))).toBe(hex(expected));
      }
    }
  });
});

it('Argon2id of noble gives the tag of RFC 9106, section 5.3', () => {
  const tag = argon2id(new Uint8Array(32).fill(1), new Uint8Array(16).fill(2), {
    m: 32,
    t: 3,
    p: 4,
    dkLen: 32,
    key: new Uint8Array(8).fill(3),
    personalization: new Uint8Array(12).fill(4),
  });
  expect(hex(tag)).toBe('0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659');
});
