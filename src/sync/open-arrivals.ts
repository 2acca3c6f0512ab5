/** Opening what stands on the server for one row: its payload, and the siblings beside it. */
import { RowsealError } from '../errors.js';
import type { Vault } from '../keys/vault.js';
import { type OpenedRow, type OpenRowOptions, openSealedRow } from '../rows/seal-row.js';
import { SIBLING_LIMIT } from '../rows/sibling-limit.js';
import type { Table } from '../rows/table.js';
import { payloadIdOf } from './payload-id.js';
import { boundValuesOf } from './row-record.js';
import type { EngineRow } from './sync-store.js';

/** Rows whose bound values are tried: each costs an opening for every sibling. */
const EARLIER_LIMIT = 4;

/** What a device knows of a row before it opens what arrived. */
export interface OpeningHints extends OpenRowOptions {
  /** Whether the payload in place is one that was opened here before, whatever became of its key. */
  readonly isNoted?: boolean;
  /** Id of a payload whose whole content it knows, being its own; `null` if there is none. */
  readonly own: string | null;
  /** Sealed rows that it has seen: a sibling may bind what they show. */
  readonly earlier: readonly EngineRow[];
}

export interface Arrivals {
  /** The payload in place; `null` when there is none, or when it does not open. */
  readonly main: OpenedRow | null;
  /** Why it does not. */
  readonly refusal: RowsealError | null;
  /** The siblings that open. */
  readonly siblings: readonly OpenedRow[];
  /** Id of a sibling that need not be opened, since all of it is known; `null` if there is none. */
  readonly ownSibling: string | null;
  /** The texts of the others, which stay on the server until a device can merge them. */
  readonly leftSiblings: readonly string[];
  /** Why they do not open, one reason for each. */
  readonly siblingRefusals: readonly RowsealError[];
}

export const NO_ARRIVALS: Arrivals = {
  main: null,
  refusal: null,
  siblings: [],
  ownSibling: null,
  leftSiblings: [],
  siblingRefusals: [],
};

/** Throws `LOCKED`; every other refusal is part of what it returns. */
export function openArrivals(
  vault: Vault,
  table: Table,
  id: string,
  sealed: EngineRow,
  hints: OpeningHints,
): Arrivals {
  const acceptRetired = hints.acceptRetired || hints.isNoted === true;
  const main = tryOpen(vault, table, { ...sealed, id }, { acceptRetired });
  const payloads = siblingPayloads(sealed);
  const rows = payloads.length > 0 ? [sealed, ...otherwiseBound(table, sealed, hints.earlier)] : [];
  const siblings: OpenedRow[] = [];
  const leftSiblings: string[] = [];
  const siblingRefusals: RowsealError[] = [];
  let ownSibling: string | null = null;
  for (const payload of payloads) {
    if (payloadIdOf({ payload }) === hints.own) {
      ownSibling = hints.own;
      continue;
    }
    const opened = tryBeside(rows, (row) => tryOpen(vault, table, { ...row, id, payload }, hints));
    if (opened instanceof RowsealError) {
      leftSiblings.push(payload);
      siblingRefusals.push(opened);
    } else siblings.push(opened);
  }
  const refused = main instanceof RowsealError;
  return {
    main: refused ? null : main,
    refusal: refused ? main : null,
    siblings,
    ownSibling,
    leftSiblings,
    siblingRefusals,
  };
}

/** Earlier rows that show other bound values than the one in place, each values once. */
function otherwiseBound(
  table: Table,
  sealed: EngineRow,
  earlier: readonly EngineRow[],
): readonly EngineRow[] {
  const byValues = new Map<string, EngineRow>();
  for (const row of [sealed, ...earlier]) {
    const values = JSON.stringify(boundValuesOf(table, row));
    if (!byValues.has(values)) byValues.set(values, row);
  }
  return [...byValues.values()].slice(1, EARLIER_LIMIT + 1);
}

/** One id may have been inserted twice: what was replaced then binds other values. */
function tryBeside(
  rows: readonly EngineRow[],
  open: (row: EngineRow) => OpenedRow | RowsealError,
): OpenedRow | RowsealError {
  let refusal: RowsealError | null = null;
  for (const row of rows) {
    const opened = open(row);
    if (!(opened instanceof RowsealError) || opened.code !== 'ROW_AUTH_FAILED') return opened;
    refusal ??= opened;
  }
  return refusal as RowsealError;
}

/** Whether a newer vault header or a newer version of the app will open what was refused. */
export function waits({ code }: RowsealError): boolean {
  return code === 'UNKNOWN_KEY' || code === 'UNSUPPORTED_VERSION';
}

function tryOpen(
  vault: Vault,
  table: Table,
  sealed: EngineRow,
  options: OpenRowOptions,
): OpenedRow | RowsealError {
  try {
    return openSealedRow(vault, table, sealed, options);
  } catch (error) {
    return refusalFrom(error);
  }
}

/** No row is to blame for these: they would be held for good, one by one. */
const NOT_OF_A_ROW: readonly string[] = ['LOCKED', 'NO_SECURE_RANDOM'];

/** What is wrong with the row itself. Throws anything else again. */
export function refusalFrom(error: unknown): RowsealError {
  if (!(error instanceof RowsealError) || NOT_OF_A_ROW.includes(error.code)) throw error;
  return error;
}

/** As many as are opened. */
export function siblingPayloads({ siblings }: EngineRow): readonly string[] {
  if (typeof siblings !== 'string' || siblings === '') return [];
  return siblings.split(' ', SIBLING_LIMIT);
}
