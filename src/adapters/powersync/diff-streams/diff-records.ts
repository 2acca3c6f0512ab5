/** The records of a PowerSync diff, and what they add up to for each row. */
import type { RowsealErrorCode } from '../../../errors/error-code.js';
import type { LayoutColumn, Table } from '../../../rows/table.js';
import { assertGiven } from '../../../sync/arguments.js';
import { servedEngineValue } from '../../../sync/engine-values.js';
import type { EngineRow } from '../../../sync/sync-store.js';
import { SERVED_LENGTH_LIMIT } from '../mirrored-table.js';
import { engineColumn, MIRROR_COLUMNS } from '../schema.js';

/** A record of `context.withDiff('SELECT * FROM DIFF')`: a `TriggerDiffRecord` of PowerSync's. */
export interface DiffRecord {
  /** The row's id: text of 1 to 256 bytes. */
  readonly id: string;
  /** `INSERT`, `UPDATE` or `DELETE`. */
  readonly operation: string;
  /** The sealed row as JSON text; of a `DELETE`, as it was. */
  readonly value: string;
  /** Of an `UPDATE`: the sealed row before, as JSON text. */
  readonly previous_value?: string | null | undefined;
}

/** A record of `context.withExtractedDiff('SELECT * FROM DIFF')`, with the columns beside these. */
export interface ExtractedDiffRecord {
  /** The row's id: text of 1 to 256 bytes. */
  readonly id: string;
  /** `INSERT`, `UPDATE` or `DELETE`. */
  readonly __operation: string;
  /** Of an `UPDATE`: the sealed row before, as JSON text. */
  readonly __previous_value?: string | null | undefined;
}

/** What became of a sealed row. */
export interface SealedChange {
  readonly id: string;
  /** The row before; `null` if there was none. */
  readonly before: EngineRow | null;
  /** The row now; `null` if there is none. */
  readonly after: EngineRow | null;
  /** What the app was told does not open, and why; `before` is then the last row that did. */
  readonly refused?: { readonly row: EngineRow | null; readonly code: RowsealErrorCode };
}

const OPERATIONS: readonly unknown[] = ['INSERT', 'UPDATE', 'DELETE'];

/** Adds a change to those of other rows and to what happened to this row before. */
export function addChange(changes: Map<string, SealedChange>, change: SealedChange): void {
  const earlier = changes.get(change.id);
  changes.set(change.id, earlier ? { ...earlier, after: change.after } : change);
}

/** Throws a `TypeError` for what is no record of a diff. */
export function readRecord(table: Table, record: DiffRecord | ExtractedDiffRecord): SealedChange {
  const fields = Object(record) as Partial<DiffRecord & ExtractedDiffRecord>;
  const isExtracted = fields.operation === undefined;
  const operation = isExtracted ? fields.__operation : fields.operation;
  const isRecord = OPERATIONS.includes(operation) && (isExtracted || fields.value !== undefined);
  assertGiven(isRecord, 'whole records of a diff: SELECT * FROM DIFF');
  const { id } = record;
  const row = isExtracted ? sealedRowOf(table, { ...record }) : readSealedRow(table, fields.value);
  if (operation === 'INSERT') return { id, before: null, after: row };
  if (operation === 'DELETE') return { id, before: row, after: null };
  const previous = isExtracted ? fields.__previous_value : fields.previous_value;
  return { id, before: readSealedRow(table, previous), after: row };
}

/** A sealed row from the JSON that PowerSync keeps; what is none reads as a row without columns. */
export function readSealedRow(table: Table, json: unknown): EngineRow {
  if (typeof json !== 'string' || json.length > SERVED_LENGTH_LIMIT) return {};
  try {
    return sealedRowOf(table, Object(JSON.parse(json)));
  } catch {
    return {};
  }
}

/** The columns as the view over that JSON gives them. */
function sealedRowOf({ layout }: Table, values: EngineRow): EngineRow {
  const row: Record<string, unknown> = {};
  for (const name of Object.keys(MIRROR_COLUMNS)) row[name] = textOf(ownOf(values, name));
  for (const column of layout.columns) {
    if (column.kind !== 'encrypted') row[column.name] = viewed(column, ownOf(values, column.name));
  }
  return row;
}

function ownOf(values: EngineRow, name: string): string | number | null {
  return Object.hasOwn(values, name) ? servedEngineValue(values[name]) : null;
}

function viewed({ codec }: LayoutColumn, value: string | number | null): string | number | null {
  return String(engineColumn(codec.name).type) === 'TEXT' ? textOf(value) : value;
}

function textOf(value: string | number | null): string | null {
  return typeof value === 'number' ? String(value) : value;
}
