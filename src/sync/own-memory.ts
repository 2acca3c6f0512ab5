/** What a device notes of a row, kept under a key that the vault has. */
import type { Vault } from '../keys/vault.js';
import { keyPrefix } from '../rows/key-use.js';
import type { RowVersion } from '../rows/row-version.js';
import type { Table } from '../rows/table.js';
import { sealVersion } from './seal-upload.js';
import type { EngineRow } from './sync-store.js';

/**
 * A noted row as it is, or sealed again when its key was recalled: headers are not noted for ever.
 *
 * `version` is what it says.
 */
export function notedUnderHeldKey(
  vault: Vault,
  table: Table,
  noted: EngineRow,
  version: RowVersion,
): EngineRow {
  const payload = String(noted.payload);
  const isRecalled = vault.keys.some(
    ({ id, status }) => status === 'recalled' && payload.startsWith(keyPrefix(id)),
  );
  return isRecalled ? { ...noted, ...sealVersion(vault, table, version, noted) } : noted;
}
