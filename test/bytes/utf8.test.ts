import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8, isWellFormed } from '../../src/bytes/utf8.js';
import { holds } from '../properties/holds.js';
import { texts } from '../properties/values.js';

const platform = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeByPlatform(bytes: Uint8Array): string | null {
  try {
    return platform.decode(bytes);
  } catch {
    return null;
  }
}

/** Bytes at the edges of Unicode's table 3-7, where well-formed and ill-formed sequences meet. */
const edgeBytes = fc.constantFrom(
  ...[0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf],
  ...[0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xfe, 0xff],
);

describe('the UTF-8 decoder', () => {
  it('decides every sequence of edge bytes as the platform does', () => {
    const sequences = fc.array(edgeBytes, { maxLength: 6 }).map((all) => Uint8Array.from(all));
    holds(
      fc.property(sequences, (bytes) => {
        expect(decodeUtf8(bytes)).toBe(decodeByPlatform(bytes));
      }),
      20_000,
    );
  });

  it('decides mutated text as the platform does', () => {
    holds(
      fc.property(texts, fc.nat(), fc.nat({ max: 255 }), (text, at, byte) => {
        const bytes = new TextEncoder().encode(text);
        bytes[at % (bytes.length || 1)] = byte;
        expect(decodeUtf8(bytes)).toBe(decodeByPlatform(bytes));
      }),
      2000,
    );
  });

  it('decides every two-byte sequence as the platform does', () => {
    const differing: number[] = [];
    for (let value = 0; value <= 0xffff; value++) {
      const bytes = Uint8Array.of(value >>> 8, value & 0xff);
      if (decodeUtf8(bytes) !== decodeByPlatform(bytes)) differing.push(value);
    }
    expect(differing).toEqual([]);
  });

  it.each([
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong slash of three bytes', [0xe0, 0x80, 0xaf]],
    ['an overlong slash of four bytes', [0xf0, 0x80, 0x80, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a surrogate pair (CESU-8)', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
    ['a code point beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a lone continuation byte', [0x80]],
    ['a sequence cut short', [0xe2, 0x82]],
    ['a five-byte sequence', [0xf8, 0x88, 0x80, 0x80, 0x80]],
  ])('refuses %s', (_, bytes) => {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBeNull();
  });

  it('keeps a byte order mark', () => {
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe('\ufeffA');
  });

  it('decodes text longer than its chunks', () => {
    for (const unit of ['a', 'é', '€', '👋']) {
      for (const length of [4095, 4096, 4097, 100_000]) {
        const text = unit.repeat(length);
        expect(decodeUtf8(new TextEncoder().encode(text)) === text).toBe(true);
      }
    }
  });
});

describe('the UTF-8 encoder', () => {
  it('is the inverse of the decoder', () => {
    holds(
      fc.property(texts, (text) => {
        const bytes = encodeUtf8(text) as Uint8Array;
        expect(decodeUtf8(bytes)).toBe(text);
      }),
      1000,
    );
  });

  it('refuses exactly the texts with a lone surrogate', () => {
    const units = fc.constantFrom('\ud800', '\udbff', '\udc00', '\udfff', 'a', '\ud83d\ude00');
    holds(
      fc.property(fc.array(units), (all) => {
        const text = all.join('');
        // Encoding replaces a lone surrogate, so such a text does not survive the round trip.
        const survives = new TextDecoder().decode(new TextEncoder().encode(text)) === text;
        expect(isWellFormed(text)).toBe(survives);
        expect(encodeUtf8(text) !== null).toBe(survives);
      }),
      1000,
    );
  });
});
