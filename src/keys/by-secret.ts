import { isBytes } from '../bytes/is-bytes.js';
import { derive } from '../crypto/derive.js';
import { KEY_LENGTH, type Kek } from '../crypto/key-types.js';
import { LABEL } from '../crypto/labels.js';
import { assertOptions } from '../errors.js';
import { INFO_LIMIT } from './key-slot.js';
import type { VaultOpener } from './opener.js';

/** Options of {@link bySecret}. */
export interface SecretOptions {
  /**
   * Up to 256 public bytes for a new slot: a passkey's credential id, its PRF salt, a label.
   *
   * Authenticated; the server sees them.
   */
  readonly info?: Uint8Array;
}

/**
 * Opens a vault by 32 secret bytes: the output of a passkey's PRF extension, or a key that the
 * device keeps.
 *
 * A passkey can be deleted, and its PRF output changes with the salt and with user verification:
 * so a vault never has only such slots.
 *
 * Security: the 32 bytes must be uniformly random or a PRF's output, never a password.
 *
 * @throws `TypeError` unless there are 32 bytes that are not all equal.
 *
 * @example
 * ```ts
 * import { bySecret, createVault, memoryStore, openVault } from 'rowseal';
 *
 * const deviceKey = crypto.getRandomValues(new Uint8Array(32));
 * const store = memoryStore();
 * const { recoveryKey } = await createVault(store, bySecret(deviceKey));
 * await openVault(store, bySecret(deviceKey));
 * console.assert(recoveryKey.length === 39);
 * ```
 */
export function bySecret(secret: Uint8Array, options: SecretOptions = {}): VaultOpener {
  assertOptions(options, ['info'], 'bySecret');
  assertSecret(secret);
  const info = options.info ?? new Uint8Array(0);
  if (!isBytes(info) || info.length > INFO_LIMIT) {
    throw new TypeError(`The info of a slot is a Uint8Array of at most ${INFO_LIMIT} bytes.`);
  }
  // Not `slice`, which gives a view of the same memory for Node's Buffer.
  const copy = Uint8Array.from(secret);
  return {
    slotType: 'secret',
    info: Uint8Array.from(info),
    costs: null,
    async deriveKek({ salt }) {
      return derive(copy, salt, LABEL.secretSlot) as Kek;
    },
  };
}

function assertSecret(secret: Uint8Array): void {
  if (!isBytes(secret) || secret.length !== KEY_LENGTH) {
    throw new TypeError(
      `A secret is a Uint8Array of ${KEY_LENGTH} bytes, from a passkey's PRF or a random generator.`,
    );
  }
  if (secret.every((byte) => byte === secret[0])) {
    throw new TypeError('This secret is a constant, not random bytes.');
  }
}
