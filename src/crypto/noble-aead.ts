/**
 * XChaCha20-Poly1305 composed of the primitives of `@noble/ciphers`: HChaCha20, ChaCha20, Poly1305.
 *
 * The same bytes as noble's own `xchacha20poly1305`, by noble's key stream, subkey and tag. At the
 * length of a row most of the time goes to checks, copies and a second key schedule; composed for
 * one-shot messages they are done once (`docs/decisions/0011-noble-recomposed.md`).
 *
 * | step | |
 * | --- | --- |
 * | subkey | HChaCha20 of the key and bytes 0–15 of the nonce (draft-irtf-cfrg-xchacha-03, section 2.2) |
 * | nonce | four zero bytes, then bytes 16–23 of the nonce (section 2.3) |
 * | Poly1305 key | bytes 0–31 of ChaCha20's block 0 (RFC 8439, section 2.6) |
 * | ciphertext | plaintext xor ChaCha20 from block 1 on (section 2.8) |
 * | tag | Poly1305 of associated data and ciphertext, each padded to 16 bytes, and their lengths |
 */
import { Poly1305 } from '@noble/ciphers/_poly1305.js';
import { chacha20, hchacha } from '@noble/ciphers/chacha.js';
import { borrowWriter, reserve, returnWriter, writtenBytes } from '../bytes/wire-writer.js';
import { type AeadBackend, NONCE_LENGTH, TAG_LENGTH } from './aead.js';
import { KEY_LENGTH } from './key-types.js';
import { equalSecrets, wipe } from './secrets.js';

const BLOCK_LENGTH = 64;
const HCHACHA_NONCE_LENGTH = 16;

const bytesOf = (words: Uint32Array): Uint8Array => new Uint8Array(words.buffer);

/** Words in the byte order of the platform, as noble takes them. */
const SIGMA = /* @__PURE__ */ new Uint32Array(
  /* @__PURE__ */ Uint8Array.from('expand 32-byte k', (character) => character.charCodeAt(0))
    .buffer,
);

/** The state of one call: nothing here runs while another call does, and each wipes it. */
const key = /* @__PURE__ */ new Uint32Array(8);
const nonceBeginning = /* @__PURE__ */ new Uint32Array(4);
const subkey = /* @__PURE__ */ new Uint32Array(8);
const shortNonce = /* @__PURE__ */ new Uint8Array(12);
const keyBytes = /* @__PURE__ */ bytesOf(key);
const nonceBytes = /* @__PURE__ */ bytesOf(nonceBeginning);
const subkeyBytes = /* @__PURE__ */ bytesOf(subkey);

/**
 * The default backend: `@noble/ciphers`, which runs everywhere.
 *
 * Pass another one as `aead` where speed matters, and this one to compare it with.
 *
 * @throws `RangeError` from `seal` for a key of other than 32 bytes or a nonce of other than 24.
 *
 * @example
 * ```ts
 * import { nobleAead } from 'rowseal';
 *
 * const key = crypto.getRandomValues(new Uint8Array(32));
 * const nonce = crypto.getRandomValues(new Uint8Array(24));
 * const table = new TextEncoder().encode('notes');
 * const sealed = nobleAead.seal(key, nonce, new TextEncoder().encode('hello'), table);
 * console.assert(nobleAead.open(key, nonce, sealed, table)?.length === 5);
 * console.assert(nobleAead.open(key, nonce, sealed, new Uint8Array(0)) === null);
 * ```
 */
export const nobleAead: AeadBackend = {
  name: 'noble',
  seal(aeadKey, nonce, plaintext, associatedData) {
    if (aeadKey.length !== KEY_LENGTH || nonce.length !== NONCE_LENGTH) {
      throw new RangeError('The key takes 32 bytes, the nonce 24.');
    }
    const { length } = plaintext;
    const memory = new Uint8Array(BLOCK_LENGTH + length + TAG_LENGTH);
    memory.set(plaintext, BLOCK_LENGTH);
    const blocks = memory.subarray(0, BLOCK_LENGTH + length);
    const macKey = memory.subarray(0, KEY_LENGTH);
    const sealed = memory.subarray(BLOCK_LENGTH);
    deriveSubkey(aeadKey, nonce);
    try {
      // One pass gives block 0, which begins with the Poly1305 key, and the ciphertext behind it.
      chacha20(subkeyBytes, shortNonce, blocks, blocks);
      sealed.set(tagOf(macKey, associatedData, sealed.subarray(0, length)), length);
    } finally {
      wipe(keyBytes, subkeyBytes, memory.subarray(0, BLOCK_LENGTH));
    }
    return sealed;
  },
  open(aeadKey, nonce, sealed, associatedData) {
    const length = sealed.length - TAG_LENGTH;
    if (aeadKey.length !== KEY_LENGTH || nonce.length !== NONCE_LENGTH || length < 0) return null;
    const ciphertext = sealed.subarray(0, length);
    const writer = borrowWriter();
    reserve(writer, BLOCK_LENGTH + length);
    const keystream = writtenBytes(writer);
    deriveSubkey(aeadKey, nonce);
    try {
      // The key stream of the zeros that stand there: block 0 for the tag, the rest for the text.
      chacha20(subkeyBytes, shortNonce, keystream, keystream);
      const tag = tagOf(keystream.subarray(0, KEY_LENGTH), associatedData, ciphertext);
      // Nothing is decrypted before its tag is known to be right.
      return equalSecrets(tag, sealed.subarray(length))
        ? xor(ciphertext, keystream.subarray(BLOCK_LENGTH))
        : null;
    } finally {
      wipe(keyBytes, subkeyBytes);
      returnWriter(writer);
    }
  },
};

function deriveSubkey(aeadKey: Uint8Array, nonce: Uint8Array): void {
  keyBytes.set(aeadKey);
  nonceBytes.set(nonce.subarray(0, HCHACHA_NONCE_LENGTH));
  shortNonce.set(nonce.subarray(HCHACHA_NONCE_LENGTH), 4);
  hchacha(SIGMA, key, nonceBeginning, subkey);
}

function xor(bytes: Uint8Array, keystream: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let i = 0; i < result.length; i++) {
    result[i] = (bytes[i] as number) ^ (keystream[i] as number);
  }
  return result;
}

/** Over a copy in one piece: noble would copy each of its parts. */
function tagOf(macKey: Uint8Array, associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const writer = borrowWriter();
  const ciphertextAt = paddedLength(associatedData.length);
  const lengthsAt = ciphertextAt + paddedLength(ciphertext.length);
  reserve(writer, lengthsAt + 16);
  const message = writtenBytes(writer);
  message.set(associatedData);
  message.set(ciphertext, ciphertextAt);
  writeLength(message, lengthsAt, associatedData.length);
  writeLength(message, lengthsAt + 8, ciphertext.length);
  const tag = new Poly1305(macKey).update(message).digest();
  returnWriter(writer);
  return tag;
}

function paddedLength(length: number): number {
  return Math.ceil(length / 16) * 16;
}

/** Little-endian; lengths of arrays in memory fit into six of the eight bytes. */
function writeLength(message: Uint8Array, at: number, length: number): void {
  for (let i = 0, rest = length; i < 6; i++, rest = Math.floor(rest / 0x100)) {
    message[at + i] = rest % 0x100;
  }
}
