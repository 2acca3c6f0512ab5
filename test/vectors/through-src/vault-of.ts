/** A vault of given keys, open, under a header that nobody could open. */

import type { Dek, VaultKey } from '../../../src/crypto/key-types.js';
import { nobleAead } from '../../../src/index.js';
import { sealHeader } from '../../../src/keys/header-seal.js';
import { type DataKey, type KeyStatus, makeDataKey, vaultKeyId } from '../../../src/keys/keyset.js';
import { inNewOpening } from '../../../src/keys/opening.js';
import { makeVault, type Vault } from '../../../src/keys/vault.js';
import type { VaultHeader } from '../../../src/keys/vault-header.js';
import { bytesOf, type Fields } from './reading.js';

const NO_SLOT = { typeByte: 0, id: new Uint8Array(8), body: new Uint8Array(0), content: null };

interface OtherParts {
  readonly vaultKey?: VaultKey;
  readonly header?: VaultHeader;
}

/** `keys` as in the files of `rows`. */
export function vaultOf(
  vaultId: Uint8Array,
  keys: readonly Fields[],
  { vaultKey = new Uint8Array(32).fill(7) as VaultKey, header }: OtherParts = {},
): Promise<Vault> {
  const dataKeys = keys.map((each) => dataKeyOf(vaultId, each));
  const fields = {
    vaultId,
    vaultKeyId: vaultKeyId(vaultId, vaultKey),
    epoch: 1,
    predecessors: [],
    slots: [NO_SLOT],
    extensions: [],
  };
  const keyset = { dataKeys, earlierVaultKeys: [] };
  const sealed = sealHeader(fields, keyset, vaultKey, nobleAead);
  return inNewOpening(nobleAead, async (opening) =>
    makeVault({ header: header ?? sealed, vaultKey, opening, ...keyset }, 'pinned'),
  );
}

function dataKeyOf(vaultId: Uint8Array, { dek, status, stamp }: Fields): DataKey {
  const retiredAt = stamp === undefined ? null : bytesOf(stamp);
  return makeDataKey(vaultId, bytesOf(dek) as Dek, status as KeyStatus, retiredAt);
}
