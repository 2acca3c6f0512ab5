/** Sealed rows as the mirror writes them. */
import type { Vault } from '../keys/vault.js';
import { isDeleted } from '../rows/row-content.js';
import type { AnyRow } from '../rows/row-values.js';
import type { RowVersion } from '../rows/row-version.js';
import { sealContent } from '../rows/seal-row.js';
import type { Table } from '../rows/table.js';
import { resealedRow, sealedRow, visibleValues } from '../rows/visible-columns.js';
import { engineValue, servedEngineValue } from './engine-values.js';
import type { Arrivals } from './open-arrivals.js';
import { openedPayloadId } from './payload-id.js';
import type { EngineRow } from './sync-store.js';

/**
 * The sealed row to write and upload: the whole row, so that payload and visible columns have one
 * author, with the ids of the payloads that it has merged as `parents`.
 *
 * `served` is the sealed row that it replaces, or the last there was.
 */
export function sealUpload(
  vault: Vault,
  table: Table,
  version: RowVersion,
  served: EngineRow,
  arrivals: Arrivals,
): EngineRow {
  const owned = table.layout.columns.filter(({ kind }) => kind === 'server-owned');
  const merged = [arrivals.main, ...arrivals.siblings].flatMap((opened) =>
    opened ? [openedPayloadId(opened)] : [],
  );
  return {
    ...Object.fromEntries(owned.map(({ name }) => [name, servedEngineValue(served[name])])),
    ...sealVersion(vault, table, version, served),
    parents: [...merged, ...(arrivals.ownSibling === null ? [] : [arrivals.ownSibling])].join(' '),
    siblings: arrivals.leftSiblings.join(' '),
  };
}

/** A version as a sealed row: visible columns and payload. */
export function sealVersion(
  vault: Vault,
  table: Table,
  { id, rowId, content, bound }: RowVersion,
  served: EngineRow,
): EngineRow {
  const payload = sealContent(vault, table, rowId, bound, content);
  const sealed: AnyRow = isDeleted(content)
    ? resealedRow(table, served, bound, payload)
    : sealedRow(table, visibleValues(table, id, content, bound.values), payload);
  const visible = table.layout.visible.map((column) => [
    column.name,
    servedEngineValue(engineValue(column, sealed[column.name])),
  ]);
  return { ...Object.fromEntries(visible), payload };
}
