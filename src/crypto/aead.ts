/**
 * The AEAD of everything: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), 32-byte keys, 24-byte
 * nonces, 16-byte tags. One suite, no option to change it.
 */

export const NONCE_LENGTH = 24;
export const TAG_LENGTH = 16;

/**
 * An implementation of XChaCha20-Poly1305.
 *
 * All give identical bytes; an app picks one in code for speed, and stored data never picks it.
 *
 * Security: an implementation must verify the tag before it returns anything, return a buffer of
 * its own each time (never one that it writes to again), leave its inputs as they are, and keep no
 * copy of key or plaintext.
 *
 * @example
 * ```ts
 * import sodium from 'libsodium-wrappers';
 * import { type AeadBackend, nobleAead } from 'rowseal';
 *
 * await sodium.ready;
 * const sodiumAead: AeadBackend = {
 *   name: 'libsodium',
 *   seal: (key, nonce, plaintext, data) =>
 *     sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, data, null, nonce, key),
 *   open(key, nonce, ciphertext, data) {
 *     try {
 *       return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, ciphertext, data, nonce, key);
 *     } catch {
 *       return null;
 *     }
 *   },
 * };
 * const [key, nonce, data] = [new Uint8Array(32).fill(7), new Uint8Array(24), new Uint8Array(3)];
 * const sealed = sodiumAead.seal(key, nonce, Uint8Array.of(1, 2), data);
 * console.assert(nobleAead.open(key, nonce, sealed, data)?.join() === '1,2');
 * ```
 */
export interface AeadBackend {
  /** For people and benchmarks. */
  readonly name: string;
  /**
   * Ciphertext followed by the 16-byte tag.
   *
   * @param key 32 bytes
   * @param nonce 24 bytes
   */
  seal(
    key: Uint8Array,
    nonce: Uint8Array,
    plaintext: Uint8Array,
    associatedData: Uint8Array,
  ): Uint8Array;
  /**
   * The plaintext, or `null` when the tag does not fit: never part of it.
   *
   * @param key 32 bytes
   * @param nonce 24 bytes
   * @param ciphertext with the 16-byte tag
   */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    ciphertext: Uint8Array,
    associatedData: Uint8Array,
  ): Uint8Array | null;
}
