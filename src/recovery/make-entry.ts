/** From a line of an export to what the app is told of it. */
import { RowsealError } from '../errors.js';
import type { Vault } from '../keys/vault.js';
import type { OpenRowOptions } from '../rows/seal-row.js';
import type { Table } from '../rows/table.js';
import type { ExportEntry, RefusedEntry, SealedExportRow } from './export-entry.js';
import type { FileState, NumberedRow } from './export-file.js';
import type { RowLine } from './export-line.js';
import { openPayloads, uploadsOf } from './open-payloads.js';

/** Throws `LOCKED`; every other refusal is what it returns. */
export function entryOf<T extends Table>(
  vault: Vault,
  tables: ReadonlyMap<string, T>,
  { number, line }: NumberedRow,
  options: OpenRowOptions,
): ExportEntry<T> {
  if (line === null) return refusedEntry(number, null, damagedLine());
  const table = tables.get(line.table);
  if (!table) return refusedEntry(number, line, undeclaredTable());
  try {
    const opened = openPayloads(vault, table, line.row, options);
    const sealed = line.row as SealedExportRow;
    const place = { ok: true, line: number, table: table.name, id: sealed.id };
    return { ...place, ...opened, sealed, uploads: uploadsOf(sealed) } as unknown as ExportEntry<T>;
  } catch (error) {
    if (!(error instanceof RowsealError) || error.code === 'LOCKED') throw error;
    return refusedEntry(number, line, error);
  }
}

/** The last entry of a file of which something is missing or changed. */
export function incompleteEntry(state: Exclude<FileState, 'complete'>): RefusedEntry {
  return refusedEntry(null, null, state === 'truncated' ? truncated() : altered());
}

function refusedEntry(
  number: number | null,
  line: RowLine | null,
  error: RowsealError,
): RefusedEntry {
  if (line === null) {
    return { ok: false, line: number, table: null, id: null, error, sealed: null, uploads: [] };
  }
  const sealed = line.row as SealedExportRow;
  const uploads = uploadsOf(sealed) as SealedExportRow[];
  return { ok: false, line: number, table: line.table, id: sealed.id, error, sealed, uploads };
}

function damagedLine(): RowsealError {
  return new RowsealError(
    'EXPORT_DAMAGED',
    'This line of the export is damaged. The others are read; look for another copy of the file.',
  );
}

function truncated(): RowsealError {
  return new RowsealError(
    'EXPORT_DAMAGED',
    'The end of the export is missing. What opened is authentic; rows that followed are not here.',
  );
}

function altered(): RowsealError {
  return new RowsealError(
    'EXPORT_DAMAGED',
    'The export is not as it was written: lines were changed, taken out, added or moved. What opened is authentic, but rows may be missing or old.',
  );
}

function undeclaredTable(): RowsealError {
  return new RowsealError(
    'UNSUPPORTED_VERSION',
    'The table of this row was not passed in tables. If the app has no such table, keep the row for a later version of it.',
  );
}
