/**
 * End-to-end encryption for apps on PowerSync: the server's side as text, and what connects the
 * device to it.
 *
 * @packageDocumentation
 */

export type { Mirror, RetryOptions } from '../../sync/mirror.js';
export type { HeaderProblem, MirrorState, MirrorStatus } from '../../sync/mirror-status.js';
export type {
  MirrorReencryption,
  MirrorReencryptionOptions,
  MirrorReencryptionProgress,
} from '../../sync/reencryption.js';
export type { RowName } from '../../sync/row-name.js';
export type { RowFinding, TroubledRow, TroubleKind } from '../../sync/row-trouble.js';
export { type MigrationSqlOptions, migrationSql } from '../../sync/server/migration-sql.js';
export { type ServerSqlOptions, serverSql } from '../../sync/server/server-sql.js';
export { type SyncConfigOptions, syncConfig } from '../../sync/server/sync-config.js';
export {
  type ToServerOptions,
  toServer,
  type UploadEntry,
  type UploadWrite,
} from '../../sync/to-server.js';
export type { VaultSource } from '../../sync/vault-source.js';
export { decryptDiff } from './diff-streams/decrypt-diff.js';
export type { DecryptedChange, DiffFinding } from './diff-streams/diff-change.js';
export type { DiffRecord, ExtractedDiffRecord } from './diff-streams/diff-records.js';
export type { DecryptedDiff } from './diff-streams/diff-turns.js';
export { type TrackDiffOptions, trackDecryptedDiff } from './diff-streams/track-decrypted-diff.js';
export { type LogOutOptions, logOut } from './log-out.js';
export type { ColumnMap, MapColumn, OldRow } from './migration/column-map.js';
export type { RowResult } from './migration/judge-row.js';
export { type MigrateTableOptions, migrateTable } from './migration/migrate-table.js';
export type { Migration, MigrationStatus } from './migration/migration.js';
export type { MigrationPhase } from './migration/migration-notes.js';
export { migrations } from './migration/migrations.js';
export type {
  RemovedPlaintext,
  RemovePlaintextOptions,
  VerifiedRow,
} from './migration/remove-plaintext.js';
export type { DifferingRow, RowCounts } from './migration/row-results.js';
export type { SwitchOverOptions } from './migration/switch-over.js';
export type { PlaintextRowOf } from './plaintext-row.js';
export {
  type EncryptedTables,
  type EncryptedTablesOptions,
  encryptedTables,
  type SealedTables,
  sealedTables,
} from './schema.js';
export type { UploadAnswer, UploadRefusal } from './send-writes.js';
export { type MirrorOptions, startMirror } from './start-mirror.js';
export { type UploadOptions, type UploadTransaction, uploadWith } from './upload-with.js';
export { type PowerSyncVaultOptions, powerSyncVaultStore } from './vault/vault-store.js';
