/**
 * End-to-end encryption for apps on PowerSync: the server's side as text, and what connects the
 * device to it.
 *
 * @packageDocumentation
 */

export { type ServerSqlOptions, serverSql } from '../../sync/server-sql.js';
export { type SyncConfigOptions, syncConfig } from '../../sync/sync-config.js';
