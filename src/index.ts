/**
 * End-to-end encryption for local-first apps, on the sync engine they already use.
 *
 * @packageDocumentation
 */

export type { Tick } from './bytes/stamp.js';
export type { AeadBackend } from './crypto/aead.js';
export type { KdfBackend, KdfParameters, KdfRequest } from './crypto/kdf.js';
export type { Kek } from './crypto/key-types.js';
export { nobleAead } from './crypto/noble-aead.js';
export type { Padding } from './crypto/padding.js';
export type { RowsealErrorCode } from './errors/error-code.js';
export { RowsealError, UnknownKeyError } from './errors.js';
export { type AdoptedVault, type AdoptOptions, adoptHeader } from './keys/adopt-header.js';
export { type BrowserKeeperOptions, browserKeeper } from './keys/browser-keeper.js';
export { byPassword, type PasswordOptions } from './keys/by-password.js';
export { byRecoveryKey } from './keys/by-recovery-key.js';
export { bySecret, type SecretOptions } from './keys/by-secret.js';
export { changePassword, type PasswordChange } from './keys/change-password.js';
export { type CreatedVault, type CreateOptions, createVault } from './keys/create-vault.js';
export {
  type ClosedKey,
  type DropOptions,
  type DroppedKeys,
  dropRetiredKeys,
} from './keys/drop-retired-keys.js';
export { keepUnlocked } from './keys/keep-unlocked.js';
export type { SlotParameters, SlotType } from './keys/key-slot.js';
export type { KeyStatus } from './keys/keyset.js';
export { type OpenOptions, openVault } from './keys/open-vault.js';
export type { OpenProgress, VaultOpener } from './keys/opener.js';
export { proveRecoveryKey } from './keys/prove-recovery-key.js';
export { recallKeys } from './keys/recall-keys.js';
export { generateRecoveryKey } from './keys/recovery-key.js';
export { refreshVault } from './keys/refresh-vault.js';
export { type RekeyedVault, type RekeyOptions, rekeyVault } from './keys/rekey-vault.js';
export { type RecoveryOptions, replaceRecoveryKey } from './keys/replace-recovery-key.js';
export { type RestoredHeader, restoreHeader } from './keys/restore-header.js';
export { type ResumeOptions, resumeVault } from './keys/resume-vault.js';
export { rotateDataKey } from './keys/rotate-data-key.js';
export { addSecret, removeSlot } from './keys/secret-slots.js';
export { type KeyInfo, lockVault, type SlotInfo, type Vault } from './keys/vault.js';
export { type DeriveOptions, deriveKey, fingerprintOf, pinOf } from './keys/vault-facts.js';
export type { VaultKeeper } from './keys/vault-keeper.js';
export {
  type HeaderChange,
  type HeaderVersion,
  memoryStore,
  type VaultStore,
} from './keys/vault-store.js';
export type { ExportSource } from './recovery/chunk-bytes.js';
export type {
  ExportEntry,
  OpenedEntry,
  RefusedEntry,
  SealedExportRow,
} from './recovery/export-entry.js';
export type { CodeCounts } from './recovery/export-tally.js';
export {
  type ExportOptions,
  type ExportReport,
  exportVault,
  type RowToExport,
  type VaultExport,
} from './recovery/export-vault.js';
export type {
  AdviceAction,
  AdviceCode,
  AdviceSeverity,
  HealthAdvice,
} from './recovery/health-advice.js';
export type {
  HealthFacts,
  IfPasswordForgotten,
  KeyHealth,
  PasswordCosts,
  RowHealth,
} from './recovery/health-facts.js';
export {
  type OpenExportOptions,
  type OpenedExport,
  type OpenedReport,
  openExport,
} from './recovery/open-export.js';
export { type HealthOptions, type VaultHealth, vaultHealth } from './recovery/vault-health.js';
export {
  decryptRows,
  type EncryptResult,
  type EncryptRowsOptions,
  encryptRows,
} from './rows/bulk-rows.js';
export {
  type CleartextColumn,
  type Column,
  type ColumnKind,
  cleartext,
  type EncryptedColumn,
  encrypted,
  type MirroredColumn,
  type Presence,
  type RequiredColumn,
  type VisibleColumn,
} from './rows/column.js';
export { type DecryptResult, decryptRow, tryDecryptRow } from './rows/decrypt-row.js';
export {
  type DetailsOptions,
  decryptRowDetails,
  type Finding,
  type RowDetails,
  type Stamp,
} from './rows/decrypt-row-details.js';
export { encryptDelete } from './rows/encrypt-delete.js';
export { type EncryptOptions, encryptRow } from './rows/encrypt-row.js';
export type { JsonValue } from './rows/json-value.js';
export { type CountedPrefix, type CountedRow, countKeyUse, type KeyUse } from './rows/key-use.js';
export { mergeRows } from './rows/merge-rows.js';
export { reencryptAll } from './rows/reencrypt-all.js';
export { reencryptRow } from './rows/reencrypt-row.js';
export type { EncodedValue } from './rows/row-content.js';
export type { RowOf, SealedRowOf } from './rows/row-types.js';
export type { OpenRowOptions } from './rows/seal-row.js';
export type { StopSignal } from './rows/stop-signal.js';
export type {
  ReencryptFailure,
  ReencryptOptions,
  ReencryptProgress,
  ReencryptResult,
  StoredRows,
} from './rows/stored-rows.js';
export {
  type Columns,
  defineTable,
  type LayoutColumn,
  type PayloadType,
  type Table,
  type TableLayout,
  type TableOptions,
} from './rows/table.js';
export type { ValueCodec } from './rows/value-codecs.js';
