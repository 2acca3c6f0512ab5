import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derive, hash, mac } from '../../src/crypto/derive.js';
import type { MacKey } from '../../src/crypto/key-types.js';
import { holds } from '../properties/holds.js';
import { texts } from '../properties/values.js';
import { wipedBy } from '../support/wiped-by.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const macOf = (key: Uint8Array, data: Uint8Array) => hex(mac(key as MacKey, data));
const utf8 = (text: string) => new TextEncoder().encode(text);
const anyBytes = fc.uint8Array({ maxLength: 300, size: 'max' });

describe('SHA-256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('of %j is what FIPS 180-4 gives', (text, digest) => {
    expect(hex(hash(Buffer.from(text)))).toBe(digest);
  });

  it('agrees with OpenSSL', () => {
    holds(
      fc.property(anyBytes, (bytes) => {
        expect(hex(hash(bytes))).toBe(createHash('sha256').update(bytes).digest('hex'));
      }),
    );
  });
});

describe('HMAC-SHA-256', () => {
  it('wipes what it made of the key, and the inner hash', () => {
    const [key, data] = [Buffer.alloc(32, 1), Buffer.from('data')];
    const pad = (flipped: number) => Buffer.alloc(64, flipped).fill(1 ^ flipped, 0, 32);
    const wiped = wipedBy(() => macOf(key, data));
    expect(wiped).toContain(hex(pad(0x5c)));
    expect(wiped).toContain(hex(hash(pad(0x36), data)));
  });

  // RFC 4231, sections 4.2, 4.3, 4.4 and 4.7.
  it.each([
    {
      key: Buffer.alloc(20, 0x0b),
      data: Buffer.from('Hi There'),
      tag: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    },
    {
      key: Buffer.from('Jefe'),
      data: Buffer.from('what do ya want for nothing?'),
      tag: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    },
    {
      key: Buffer.alloc(20, 0xaa),
      data: Buffer.alloc(50, 0xdd),
      tag: '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    },
    {
      key: Buffer.alloc(131, 0xaa),
      data: Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First'),
      tag: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    },
  ])('gives the tag of RFC 4231: $tag', ({ key, data, tag }) => {
    expect(macOf(key, data)).toBe(tag);
  });

  it('agrees with OpenSSL and with noble', () => {
    holds(
      fc.property(anyBytes, anyBytes, (key, data) => {
        const tag = macOf(key, data);
        expect(tag).toBe(createHmac('sha256', key).update(data).digest('hex'));
        expect(tag).toBe(hex(hmac(sha256, key, data)));
      }),
    );
  });

  it.each([63, 64, 65])('agrees with OpenSSL for a key of %i bytes, around the block', (length) => {
    const key = Buffer.alloc(length, 0xc3);
    expect(macOf(key, Buffer.from('x'))).toBe(createHmac('sha256', key).update('x').digest('hex'));
  });
});

describe('HKDF-SHA-256', () => {
  it('gives the key of RFC 5869, appendix A.3', () => {
    // The one vector whose info is text, as labels are: the empty one.
    const key = derive(Buffer.alloc(22, 0x0b), Buffer.alloc(0), '', 42);
    expect(hex(key)).toBe(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    );
  });

  it('agrees with OpenSSL and with noble, for every label', () => {
    holds(
      fc.property(
        anyBytes,
        anyBytes,
        texts,
        fc.integer({ min: 1, max: 64 }),
        (key, salt, label, length) => {
          const derived = hex(derive(key, salt, label, length));
          const expected = hkdfSync('sha256', key, salt, label, length);
          expect(derived).toBe(hex(new Uint8Array(expected)));
          expect(derived).toBe(hex(hkdf(sha256, key, salt, utf8(label), length)));
        },
      ),
    );
  });

  it('gives 32 bytes unless told', () => {
    expect(derive(Buffer.alloc(32), Buffer.alloc(16), 'label')).toHaveLength(32);
  });

  it('wipes the pseudorandom key and every block of the key', () => {
    const [key, salt] = [Buffer.alloc(32, 1), Buffer.alloc(16, 2)];
    let derived = '';
    const wiped = wipedBy(() => {
      derived = hex(derive(key, salt, 'label', 64));
    });
    const pseudoRandomKey = createHmac('sha256', salt).update(key).digest('hex');
    expect(wiped).toContain(pseudoRandomKey);
    expect(wiped).toContain(derived.slice(0, 64));
    expect(wiped).toContain(derived.slice(64));
  });

  it('leaves its inputs as they are', () => {
    const [key, salt] = [Buffer.alloc(32, 1), Buffer.alloc(16, 2)];
    derive(key, salt, 'label');
    expect([key, salt]).toEqual([Buffer.alloc(32, 1), Buffer.alloc(16, 2)]);
  });
});
