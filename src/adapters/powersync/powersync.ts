/**
 * End-to-end encryption for apps on PowerSync: the server's side as text, and what connects the
 * device to it.
 *
 * @packageDocumentation
 */

export { type ServerSqlOptions, serverSql } from '../../sync/server-sql.js';
export { type SyncConfigOptions, syncConfig } from '../../sync/sync-config.js';
export {
  type ToServerOptions,
  toServer,
  type UploadEntry,
  type UploadWrite,
} from '../../sync/to-server.js';
export {
  type UploadAnswer,
  type UploadOptions,
  type UploadRefusal,
  type UploadTransaction,
  uploadWith,
} from './upload-with.js';
