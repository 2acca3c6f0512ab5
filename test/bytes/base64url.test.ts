import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64urlLength, decodeBase64url, encodeBase64url } from '../../src/bytes/base64url.js';
import { holds } from '../properties/holds.js';

describe('base64url', () => {
  it('agrees with the platform and comes back', () => {
    holds(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = encodeBase64url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(text).toHaveLength(base64urlLength(bytes.length));
        expect(decodeBase64url(text)).toEqual(bytes);
      }),
      500,
    );
  });

  it('has one text for whatever is accepted', () => {
    const characters = fc.constantFrom(...'AQgwZz09-_+/= \n\t.é');
    holds(
      fc.property(fc.string({ unit: characters, maxLength: 9 }), (text) => {
        const bytes = decodeBase64url(text);
        if (bytes) expect(encodeBase64url(bytes)).toBe(text);
      }),
      5000,
    );
  });

  it.each(['AA==', 'AQ=', 'A', 'AB', 'AAB', 'AQ\n', ' AQ', '+A', '/w', 'AQ\0', 'ＡＱ'])(
    'refuses %j',
    (text) => {
      expect(decodeBase64url(text)).toBeNull();
    },
  );
});
