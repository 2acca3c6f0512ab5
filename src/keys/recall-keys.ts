import { wipe } from '../crypto/secrets.js';
import { RowsealError } from '../errors.js';
import { missingFrom, openHeld } from './held-keys.js';
import type { DataKey } from './keyset.js';
import { assertSameVault } from './pin-check.js';
import { makeVault, revealSecrets, type Vault } from './vault.js';
import { parseHeader } from './vault-header.js';

/**
 * The same vault with the data keys that an earlier header of it had and this one lacks, so that
 * rows which still name them can be opened; the same snapshot when there are none.
 *
 * After `dropRetiredKeys` such a row is `UNKNOWN_KEY`: one that the server kept back, a backup, an
 * edit that waited on a device. With the keys recalled it is `KEY_RETIRED`, and opens with
 * `acceptRetired`. Recalled keys seal nothing and enter no header; the snapshots that follow from
 * this one go on holding them.
 *
 * Security: whoever lost access may know these keys, whatever a row's stamp says. Let the user
 * decide on each row.
 *
 * @param headerText the `header` of an earlier snapshot of this vault, as base64url text
 *
 * @throws `LOCKED`; for the text, `LIMIT_EXCEEDED`, `UNSUPPORTED_VERSION`, `HEADER_MALFORMED`,
 * `KDF_PARAMS_REFUSED`, `VAULT_MISMATCH`; `UNLOCK_FAILED` when neither the vault key in use nor an
 * earlier one opens it; `HEADER_TAMPERED`.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, dropRetiredKeys, memoryStore, recallKeys, rotateDataKey } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault } = await createVault(store, byPassword('correct horse battery staple'));
 * const rotated = await rotateDataKey(store, vault);
 * const closeKeys = async (prefixes: readonly string[]) =>
 *   prefixes.map((prefix) => ({ prefix, payloads: 0 })); // ask the server
 * const { vault: lean } = await dropRetiredKeys(store, rotated, { closeKeys });
 * const recalled = recallKeys(lean, vault.header);
 * console.assert(recalled.keys.map(({ status }) => status).join() === 'primary,recalled');
 * ```
 */
export function recallKeys(vault: Vault, headerText: string): Vault {
  const secrets = revealSecrets(vault);
  if (typeof headerText !== 'string') throw new TypeError('recallKeys takes the text of a header.');
  const earlier = parseHeader(headerText);
  assertSameVault(earlier, secrets.header);
  const { dataKeys, earlierVaultKeys } = openHeld(secrets, earlier) ?? notHeld();
  const recalled = missingFrom(secrets.dataKeys, dataKeys);
  for (const { key } of earlierVaultKeys) wipe(key);
  for (const key of dataKeys) if (!recalled.includes(key)) wipe(key.dek, key.rowKey);
  if (recalled.length === 0) return vault;
  const held = [...secrets.dataKeys, ...recalled.map(asRecalled)];
  return makeVault({ ...secrets, dataKeys: held }, vault.freshness);
}

/** The keys of a next snapshot, with those that an earlier one had recalled. */
export function withRecalled(
  dataKeys: readonly DataKey[],
  before: readonly DataKey[],
): readonly DataKey[] {
  const recalled = before.filter(({ status }) => status === 'recalled');
  return [...dataKeys, ...missingFrom(dataKeys, recalled)];
}

/** The vault as its header has it; the same snapshot when nothing was recalled. */
export function withoutRecalled(vault: Vault): Vault {
  const secrets = revealSecrets(vault);
  const dataKeys = secrets.dataKeys.filter(({ status }) => status !== 'recalled');
  if (dataKeys.length === secrets.dataKeys.length) return vault;
  return makeVault({ ...secrets, dataKeys }, vault.freshness);
}

function asRecalled(key: DataKey): DataKey {
  return { ...key, status: 'recalled' };
}

function notHeld(): never {
  throw new RowsealError(
    'UNLOCK_FAILED',
    'No vault key that this vault holds opens that header: it is a later one, of another line, or changed.',
  );
}
