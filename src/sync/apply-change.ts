/** What a row says after the app's change: changed columns over what the device knew. */
import { compareBytes } from '../bytes/compare.js';
import type { StampBytes } from '../bytes/stamp.js';
import { RowsealError } from '../errors.js';
import { revealSecrets, type Vault } from '../keys/vault.js';
import type { WriterClock } from '../keys/writer-clock.js';
import {
  assertBoundLengths,
  type BoundValues,
  boundColumns,
  nextBoundValues,
  writtenBoundValues,
} from '../rows/bound-set.js';
import { hasChanged, nextLife } from '../rows/edit-content.js';
import { type Cell, type EncodedValue, equalValues, isDeleted } from '../rows/row-content.js';
import { encodeRowId } from '../rows/row-values.js';
import type { RowVersion } from '../rows/row-version.js';
import type { LayoutColumn, Table } from '../rows/table.js';
import type { RowChange } from './changed-columns.js';
import { encodeEngineValue, typedRow } from './engine-values.js';
import type { EngineRow } from './sync-store.js';

type Written = Extract<RowChange, { kind: 'insert' | 'edit' }>;

/** It sorts before every nonce: a version that no payload brought yet. */
const NO_NONCE = new Uint8Array(0);

/**
 * The version after a change; the very one that came in where the change says nothing new.
 *
 * Each column is stamped with the time at which the app wrote it. Throws `VALUE_UNSUPPORTED` for
 * what can't be sealed, `LIMIT_EXCEEDED`, `LOCKED`.
 */
export function applyChange(
  vault: Vault,
  table: Table,
  id: string,
  known: RowVersion | null,
  change: RowChange,
): RowVersion | null {
  if (change.kind === 'none') return known;
  const { clock } = revealSecrets(vault).opening;
  if (change.kind === 'delete') return known && deleted(table, known, change.at, clock);
  if (known && !isDeleted(known.content)) return edited(table, known, change, clock);
  // The row was deleted elsewhere while it was edited here: the delete wins.
  if (known && change.kind === 'edit') return known;
  return inserted(table, id, known, change, clock);
}

function deleted(table: Table, known: RowVersion, at: number, clock: WriterClock): RowVersion {
  if (isDeleted(known.content)) return known;
  const content = {
    life: nextLife(known.content),
    lifeStamp: clock.stampAt(at),
    cells: new Map(),
    extensions: [],
  };
  return { ...known, content, bound: nextBoundValues(table, known.content, known.bound) };
}

function inserted(
  table: Table,
  id: string,
  known: RowVersion | null,
  { at, row, columns }: Written,
  clock: WriterClock,
): RowVersion {
  const rowId = encodeRowId(table, id);
  const bound = writtenBound(table, id, row);
  assertBoundLengths(table, bound);
  const lifeStamp = clock.stampAt(at);
  const cells = new Map<number, Cell>();
  for (const column of table.layout.contents) {
    const time = columns.get(column.name) as number;
    const stamp = time > at ? clock.stampAt(time) : lifeStamp;
    cells.set(column.id, { ...encodeEngineValue(table, column, row[column.name]), stamp });
  }
  const life = known ? nextLife(known.content) : 1;
  return { id, rowId, content: { life, lifeStamp, cells, extensions: [] }, bound, nonce: NO_NONCE };
}

function edited(
  table: Table,
  known: RowVersion,
  { row, columns }: Written,
  clock: WriterClock,
): RowVersion {
  assertBoundUnchanged(table, known, row, columns);
  const cells = new Map(known.content.cells);
  const stamps = new Map<number, StampBytes>();
  for (const column of table.layout.contents) {
    const at = columns.get(column.name);
    if (at === undefined) continue;
    const before = known.content.cells.get(column.id);
    const value = encodeEngineValue(table, column, row[column.name]);
    if (!hasChanged(column, before, value)) continue;
    cells.set(column.id, { ...value, stamp: stampFor(clock, at, before, stamps) });
  }
  if (stamps.size === 0) return known;
  const bound = nextBoundValues(table, known.content, known.bound);
  return { ...known, content: { ...known.content, cells }, bound };
}

/**
 * One stamp for all columns of one write; a later one for a column that some clock stamped ahead,
 * which must not take the others along.
 */
function stampFor(
  clock: WriterClock,
  at: number,
  before: Cell | undefined,
  stamps: Map<number, StampBytes>,
): StampBytes {
  const shared = stamps.get(at) ?? clock.stampAt(at);
  stamps.set(at, shared);
  if (!before || compareBytes(shared, before.stamp) > 0) return shared;
  return clock.stampAt(at, [before.stamp]);
}

function assertBoundUnchanged(
  table: Table,
  known: RowVersion,
  row: EngineRow,
  changed: ReadonlyMap<string, number>,
): void {
  const { set, values } = nextBoundValues(table, known.content, known.bound);
  const columns = boundColumns(table, set).filter(({ name }) => changed.has(name));
  if (columns.length === 0) return;
  const written = writtenBound(table, known.id, row).values;
  for (const { id, name } of columns) {
    if (!equalValues(values.get(id) as EncodedValue, written.get(id) as EncodedValue)) {
      throw new RowsealError(
        'VALUE_UNSUPPORTED',
        `Column '${name}' of '${table.name}' is bound, so it can't change. Set it back, or delete the row and insert another one.`,
      );
    }
  }
}

function writtenBound(table: Table, id: string, row: EngineRow): BoundValues {
  const bound: readonly LayoutColumn[] = table.layout.columns.filter(
    ({ kind }) => kind === 'bound',
  );
  return writtenBoundValues(table, typedRow(bound, id, row));
}
