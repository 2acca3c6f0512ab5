import { equalBytes } from '../bytes/compare.js';
import { type AeadBackend, nobleAead } from '../crypto/aead.js';
import { KEY_LENGTH, type VaultKey } from '../crypto/key-types.js';
import { randomBytes } from '../crypto/random.js';
import { assertOptions, RowsealError } from '../errors.js';
import { byRecoveryKey } from './by-recovery-key.js';
import { sealHeader } from './header-seal.js';
import type { KeySlot } from './key-slot.js';
import { vaultKeyId } from './keyset.js';
import { type OpenProgress, type VaultOpener, wrapVaultKey } from './opener.js';
import { formatPin } from './pin.js';
import { generateRecoveryKey } from './recovery-key.js';
import { freshDataKey } from './rotate-data-key.js';
import { holdKeys, inNewSession, type VaultSession } from './session.js';
import { changedMeanwhile, loadHeaderText, loadPin, replaceHeader } from './store-access.js';
import { makeVault, type Vault, type VaultSecrets } from './vault.js';
import { parseHeader, VAULT_ID_LENGTH, type VaultHeader } from './vault-header.js';
import type { VaultStore } from './vault-store.js';

/** Options of {@link createVault}. */
export interface CreateOptions extends OpenProgress {
  /**
   * `false` makes no recovery key: a forgotten password then means that all data is lost. Not
   * possible with `bySecret`, since passkeys and devices get lost.
   */
  readonly recovery?: boolean;
  /**
   * What is given up for the new vault: exactly the pin text (`pinOf`, or the store's
   * `loadPin()`) or the header text that stands there now. Rows of the old vault will not open
   * with the new one.
   */
  readonly replaces?: string;
  /** Another implementation of XChaCha20-Poly1305, with identical bytes. */
  readonly aead?: AeadBackend;
}

/** What {@link createVault} returns. */
export interface CreatedVault<RecoveryKey extends string | null = string> {
  readonly vault: Vault;
  /** Show it once, let the user write it down; it is kept nowhere. */
  readonly recoveryKey: RecoveryKey;
}

/**
 * Creates a vault: a new vault key, a first data key, a slot for the given secret, and a recovery
 * key unless told otherwise.
 *
 * Refuses where the store or this device already knows a vault, since a server that hides a
 * header must not make a device start over silently; pass `replaces` once the user has decided.
 *
 * Throws `HEADER_CONFLICT` where there is a vault already, `VAULT_MISMATCH` when `replaces` is
 * not what stands there, `STORE_FAILED`, `LAST_SLOT` for a passkey without a recovery key,
 * `NO_SECURE_RANDOM`.
 *
 * Security: the recovery key opens everything. Show it; never log, store or send it.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, memoryStore } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault, recoveryKey } = await createVault(store, byPassword('correct horse battery staple'));
 * console.log('Write this down:', recoveryKey, 'for vault', vault.vaultId);
 * ```
 */
export async function createVault(
  store: VaultStore,
  opener: VaultOpener,
  options: CreateOptions & { readonly recovery: false },
): Promise<CreatedVault<null>>;
export async function createVault(
  store: VaultStore,
  opener: VaultOpener,
  options?: CreateOptions & { readonly recovery?: true },
): Promise<CreatedVault>;
export async function createVault(
  store: VaultStore,
  opener: VaultOpener,
  options: CreateOptions = {},
): Promise<CreatedVault<string | null>> {
  assertOptions(options, ['aead', 'onProgress', 'recovery', 'replaces', 'signal'], 'createVault');
  const recovery = options.recovery ?? true;
  if (opener.slotType === 'recovery-key') {
    throw new TypeError('createVault makes the recovery key itself: pass byPassword or bySecret.');
  }
  if (!recovery && opener.slotType === 'secret') refuseLoneSecret();
  const replaced = await assertReplaceable(store, options.replaces);

  const recoveryKey = recovery ? generateRecoveryKey() : null;
  const openers = recoveryKey ? [opener, byRecoveryKey(recoveryKey)] : [opener];
  const vault = await inNewSession(options.aead ?? nobleAead, async (session) => {
    const secrets = await firstSecrets(openers, session, options);
    await replaceHeader(store, replaced, secrets.header, secrets.vaultKey);
    return makeVault(secrets, 'pinned');
  });
  return { vault, recoveryKey };
}

async function firstSecrets(
  openers: readonly VaultOpener[],
  session: VaultSession,
  progress: OpenProgress,
): Promise<VaultSecrets> {
  const { aead } = session;
  const vaultId = randomBytes(VAULT_ID_LENGTH);
  const vaultKey = randomBytes(KEY_LENGTH) as VaultKey;
  const keyset = { dataKeys: [freshDataKey(vaultId)], earlierVaultKeys: [] };
  holdKeys(session, vaultKey, keyset);
  const slots: KeySlot[] = [];
  for (const opener of openers) {
    slots.push(await wrapVaultKey(vaultId, vaultKey, opener, aead, progress));
  }
  const fields = {
    vaultId,
    vaultKeyId: vaultKeyId(vaultId, vaultKey),
    epoch: 1,
    predecessors: [],
    slots,
    extensions: [],
  };
  const header = sealHeader(fields, keyset, vaultKey, aead);
  return { header, vaultKey, session, ...keyset };
}

/** The stored header that the caller gives up by name, or `null` when nothing is there. */
async function assertReplaceable(
  store: VaultStore,
  replaces: string | undefined,
): Promise<VaultHeader | null> {
  const headerText = await loadHeaderText(store);
  const pin = await loadPin(store);
  if (headerText === null && !pin) {
    return replaces === undefined ? null : refuseReplacement();
  }
  if (replaces === undefined) {
    throw new RowsealError(
      'HEADER_CONFLICT',
      'There is a vault already, in the store or in what this device remembers. Open it with openVault; to give it up for ever, pass its pin or header as { replaces }.',
    );
  }
  const header = headerText === null ? null : parseHeader(headerText);
  if (replaces === headerText) return header;
  if (!pin || replaces !== formatPin(pin)) return refuseReplacement();
  if (header && !equalBytes(header.vaultId, pin.vaultId)) changedMeanwhile();
  return header;
}

function refuseReplacement(): never {
  throw new RowsealError(
    'VAULT_MISMATCH',
    'What { replaces } names is not the vault that is there. Load the pin or the header again and let the user decide again.',
  );
}

function refuseLoneSecret(): never {
  throw new RowsealError(
    'LAST_SLOT',
    'A passkey or device secret alone must not open a vault: it can be deleted or lost. Leave the recovery key on, or create the vault with a password and call addSecret.',
  );
}
