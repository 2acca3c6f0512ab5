/** What somebody reads who has the vault and only what the server holds. */
import { mergeRows, type SealedRowOf, tryDecryptRow, type Vault } from 'rowseal';
import type { EngineRow } from '../../src/sync/sync-store.js';
import { payloadsOf } from './player.js';
import type { Values } from './row-model.js';
import { type notes, type RowPlace, tables } from './schedule-backend.js';

/** The row in place, merged with its siblings; `null` when it is deleted or gone. */
export function openedValues(
  vault: Vault,
  { table, id }: RowPlace,
  served: EngineRow | null,
): Values | null {
  const declared = tables.find(({ name }) => name === table) as typeof notes;
  const rows = payloadsOf(served).map(
    (payload) => ({ ...served, id, payload }) as unknown as SealedRowOf<typeof notes>,
  );
  const [first, ...others] = rows;
  if (!first) return null;
  const merged = others.reduce((row, other) => mergeRows(vault, declared, row, other), first);
  const result = tryDecryptRow(vault, declared, merged);
  if (!result.ok) {
    if (result.error.code === 'ROW_DELETED') return null;
    throw result.error;
  }
  const { title, body = null, folder, shelf } = result.row;
  return { title, body, folder, shelf };
}
