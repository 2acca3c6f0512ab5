/** The one way in which an open vault's header changes. */
import { equalBytes } from '../bytes/compare.js';
import { RowsealError } from '../errors.js';
import { sealHeader } from './header-seal.js';
import { vaultKeyId } from './keyset.js';
import { holdKeys } from './opening.js';
import { assertContinues, assertNotOlder } from './pin-check.js';
import { withoutVoidProof } from './recovery-proof.js';
import { replaceHeader } from './replace-header.js';
import { changedMeanwhile, follows, loadHeader, loadPin } from './store-access.js';
import { lockVault, makeVault, revealSecrets, type Vault, type VaultSecrets } from './vault.js';
import {
  EPOCH_LIMIT,
  type HeaderFields,
  PREDECESSOR_LIMIT,
  SLOT_LIMIT,
  type VaultHeader,
} from './vault-header.js';
import { assertStore, type VaultStore } from './vault-store.js';

/** What a change may replace; everything else is carried over from the verified header. */
export type HeaderEdit = Partial<Pick<HeaderFields, 'extensions' | 'slots'>> &
  Partial<Pick<VaultSecrets, 'dataKeys' | 'earlierVaultKeys' | 'vaultKey'>>;

/** What a change takes the place of, where it is not this vault's own header and pin. */
export interface Replaced {
  /** The pinned header that `adoptHeader` gives up; any other must lead to this vault. */
  readonly givenUp?: VaultHeader;
  /** The header that `restoreHeader` found in the store. */
  readonly standing?: VaultHeader;
}

/**
 * The secrets of a vault whose header is still the stored one.
 *
 * A change is made from this device's verified header and never from what the server shows in
 * between (threat C07); looking first spares an Argon2id run that would come to nothing.
 *
 * Throws `LOCKED`, `VAULT_MISSING`, `HEADER_CONFLICT`, `HEADER_ROLLBACK`, `VAULT_MISMATCH`,
 * `STORE_FAILED` and what parsing throws.
 */
export async function revealCurrent(store: VaultStore, vault: Vault): Promise<VaultSecrets> {
  assertStore(store);
  const secrets = revealSecrets(vault);
  // The pin first: if it is ahead of what the store shows afterwards, the store was led back.
  const pin = await loadPin(store);
  const stored = await loadHeader(store);
  if (stored.text !== secrets.header.text) {
    assertNotOlder(stored, secrets.header);
    changedMeanwhile();
  }
  // A server may show each tab the header it has: what the device remembers decides.
  assertContinues(secrets.header, secrets, pin);
  return revealSecrets(vault);
}

/**
 * Seals the next header, stores it, reads it back, pins it, and only then returns the next
 * snapshot: whatever fails, the old one stays good.
 *
 * Throws what {@link replaceHeader} throws, `LOCKED`, `LAST_SLOT`, `LIMIT_EXCEEDED`.
 */
export async function changeHeader(
  store: VaultStore,
  vault: Vault,
  edit: HeaderEdit,
  { givenUp, standing }: Replaced = {},
): Promise<Vault> {
  const secrets = revealSecrets(vault);
  const { header, opening } = secrets;
  const { dataKeys, earlierVaultKeys, vaultKey } = { ...secrets, ...edit };
  const keyset = { dataKeys, earlierVaultKeys };
  holdKeys(opening, vaultKey, keyset);
  const pin = await loadPin(store);
  assertPinLeadsHere(secrets, pin, givenUp);
  revealSecrets(vault);
  const { slots, extensions } = { ...header, ...edit };
  assertSlots(slots);
  if (header.epoch >= EPOCH_LIMIT) tooMany('changes');
  const fields: HeaderFields = {
    vaultId: header.vaultId,
    vaultKeyId: vaultKeyId(header.vaultId, vaultKey),
    epoch: header.epoch + 1,
    predecessors: [header.hash, ...header.predecessors].slice(0, PREDECESSOR_LIMIT),
    slots,
    extensions: withoutVoidProof(extensions, slots),
  };
  const next = sealHeader(fields, keyset, vaultKey, opening.aead);
  await replaceHeader(store, { header: standing ?? header, pin }, next, vaultKey);
  const snapshot = makeVault({ header: next, vaultKey, opening, ...keyset }, vault.freshness);
  // Locked while the store was busy: the change stands, and its new keys are forgotten as well.
  if (opening.locked) lockVault(snapshot);
  return snapshot;
}

/** A pin that follows from this vault's header is another tab's change. */
export function assertPinLeadsHere(
  secrets: VaultSecrets,
  pin: VaultHeader | null,
  givenUp?: VaultHeader,
): void {
  const { header } = secrets;
  if (!pin || (givenUp && equalBytes(pin.hash, givenUp.hash))) return;
  if (pin.epoch > header.epoch && follows(pin, header)) changedMeanwhile();
  assertContinues(header, secrets, pin);
}

function assertSlots(slots: HeaderFields['slots']): void {
  if (slots.length > SLOT_LIMIT) tooMany('key slots');
  const lasting = slots.some(({ content }) => content !== null && content.type !== 'secret');
  if (lasting) return;
  throw new RowsealError(
    'LAST_SLOT',
    'A vault needs a password or a recovery key: passkeys and device secrets get lost. Add one before removing this.',
  );
}

function tooMany(what: string): never {
  throw new RowsealError(
    'LIMIT_EXCEEDED',
    `This vault has no room for more ${what}. Remove slots that are no longer used.`,
  );
}
