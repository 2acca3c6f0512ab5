import { equalBytes } from '../bytes/compare.js';
import type { AeadBackend } from '../crypto/aead.js';
import { KEY_LENGTH, type VaultKey } from '../crypto/key-types.js';
import { nobleAead } from '../crypto/noble-aead.js';
import { randomBytes } from '../crypto/random.js';
import { assertOptions, RowsealError } from '../errors.js';
import { byRecoveryKey } from './by-recovery-key.js';
import { sealHeader } from './header-seal.js';
import type { KeySlot } from './key-slot.js';
import { type Keyset, vaultKeyId } from './keyset.js';
import { assertOpener, type OpenProgress, type VaultOpener, wrapVaultKey } from './opener.js';
import { holdKeys, inNewOpening, type VaultOpening } from './opening.js';
import { formatPin } from './pin.js';
import { generateRecoveryKey } from './recovery-key.js';
import { replaceHeader, type Standing } from './replace-header.js';
import { freshDataKey } from './rotate-data-key.js';
import { loadHeaderText, loadPin } from './store-access.js';
import { makeVault, type Vault, type VaultSecrets } from './vault.js';
import { parseHeader, VAULT_ID_LENGTH, type VaultHeader } from './vault-header.js';
import { assertStore, type VaultStore } from './vault-store.js';

/** Options of {@link createVault}. */
export interface CreateOptions extends OpenProgress {
  /**
   * `false` makes no recovery key: a forgotten password then means that all data is lost.
   *
   * Not possible with `bySecret`, since passkeys and devices get lost.
   */
  readonly recovery?: boolean;
  /**
   * A key from `generateRecoveryKey` that the user has already seen; a new one is made otherwise.
   */
  readonly recoveryKey?: string;
  /**
   * What is given up for the new vault: the pin text (`pinOf`, or the store's `loadPin()`) or the
   * header text that stands there now; both, when they are of different vaults.
   *
   * Rows of the old vault will not open with the new one.
   */
  readonly replaces?: string | readonly string[];
  /** Another implementation of XChaCha20-Poly1305, with identical bytes. */
  readonly aead?: AeadBackend;
}

const OPTION_NAMES = ['aead', 'onProgress', 'recovery', 'recoveryKey', 'replaces', 'signal'];

/** What {@link createVault} returns. */
export interface CreatedVault<RecoveryKey extends string | null = string> {
  /** The vault, open. */
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
 * Security: the recovery key opens everything. Show it; never log, store or send it.
 *
 * @throws `HEADER_CONFLICT` where there is a vault already, `VAULT_MISMATCH` when `replaces` is not
 * what stands there, `STORE_FAILED`, `VAULT_MISSING` when the header is gone after it was stored,
 * `LAST_SLOT` for a passkey without a recovery key, `RECOVERY_KEY_TYPO`, `NO_SECURE_RANDOM`;
 * for the header that stands there, with `replaces` or after storing, `HEADER_MALFORMED`,
 * `LIMIT_EXCEEDED`, `UNSUPPORTED_VERSION`, `KDF_PARAMS_REFUSED` (delete a damaged one on the server
 * first); `HEADER_TAMPERED` when the AEAD backend is broken; `TypeError` for a recovery key as
 * opener; or the signal's reason.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, memoryStore } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault, recoveryKey } = await createVault(store, byPassword('correct horse battery staple'));
 * const page = `Write this down for vault ${vault.vaultId}: ${recoveryKey}`; // show it once
 * console.assert(page.length > 0);
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
  assertOptions(options, OPTION_NAMES, 'createVault');
  assertStore(store);
  assertOpener(opener);
  const recovery = options.recovery ?? true;
  if (opener.slotType === 'recovery-key') {
    throw new TypeError('createVault makes the recovery key itself: pass byPassword or bySecret.');
  }
  if (!recovery && opener.slotType === 'secret') refuseLoneSecret();
  const recoveryKey = recovery ? (options.recoveryKey ?? generateRecoveryKey()) : null;
  const openers = recoveryKey === null ? [opener] : [opener, byRecoveryKey(recoveryKey)];
  const given = await givenUp(store, options.replaces);
  const vault = await inNewOpening(options.aead ?? nobleAead, async (opening) => {
    const secrets = await firstSecrets(openers, opening, options);
    await replaceHeader(store, given, secrets.header, secrets.vaultKey);
    return makeVault(secrets, 'pinned');
  });
  return { vault, recoveryKey };
}

async function firstSecrets(
  openers: readonly VaultOpener[],
  opening: VaultOpening,
  progress: OpenProgress,
): Promise<VaultSecrets> {
  const { aead } = opening;
  const vaultId = randomBytes(VAULT_ID_LENGTH);
  const vaultKey = randomBytes(KEY_LENGTH) as VaultKey;
  const keyset = { dataKeys: [freshDataKey(vaultId)], earlierVaultKeys: [] };
  holdKeys(opening, vaultKey, keyset);
  const slots: KeySlot[] = [];
  for (const opener of openers) {
    slots.push(await wrapVaultKey(vaultId, vaultKey, opener, aead, progress));
  }
  const header = sealFirstHeader({ vaultId, vaultKey, slots, ...keyset }, aead);
  return { header, vaultKey, opening, ...keyset };
}

/** What a vault begins with. */
interface FirstKeys extends Keyset {
  readonly vaultId: Uint8Array;
  readonly vaultKey: VaultKey;
  readonly slots: readonly KeySlot[];
}

export function sealFirstHeader(keys: FirstKeys, aead: AeadBackend): VaultHeader {
  const { vaultId, vaultKey, slots } = keys;
  const fields = {
    vaultId,
    vaultKeyId: vaultKeyId(vaultId, vaultKey),
    epoch: 1,
    predecessors: [],
    slots,
    extensions: [],
  };
  return sealHeader(fields, keys, vaultKey, aead);
}

/** What stands in the store and on this device, once the caller has named all of it. */
async function givenUp(store: VaultStore, replaces: CreateOptions['replaces']): Promise<Standing> {
  const named = typeof replaces === 'string' ? [replaces] : (replaces ?? []);
  if (!Array.isArray(named)) throw new TypeError('{ replaces } is text, or a list of texts.');
  const headerText = await loadHeaderText(store);
  const pin = await loadPin(store);
  if ((headerText !== null || pin) && named.length === 0) refuseExisting();
  const header = headerText === null ? null : parseHeader(headerText);
  const standing = [header?.text, pin && formatPin(pin)];
  const isNamed = (text: string | undefined | null) => !text || named.includes(text);
  const sameVault = header && pin && equalBytes(header.vaultId, pin.vaultId);
  const allNamed = sameVault ? standing.some(isNamed) : standing.every(isNamed);
  if (!allNamed || !named.every((text) => standing.includes(text))) refuseReplacement();
  return { header, pin };
}

function refuseExisting(): never {
  throw new RowsealError(
    'HEADER_CONFLICT',
    'There is a vault already, in the store or in what this device remembers. Open it with openVault; to give it up for ever, pass its pin or header as { replaces }.',
  );
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
