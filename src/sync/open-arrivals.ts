/** Opening what stands on the server for one row: its payload, and the siblings beside it. */
import { RowsealError } from '../errors.js';
import type { Vault } from '../keys/vault.js';
import { type OpenedRow, type OpenRowOptions, openSealedRow } from '../rows/seal-row.js';
import type { Table } from '../rows/table.js';
import type { EngineRow } from './sync-store.js';

/** A server could name as many as it likes; an honest trigger keeps one for each device. */
const SIBLING_LIMIT = 64;

export interface Arrivals {
  /** The payload in place; `null` when there is none, or when it does not open. */
  readonly main: OpenedRow | null;
  /** Why it does not. */
  readonly refusal: RowsealError | null;
  /** The siblings that open. */
  readonly siblings: readonly OpenedRow[];
  /** The texts of the others, which stay on the server until a device can merge them. */
  readonly leftSiblings: readonly string[];
  /** Why they do not open, one reason for each. */
  readonly siblingRefusals: readonly RowsealError[];
}

export const NO_ARRIVALS: Arrivals = {
  main: null,
  refusal: null,
  siblings: [],
  leftSiblings: [],
  siblingRefusals: [],
};

/** Throws `LOCKED`; every other refusal is part of what it returns. */
export function openArrivals(
  vault: Vault,
  table: Table,
  id: string,
  sealed: EngineRow,
  options: OpenRowOptions,
): Arrivals {
  const main = tryOpen(vault, table, { ...sealed, id }, options);
  const siblings: OpenedRow[] = [];
  const leftSiblings: string[] = [];
  const siblingRefusals: RowsealError[] = [];
  for (const payload of siblingPayloads(sealed)) {
    const opened = tryOpen(vault, table, { ...sealed, id, payload }, options);
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
    leftSiblings,
    siblingRefusals,
  };
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
    if (!(error instanceof RowsealError) || error.code === 'LOCKED') throw error;
    return error;
  }
}

function siblingPayloads({ siblings }: EngineRow): readonly string[] {
  if (typeof siblings !== 'string' || siblings === '') return [];
  return siblings.split(' ', SIBLING_LIMIT);
}
