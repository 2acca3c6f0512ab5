/**
 * What becomes of a row that is copied, and whether its sealed copy says what it says.
 *
 * A column, or a whole row, that somebody wrote in the new table belongs to the new table from then
 * on: a copy never replaces it. Its stamp tells, since those of copies are far in the past.
 */
import { tickOf } from '../../../bytes/stamp.js';
import { RowsealError } from '../../../errors.js';
import type { Vault } from '../../../keys/vault.js';
import { equalValues, isDeleted, latestStamp } from '../../../rows/row-content.js';
import type { RowVersion } from '../../../rows/row-version.js';
import { openSealedRow } from '../../../rows/seal-row.js';
import type { LayoutColumn, Table } from '../../../rows/table.js';
import { sameValue } from '../../../sync/changed-columns.js';
import { encodeEngineValue } from '../../../sync/engine-values.js';
import { payloadIdOf } from '../../../sync/payload-id.js';
import type { EngineRow } from '../../../sync/sync-store.js';
import { type ColumnMap, copiedColumns, mappedRow, Unfit, unfitDetail } from './column-map.js';
import type { Marks } from './marks.js';
import { COPY_TIME_LIMIT, type MigratedRow } from './migrated-rows.js';

/** What rows are judged with. */
export interface JudgeContext {
  readonly vault: Vault;
  readonly table: Table;
  readonly map: ColumnMap;
  readonly marks: Marks;
}

/**
 * What was found of a row.
 *
 * - `same`: the sealed copy on the server says what the old row says;
 * - `newer`: where it says something else, somebody wrote it in the new table;
 * - `unfit`: the declaration can't hold it, or the map threw;
 * - `unconfirmed`: the server does not have it yet as this device does;
 * - `missing`: there is no sealed copy, or one that does not open;
 * - `differs`: the sealed copy says something else.
 */
export type RowResult = 'same' | 'newer' | 'unfit' | 'unconfirmed' | 'missing' | 'differs';

export interface Judgement {
  readonly result: RowResult;
  /** Of the sealed copy that was looked at, in the good cases. */
  readonly payloadId: string | null;
  /** Why it could not be done, where an error says so. */
  readonly code: string | null;
  readonly detail: string | null;
}

/** What copying a row comes to: `plain` is to be written, `null` deletes; or it waits; or it is done. */
export type CopyPlan =
  | { readonly kind: 'write'; readonly plain: EngineRow | null }
  | { readonly kind: 'wait' }
  | { readonly kind: 'done'; readonly unfit?: Judgement };

const DONE: CopyPlan = { kind: 'done' };
const WAIT: CopyPlan = { kind: 'wait' };

/** Throws `LOCKED`. */
export function planCopy(context: JudgeContext, row: MigratedRow): CopyPlan {
  if (context.marks.isEnded) return DONE;
  if (!row.isOldConfirmed || row.isBusy) return WAIT;
  if (row.old === null) return planDelete(context, row);
  const target = mappedRow(context.table, context.map, row.id, row.old);
  const versions = openVersions(context, row);
  if (target instanceof Unfit) {
    const isLeft = versions?.some((each) => isAllWritten(context, each));
    return isLeft ? DONE : { kind: 'done', unfit: unfitRow(target) };
  }
  if (versions === null) return DONE;
  const isOwn = (column: LayoutColumn) => versions.some((each) => isWritten(timeOf(each, column)));
  if (row.plain === null) {
    const isLeft = versions.some((each) => isWritten(lifeTimeOf(each)) || !isDeleted(each.content));
    return isLeft ? DONE : { kind: 'write', plain: target };
  }
  const { plain } = row;
  const taken = copiedColumns(context.table).filter(
    (column) => !sameValue(plain[column.name], target[column.name]) && !isOwn(column),
  );
  if (taken.length === 0) return DONE;
  const values = taken.map(({ name }) => [name, target[name]]);
  return { kind: 'write', plain: { ...plain, ...Object.fromEntries(values) } };
}

/**
 * A delete is copied until the first device has switched over. Afterwards a row may have gone because
 * its plaintext was removed, and nobody could tell that from a delete.
 */
function planDelete(context: JudgeContext, row: MigratedRow): CopyPlan {
  if (row.plain === null || context.marks.isSwitched) return DONE;
  if (!context.marks.areKnown) return WAIT;
  const versions = openVersions(context, row);
  const isOwn = versions?.some(({ content }) => isWritten(tickOf(latestStamp(content)).time));
  return versions === null || isOwn ? DONE : { kind: 'write', plain: null };
}

/** What a row's copy is worth. Throws `LOCKED`. */
export function judgeRow(context: JudgeContext, row: MigratedRow): Judgement {
  const target = mappedRow(context.table, context.map, row.id, row.old as EngineRow);
  if (target instanceof Unfit) return judgeUnfit(context, row, target);
  if (!row.isOldConfirmed || row.isBusy) return finding('unconfirmed');
  if (row.sealed === null) return finding('missing', row);
  if (!row.isSealedConfirmed) return finding('unconfirmed');
  const version = tryOpen(context, row.id, row.sealed);
  if (version instanceof RowsealError) {
    return finding('missing', { code: version.code, detail: version.message });
  }
  const payloadId = payloadIdOf(row.sealed);
  if (isDeleted(version.content)) {
    return isWritten(lifeTimeOf(version))
      ? { ...finding('newer'), payloadId }
      : finding('differs', { code: null, detail: 'It is deleted.' });
  }
  const differing = copiedColumns(context.table).filter((column) => {
    const cell = version.bound.values.get(column.id) ?? version.content.cells.get(column.id);
    const wanted = encodeEngineValue(context.table, column, target[column.name]);
    return !cell || !equalValues(cell, wanted);
  });
  const wrong = differing.filter((column) => !isWritten(timeOf(version, column)));
  if (wrong.length > 0) {
    const names = wrong.map(({ name }) => `'${name}'`).join(', ');
    return finding('differs', { code: null, detail: `These columns differ: ${names}.` });
  }
  return { ...finding(differing.length > 0 ? 'newer' : 'same'), payloadId };
}

/** Where all of the new row was written there, nothing of the old one is needed. */
function judgeUnfit(context: JudgeContext, row: MigratedRow, unfit: Unfit): Judgement {
  const { id, sealed, isSealedConfirmed, isBusy } = row;
  const version = sealed && isSealedConfirmed && !isBusy ? tryOpen(context, id, sealed) : null;
  const isGood = version && !(version instanceof RowsealError) && isAllWritten(context, version);
  if (!sealed || !isGood) return unfitRow(unfit);
  return { ...finding('newer'), payloadId: payloadIdOf(sealed) };
}

function isAllWritten({ table }: JudgeContext, version: RowVersion): boolean {
  if (isDeleted(version.content)) return isWritten(lifeTimeOf(version));
  return copiedColumns(table).every((column) => isWritten(timeOf(version, column)));
}

function finding(
  result: RowResult,
  why: { readonly code: string | null; readonly detail: string | null } = NOTHING,
): Judgement {
  return { result, payloadId: null, code: why.code, detail: why.detail };
}

/** A row that can't be turned into a new one. */
export function unfitRow(unfit: Unfit): Judgement {
  return finding('unfit', unfitDetail(unfit));
}

const NOTHING = { code: null, detail: null };

/** All that this device knows of the row; `null` where something of it does not open. */
function openVersions(
  context: JudgeContext,
  { id, known, sealed }: MigratedRow,
): readonly RowVersion[] | null {
  const versions: RowVersion[] = [];
  for (const each of [known, sealed]) {
    const opened = each && tryOpen(context, id, each);
    if (opened instanceof RowsealError) return null;
    if (opened) versions.push(opened);
  }
  return versions;
}

function tryOpen({ vault, table }: JudgeContext, id: string, sealed: EngineRow) {
  try {
    return openSealedRow(vault, table, { ...sealed, id }, { acceptRetired: true });
  } catch (error) {
    if (error instanceof RowsealError && error.code !== 'LOCKED') return error;
    throw error;
  }
}

/** A bound column is written with its row; one that is missing is older than any copy. */
function timeOf(version: RowVersion, column: LayoutColumn): number {
  if (version.bound.values.has(column.id)) return lifeTimeOf(version);
  const cell = version.content.cells.get(column.id);
  return cell ? tickOf(cell.stamp).time : 0;
}

function lifeTimeOf({ content }: RowVersion): number {
  return tickOf(content.lifeStamp).time;
}

function isWritten(time: number): boolean {
  return time >= COPY_TIME_LIMIT;
}
