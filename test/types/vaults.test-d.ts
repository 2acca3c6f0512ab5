import { expectTypeOf, test } from 'vitest';
import type { AeadBackend } from '../../src/crypto/aead.js';
import type { Dek, Kek, MacKey, RowKey, VaultKey } from '../../src/crypto/key-types.js';
import {
  addSecret,
  byPassword,
  byRecoveryKey,
  changePassword,
  createVault,
  type KeyStatus,
  keepUnlocked,
  lockVault,
  openVault,
  RowsealError,
  type RowsealErrorCode,
  resumeVault,
  type SlotInfo,
  UnknownKeyError,
  type Vault,
  type VaultKeeper,
  type VaultOpener,
  type VaultStore,
} from '../../src/index.js';
import { makeDataKey, vaultKeyId } from '../../src/keys/keyset.js';
import { wrapVaultKey } from '../../src/keys/opener.js';
import { revealSecrets } from '../../src/keys/vault.js';

declare const store: VaultStore;
declare const vault: Vault;
declare const keeper: VaultKeeper;
declare const opener: VaultOpener;
declare const aead: AeadBackend;
declare const dek: Dek;
declare const kek: Kek;
declare const vaultKey: VaultKey;
declare const bytes: Uint8Array;

test('keys are not swapped', () => {
  void wrapVaultKey(bytes, vaultKey, opener, aead, {});
  // @ts-expect-error A DEK where the vault key belongs.
  void wrapVaultKey(bytes, dek, opener, aead, {});
  // @ts-expect-error A slot's KEK where the vault key belongs.
  void wrapVaultKey(bytes, kek, opener, aead, {});
  // @ts-expect-error Bytes of no kind where the vault key belongs.
  void wrapVaultKey(bytes, bytes, opener, aead, {});
  // @ts-expect-error The vault key where a DEK belongs.
  makeDataKey(bytes, vaultKey, 'primary', null);
  // @ts-expect-error A DEK where the vault key belongs.
  vaultKeyId(bytes, dek);
  const { rowKey } = makeDataKey(bytes, dek, 'primary', null);
  // @ts-expect-error A row key where a DEK belongs.
  makeDataKey(bytes, rowKey, 'primary', null);
  expectTypeOf<Dek | Kek | VaultKey | RowKey | MacKey>().toExtend<Uint8Array>();
});

test('a DEK where a KEK belongs does not compile', () => {
  void wrapVaultKey(bytes, vaultKey, { ...opener, deriveKek: async () => kek }, aead, {});
  // @ts-expect-error A DEK where a slot's KEK belongs.
  void wrapVaultKey(bytes, vaultKey, { ...opener, deriveKek: async () => dek }, aead, {});
  // @ts-expect-error An opener that gives out a DEK.
  const _deriveKek: VaultOpener['deriveKek'] = async () => dek;
});

test('no kind of key extends another, and bytes of no kind extend none', () => {
  expectTypeOf<Dek>().not.toExtend<Kek | VaultKey | RowKey | MacKey>();
  expectTypeOf<Kek>().not.toExtend<Dek | VaultKey | RowKey | MacKey>();
  expectTypeOf<VaultKey>().not.toExtend<Dek | Kek | RowKey | MacKey>();
  expectTypeOf<RowKey>().not.toExtend<Dek | Kek | VaultKey | MacKey>();
  expectTypeOf<MacKey>().not.toExtend<Dek | Kek | VaultKey | RowKey>();
  expectTypeOf<Uint8Array>().not.toExtend<Dek | Kek | VaultKey | RowKey | MacKey>();
});

test('a recovery key is there unless it was refused', async () => {
  expectTypeOf((await createVault(store, opener)).recoveryKey).toEqualTypeOf<string>();
  expectTypeOf((await createVault(store, opener, {})).recoveryKey).toEqualTypeOf<string>();
  const with_ = await createVault(store, opener, { recovery: true });
  expectTypeOf(with_.recoveryKey).toEqualTypeOf<string>();
  const without = await createVault(store, opener, { recovery: false });
  expectTypeOf(without.recoveryKey).toEqualTypeOf<null>();
});

test('a vault is public data that can not be changed', () => {
  // @ts-expect-error It is a snapshot.
  vault.epoch = 2;
  // @ts-expect-error Its lists too.
  vault.keys.push();
  // @ts-expect-error Keys are not in it.
  vault.vaultKey;
  expectTypeOf(vault.slots).toEqualTypeOf<readonly SlotInfo[]>();
  expectTypeOf<KeyStatus>().toEqualTypeOf<'primary' | 'rotated' | 'revoked' | 'recalled'>();
  expectTypeOf(revealSecrets(vault).vaultKey).toEqualTypeOf<VaultKey>();
});

test('secrets are passed as openers, and openers by name', () => {
  // @ts-expect-error The bare password.
  void openVault(store, 'password');
  // @ts-expect-error A recovery key is text.
  byRecoveryKey(bytes);
  // @ts-expect-error A passkey's secret is bytes.
  void addSecret(store, vault, 'secret');
  // @ts-expect-error The current secret must be given.
  void changePassword(store, vault, { next: 'b' });
  // @ts-expect-error Costs are the library's choice.
  byPassword('a', { memoryKiB: 1 });
});

test('what was kept may be nothing, and a keeper says so with null', async () => {
  expectTypeOf(await resumeVault(store, keeper)).toEqualTypeOf<Vault | null>();
  // @ts-expect-error Nobody asked whether there is a vault.
  lockVault(await resumeVault(store, keeper));
  // @ts-expect-error A vault that is given up takes a secret that the user enters.
  void resumeVault(store, keeper, { replaces: 'pin' });
  const recall = async (): Promise<Uint8Array | undefined> => undefined;
  // @ts-expect-error Nothing is null.
  void keepUnlocked(vault, { ...keeper, recall });
});

test('codes of errors can be switched over without a default', () => {
  function isWorthRetrying(error: RowsealError): boolean {
    switch (error.code) {
      case 'STORE_FAILED':
      case 'HEADER_CONFLICT':
      case 'UNKNOWN_KEY':
        return true;
      case 'UNLOCK_FAILED':
      case 'HEADER_MALFORMED':
      case 'HEADER_TAMPERED':
      case 'HEADER_ROLLBACK':
      case 'VAULT_MISMATCH':
      case 'VAULT_MISSING':
      case 'KDF_PARAMS_REFUSED':
      case 'KDF_BACKEND_REQUIRED':
      case 'LIMIT_EXCEEDED':
      case 'UNSUPPORTED_VERSION':
      case 'LAST_SLOT':
      case 'RECOVERY_KEY_TYPO':
      case 'PASSWORD_REFUSED':
      case 'LOCKED':
      case 'KEY_RETIRED':
      case 'ROW_MALFORMED':
      case 'ROW_AUTH_FAILED':
      case 'ROW_DELETED':
      case 'NOT_ENCRYPTED':
      case 'VALUE_UNSUPPORTED':
      case 'EXPOSURE_REFUSED':
      case 'EXPORT_DAMAGED':
      case 'NO_SECURE_RANDOM':
        return false;
    }
  }
  expectTypeOf(isWorthRetrying).returns.toBeBoolean();
  expectTypeOf<RowsealErrorCode>().not.toEqualTypeOf<string>();
  // @ts-expect-error No such code.
  new RowsealError('ROW_BROKEN', 'message');
  expectTypeOf(new UnknownKeyError('id').keyId).toBeString();
});
