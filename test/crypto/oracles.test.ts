/**
 * Other implementations as oracles: libsodium's XChaCha20-Poly1305 and hash-wasm's Argon2id, both
 * from C. Whatever one side seals, the other opens; what one refuses, both do.
 */
import fc from 'fast-check';
import { argon2id } from 'hash-wasm';
import sodium from 'libsodium-wrappers';
import { beforeAll, describe, expect, it } from 'vitest';
import { TAG_LENGTH } from '../../src/crypto/aead.js';
import { nobleAead } from '../../src/crypto/noble-aead.js';
import { nobleArgon2id } from '../../src/crypto/noble-argon2id.js';
import { holds } from '../properties/holds.js';
import { mutate, mutations } from '../properties/mutations.js';

beforeAll(() => sodium.ready);

const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const upTo = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' });
const calls = fc.record({
  key: exactly(32),
  nonce: exactly(24),
  plaintext: upTo(400),
  associatedData: upTo(200),
});

type Call = typeof calls extends fc.Arbitrary<infer Value> ? Value : never;

function sodiumSeal({ key, nonce, plaintext, associatedData }: Call): Uint8Array {
  return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
    plaintext,
    associatedData,
    null,
    nonce,
    key,
  );
}

function sodiumOpen(sealed: Uint8Array, { key, nonce, associatedData }: Call): Uint8Array | null {
  try {
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
      null,
      sealed,
      associatedData,
      nonce,
      key,
    );
  } catch {
    return null;
  }
}

function sealed({ key, nonce, plaintext, associatedData }: Call): Uint8Array {
  return nobleAead.seal(key, nonce, plaintext, associatedData);
}

function opened(bytes: Uint8Array, { key, nonce, associatedData }: Call): Uint8Array | null {
  return nobleAead.open(key, nonce, bytes, associatedData);
}

/** Patterned, so that a block in the wrong place shows. */
function callOf(plaintextLength: number, associatedLength: number): Call {
  const pattern = (length: number, seed: number) =>
    Uint8Array.from({ length }, (_, i) => (i * 167 + seed + (i >> 8)) & 0xff);
  return {
    key: pattern(32, plaintextLength),
    nonce: pattern(24, associatedLength),
    plaintext: pattern(plaintextLength, 3),
    associatedData: pattern(associatedLength, 5),
  };
}

describe('XChaCha20-Poly1305 agrees with libsodium', () => {
  it('for random messages of 0 to 400 bytes with 0 to 200 of associated data', () => {
    holds(
      fc.property(calls, (call) => {
        const bytes = sealed(call);
        expect(bytes).toEqual(sodiumSeal(call));
        expect(opened(bytes, call)).toEqual(call.plaintext);
        expect(sodiumOpen(bytes, call)).toEqual(call.plaintext);
      }),
      500,
    );
  });

  it('for every message length from 0 to 400', () => {
    for (let length = 0; length <= 400; length++) {
      const call = callOf(length, length % 7);
      const bytes = sealed(call);
      expect(bytes, `${length} bytes`).toEqual(sodiumSeal(call));
      expect(opened(bytes, call), `${length} bytes`).toEqual(call.plaintext);
    }
  });

  it('for every length of associated data from 0 to 200, beside no and some plaintext', () => {
    for (let length = 0; length <= 200; length++) {
      for (const call of [callOf(0, length), callOf(65, length)]) {
        const bytes = sealed(call);
        expect(bytes, `${length} bytes`).toEqual(sodiumSeal(call));
        expect(opened(bytes, call), `${length} bytes`).toEqual(call.plaintext);
      }
    }
  });

  it.each([4_095, 4_096, 65_536 + 1, 1_048_576])('for %d bytes', (length) => {
    const call = callOf(length, 130);
    const bytes = sealed(call);
    expect(Buffer.compare(bytes, sodiumSeal(call))).toBe(0);
    expect(Buffer.compare(opened(bytes, call) ?? new Uint8Array(0), call.plaintext)).toBe(0);
  });

  it('for inputs that are views into the middle of larger buffers, odd offsets among them', () => {
    for (let offset = 0; offset < 9; offset++) {
      const call = callOf(129, 33);
      const inside = (bytes: Uint8Array) => {
        const buffer = new Uint8Array(bytes.length + 20).fill(0xee);
        buffer.set(bytes, offset);
        return buffer.subarray(offset, offset + bytes.length);
      };
      const { key, nonce, plaintext, associatedData } = call;
      const views = {
        key: inside(key),
        nonce: inside(nonce),
        plaintext: inside(plaintext),
        associatedData: inside(associatedData),
      };
      const bytes = sealed(views);
      expect(bytes).toEqual(sodiumSeal(call));
      expect(opened(inside(bytes), views)).toEqual(plaintext);
      expect(views).toEqual(call);
    }
  });

  it('about what does not open: changed bytes anywhere', () => {
    holds(
      fc.property(calls, mutations, (call, mutation) => {
        const bytes = sealed(call);
        const forged = mutate(bytes, mutation);
        fc.pre(!Buffer.from(forged).equals(bytes));
        expect(sodiumOpen(forged, call)).toBeNull();
        expect(opened(forged, call)).toBeNull();
      }),
      300,
    );
  });

  it('about what does not open: every bit of the tag, and every length below a tag', () => {
    const call = callOf(20, 10);
    const bytes = sealed(call);
    for (let bit = 0; bit < 8 * TAG_LENGTH; bit++) {
      const forged = bytes.slice();
      const at = bytes.length - TAG_LENGTH + (bit >> 3);
      forged[at] = (forged[at] as number) ^ (1 << (bit & 7));
      expect(opened(forged, call), `bit ${bit}`).toBeNull();
    }
    for (let length = 0; length < TAG_LENGTH; length++) {
      expect(opened(bytes.subarray(0, length), call), `${length} bytes`).toBeNull();
      expect(sodiumOpen(bytes.subarray(0, length), call), `${length} bytes`).toBeNull();
    }
  });
});

describe('Argon2id agrees with hash-wasm', () => {
  it.each([
    { memoryKiB: 8, passes: 1, lanes: 1, passwordLength: 1 },
    { memoryKiB: 64, passes: 4, lanes: 4, passwordLength: 33 },
    { memoryKiB: 100, passes: 2, lanes: 3, passwordLength: 64 },
    { memoryKiB: 1_024, passes: 3, lanes: 1, passwordLength: 1_024 },
    { memoryKiB: 19_456, passes: 2, lanes: 1, passwordLength: 28 },
    { memoryKiB: 19_457, passes: 2, lanes: 2, passwordLength: 28 },
  ])(
    'at $memoryKiB KiB, $passes passes, $lanes lanes and $passwordLength bytes',
    async ({ passwordLength, ...costs }) => {
      const { plaintext: password, key } = callOf(passwordLength, 0);
      const salt = key.slice(0, 16);
      const expected = await argon2id({
        password,
        salt,
        outputType: 'binary',
        hashLength: 32,
        memorySize: costs.memoryKiB,
        iterations: costs.passes,
        parallelism: costs.lanes,
      });
      expect(await nobleArgon2id.argon2id({ ...costs, password, salt })).toEqual(expected);
    },
  );
});
