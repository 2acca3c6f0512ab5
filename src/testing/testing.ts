/**
 * What the tests of an app need: vaults without Argon2id, a keeper, a sync engine and a server in
 * memory, and the contracts that a keeper or a store of your own must meet. Never for production.
 *
 * @packageDocumentation
 */

export type { Lease, RequestResult, Standing, TakeOver } from '../sync/lease.js';
export type { RowName } from '../sync/row-name.js';
export type {
  QueueCounts,
  RowFinding,
  RowTrouble,
  TroubledRow,
  TroubleKind,
  TroubleTally,
} from '../sync/row-trouble.js';
export type {
  PrefixUse,
  RenewedRows,
  Sealing,
  SealingStore,
  WaitingUploads,
} from '../sync/sealing.js';
export type {
  Direction,
  EngineRow,
  QueueEntry,
  RowOutcome,
  RowRecord,
  RowWork,
  SyncStore,
  Work,
  WriteResult,
} from '../sync/sync-store.js';
export { testAdapter } from './adapter-contract.js';
export type { AdapterHands, AppWrite, OpenAdapter } from './adapter-hands.js';
export { type ContractCase, keeperContract } from './keeper-contract.js';
export { memoryAdapter } from './memory-adapter.js';
export type { MemoryUpload, SealedUpload } from './memory-database.js';
export {
  type MemoryEngine,
  type MemoryEngineOptions,
  type MemoryWrites,
  memoryEngine,
} from './memory-engine.js';
export { memoryKeeper } from './memory-keeper.js';
export {
  type HostileHand,
  type MemoryAnswer,
  type MemoryServer,
  type MemoryServerOptions,
  memoryServer,
} from './memory-server.js';
export type { MemoryCheckpoint, ServedRow } from './memory-sync.js';
export { type VaultForTesting, vaultForTesting } from './vault-for-testing.js';
