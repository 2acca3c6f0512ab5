import { hchacha, xchacha20, xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NONCE_LENGTH, TAG_LENGTH } from '../../src/crypto/aead.js';
import { nobleAead } from '../../src/crypto/noble-aead.js';
import { holds } from '../properties/holds.js';
import { mutate, mutations } from '../properties/mutations.js';
import { wipedBy } from '../support/wiped-by.js';

/** draft-irtf-cfrg-xchacha-03, appendix A.3.1. */
const VECTOR = {
  plaintext: Buffer.from(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  ),
  associatedData: Buffer.from('50515253c0c1c2c3c4c5c6c7', 'hex'),
  key: Buffer.from('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f', 'hex'),
  nonce: Buffer.from('404142434445464748494a4b4c4d4e4f5051525354555657', 'hex'),
  ciphertext:
    'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb' +
    '731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452' +
    '2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9' +
    '21f9664c97637da9768812f615c68b13b52e' +
    'c0875924c1c7987947deafd8780acf49',
};

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const inputs = fc.record({
  key: bytesOf(32),
  nonce: bytesOf(NONCE_LENGTH),
  plaintext: fc.uint8Array({ maxLength: 300 }),
  associatedData: fc.uint8Array({ maxLength: 100 }),
});

describe('XChaCha20-Poly1305', () => {
  const { seal, open } = nobleAead;

  it("gives the draft's ciphertext and tag, and opens them", () => {
    const { key, nonce, plaintext, associatedData, ciphertext } = VECTOR;
    const sealed = seal(key, nonce, plaintext, associatedData);
    expect(Buffer.from(sealed).toString('hex')).toBe(ciphertext);
    const opened = open(key, nonce, Buffer.from(ciphertext, 'hex'), associatedData);
    expect(Buffer.from(opened ?? []).equals(plaintext)).toBe(true);
  });

  it('opens what it sealed, and leaves its inputs as they were', () => {
    holds(
      fc.property(inputs, ({ key, nonce, plaintext, associatedData }) => {
        const before = plaintext.slice();
        const sealed = seal(key, nonce, plaintext, associatedData);
        expect(sealed).toHaveLength(plaintext.length + TAG_LENGTH);
        expect(open(key, nonce, sealed, associatedData)).toEqual(before);
        expect(plaintext).toEqual(before);
      }),
    );
  });

  it('gives the bytes of noble as shipped', () => {
    holds(
      fc.property(inputs, ({ key, nonce, plaintext, associatedData }) => {
        const cipher = xchacha20poly1305(key, nonce, associatedData);
        const sealed = seal(key, nonce, plaintext, associatedData);
        expect(sealed).toEqual(cipher.encrypt(plaintext));
        expect(open(key, nonce, sealed, associatedData)).toEqual(cipher.decrypt(sealed));
      }),
      500,
    );
  });

  it('takes views at any place in memory, and messages longer than its buffers', () => {
    const memory = Uint8Array.from({ length: 9000 }, (_, i) => i * 31);
    for (const at of [0, 1, 2, 3, 5]) {
      const [key, nonce] = [memory.subarray(at, at + 32), memory.subarray(at + 40, at + 64)];
      const [plaintext, associatedData] = [
        memory.subarray(at + 70, -9),
        memory.subarray(at, at + 999),
      ];
      const sealed = seal(key, nonce, plaintext, associatedData);
      expect(sealed).toEqual(xchacha20poly1305(key, nonce, associatedData).encrypt(plaintext));
      expect(open(key, nonce, sealed, associatedData)).toEqual(plaintext.slice());
    }
  });

  it('leaves nothing of its keys in memory, nor beside the ciphertext', () => {
    const { key, nonce, plaintext, associatedData } = VECTOR;
    const subkey = new Uint32Array(8);
    const words = (bytes: Uint8Array) => new Uint32Array(Uint8Array.from(bytes).buffer);
    const sigma = words(Buffer.from('expand 32-byte k'));
    hchacha(sigma, words(key), words(nonce.subarray(0, 16)), subkey);
    const macKey = xchacha20(key, nonce, new Uint8Array(32));
    const secrets = [key, new Uint8Array(subkey.buffer), macKey];
    let sealed = new Uint8Array(0);
    const bySeal = wipedBy(() => {
      sealed = Uint8Array.from(seal(key, nonce, plaintext, associatedData));
    });
    const byOpen = wipedBy(() => open(key, nonce, sealed, associatedData));
    const byRefusal = wipedBy(() => open(key, nonce, sealed, plaintext));
    for (const secret of secrets.map((bytes) => Buffer.from(bytes).toString('hex'))) {
      for (const wiped of [bySeal, byOpen, byRefusal]) {
        expect(wiped.some((buffer) => buffer.startsWith(secret))).toBe(true);
      }
    }
    const { buffer, byteOffset } = seal(key, nonce, plaintext, associatedData);
    expect(new Uint8Array(buffer, 0, byteOffset).every((byte) => byte === 0)).toBe(true);
  });

  it('refuses keys, nonces and ciphertexts of other lengths', () => {
    const [key, nonce, none] = [new Uint8Array(32), new Uint8Array(24), new Uint8Array(0)];
    expect(() => seal(key.subarray(1), nonce, none, none)).toThrow(RangeError);
    expect(() => seal(key, nonce.subarray(1), none, none)).toThrow(RangeError);
    const sealed = seal(key, nonce, none, none);
    expect(open(key, nonce, sealed, none)).toEqual(none);
    expect(open(key.subarray(1), nonce, sealed, none)).toBeNull();
    expect(open(key, nonce.subarray(1), sealed, none)).toBeNull();
    expect(open(key, nonce, sealed.subarray(1), none)).toBeNull();
  });

  it('opens nothing that was changed: ciphertext, key, nonce or associated data', () => {
    const parts = fc.constantFrom('sealed', 'key', 'nonce', 'associatedData');
    holds(
      fc.property(inputs, parts, mutations, ({ plaintext, ...input }, part, mutation) => {
        const sealed = seal(input.key, input.nonce, plaintext, input.associatedData);
        const honest = { ...input, sealed };
        const changed = mutate(honest[part], mutation);
        fc.pre(!Buffer.from(changed).equals(honest[part]));
        const forged = { ...honest, [part]: changed };
        expect(open(forged.key, forged.nonce, forged.sealed, forged.associatedData)).toBeNull();
      }),
      500,
    );
  });
});
