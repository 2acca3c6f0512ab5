import { concat } from '../bytes/copies.js';
import { encodeUtf8 } from '../bytes/utf8.js';
import { derive } from '../crypto/derive.js';
import { type Dek, KEY_LENGTH, type Kek, type VaultKey } from '../crypto/key-types.js';
import { LABEL } from '../crypto/labels.js';
import { nobleAead } from '../crypto/noble-aead.js';
import { byRecoveryKey } from '../keys/by-recovery-key.js';
import { bySecret } from '../keys/by-secret.js';
import { sealFirstHeader } from '../keys/create-vault.js';
import type { KeySlot } from '../keys/key-slot.js';
import { type Keyset, makeDataKey } from '../keys/keyset.js';
import { draftSlot, sealSlot, type VaultOpener } from '../keys/opener.js';
import { beginOpening } from '../keys/opening.js';
import { formatRecoveryKey } from '../keys/recovery-key.js';
import { makeVault, type Vault } from '../keys/vault.js';
import { pinOf } from '../keys/vault-facts.js';
import { VAULT_ID_LENGTH } from '../keys/vault-header.js';
import { memoryStore, type VaultStore } from '../keys/vault-store.js';

/** Nine bytes, so that the mark is whole in base64url too: `VEVTVE9OTFkh`. */
const VAULT_ID_MARK = 'TESTONLY!';
const SLOT_INFO = 'rowseal/testing: keys from a seed, never in production';
const RECOVERY_SECRET_LENGTH = 16;

/** What {@link vaultForTesting} returns. */
export interface VaultForTesting {
  /** The open vault. */
  readonly vault: Vault;
  /** A `memoryStore` that holds its header and pin. */
  readonly store: VaultStore;
  /** Opens the vault from the store without Argon2id. */
  readonly opener: VaultOpener;
  /** Opens it too: 39 characters, for code that takes what a user typed. */
  readonly recoveryKey: string;
}

/**
 * A vault for an app's tests: at once, without Argon2id, with the same keys for the same seed.
 *
 * Rows that were sealed in one run open in the next, so they can be kept as fixtures; nonces stay
 * random. Two calls with one seed give two headers of one vault, which a device takes for a fork:
 * for a second device open `memoryStore(vault.header)` with the `opener`.
 *
 * Security: never in production, since whoever knows the seed has the keys. Such a vault can be told
 * from a real one: its vault id begins with the bytes `TESTONLY!`, so `vault.vaultId` with
 * `VEVTVE9OTFkh`, and so does its header after the first byte.
 *
 * @param seed any text but the empty one; one for each user of a test
 *
 * @throws `NO_SECURE_RANDOM`; `TypeError` for an empty seed or one that is no well-formed text.
 *
 * @example
 * ```ts
 * import { decryptRow, defineTable, encrypted, encryptRow, openVault } from 'rowseal';
 * import { vaultForTesting } from 'rowseal/testing';
 *
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const { vault, store, opener } = vaultForTesting('ada');
 * const sealed = encryptRow(vault, notes, { id: 'n1', body: 'hello' });
 * const opened = await openVault(store, opener); // as the app does
 * console.assert(decryptRow(opened, notes, sealed).body === 'hello');
 * ```
 */
export function vaultForTesting(seed: string): VaultForTesting {
  const keys = keysOf(seed);
  const opener = bySecret(keys.secret, { info: bytesOf(SLOT_INFO) });
  const recoveryKey = formatRecoveryKey(keys.recoverySecret);
  const slots = [
    slotFor(opener, keys.secret, LABEL.secretSlot, keys),
    slotFor(byRecoveryKey(recoveryKey), keys.recoverySecret, LABEL.recoverySlot, keys),
  ];
  const header = sealFirstHeader({ ...keys, slots }, nobleAead);
  const vault = makeVault({ ...keys, header, opening: beginOpening(nobleAead) }, 'pinned');
  const store = memoryStore(vault.header);
  void store.savePin(pinOf(vault));
  return { vault, store, opener, recoveryKey };
}

interface SeedKeys extends Keyset {
  readonly vaultId: Uint8Array;
  readonly vaultKey: VaultKey;
  readonly secret: Uint8Array;
  readonly recoverySecret: Uint8Array;
}

function keysOf(seed: string): SeedKeys {
  const seedBytes = bytesOf(seed);
  const mark = bytesOf(VAULT_ID_MARK);
  const idOfSeed = derive(seedBytes, mark, 'rowseal/testing vault id');
  const vaultId = concat(mark, idOfSeed.subarray(0, VAULT_ID_LENGTH - mark.length));
  const keyFor = (what: string, length = KEY_LENGTH) =>
    derive(seedBytes, vaultId, `rowseal/testing ${what}`, length);
  return {
    vaultId,
    vaultKey: keyFor('vault key') as VaultKey,
    dataKeys: [makeDataKey(vaultId, keyFor('data key') as Dek, 'primary', null)],
    earlierVaultKeys: [],
    secret: keyFor('secret'),
    recoverySecret: keyFor('recovery key', RECOVERY_SECRET_LENGTH),
  };
}

/** What the opener's own `deriveKek` would lead to, without its promise. */
function slotFor(opener: VaultOpener, secret: Uint8Array, label: string, keys: SeedKeys): KeySlot {
  const draft = draftSlot(opener);
  return sealSlot(draft, derive(secret, draft.salt, label) as Kek, keys, nobleAead);
}

function bytesOf(text: string): Uint8Array {
  const bytes = typeof text === 'string' && text !== '' ? encodeUtf8(text) : null;
  if (bytes) return bytes;
  throw new TypeError('A seed is well-formed text of at least one character.');
}
