/** What happened to a sealed row, opened: the change as an app is told of it. */

import type { RowsealErrorCode } from '../../../errors/error-code.js';
import type { RowsealError } from '../../../errors.js';
import type { Vault } from '../../../keys/vault.js';
import { plainRow } from '../../../rows/decrypt-row.js';
import { type Finding, findingsOf, isStale } from '../../../rows/decrypt-row-details.js';
import { equalValues, isDeleted } from '../../../rows/row-content.js';
import type { RowOf } from '../../../rows/row-types.js';
import { type AnyRow, encodeValue } from '../../../rows/row-values.js';
import { mergeVersions, type RowVersion } from '../../../rows/row-version.js';
import type { Table } from '../../../rows/table.js';
import { openArrivals, refusalFrom, waits } from '../../../sync/open-arrivals.js';
import { clearOf, digestOf } from '../../../sync/row-record.js';
import type { EngineRow } from '../../../sync/sync-store.js';
import type { SealedChange } from './diff-records.js';

/**
 * What the app should know of a change, and no error: a {@link Finding}, or `sibling-refused` for
 * another payload beside the row's that does not open, so that an edit may be missing.
 */
export type DiffFinding =
  | Finding
  | { readonly code: 'sibling-refused'; readonly error: RowsealErrorCode };

/**
 * What happened to one row, decrypted.
 *
 * - `insert`: there was none that the app knows;
 * - `update`: `previous` is `null` when the row before does not open;
 * - `delete`: `proven` says whether a sealed delete says so, which no server can forge. Otherwise
 *   the row was taken from this device: it left the user's scope, or was deleted without a payload;
 * - `refused`: what stands there now does not open, and why. Keep what you have of the row.
 */
export type DecryptedChange<T extends Table = Table> =
  | {
      readonly kind: 'insert';
      readonly id: string;
      readonly row: RowOf<T>;
      readonly previous: null;
      readonly findings: readonly DiffFinding[];
    }
  | {
      readonly kind: 'update';
      readonly id: string;
      readonly row: RowOf<T>;
      readonly previous: RowOf<T> | null;
      readonly findings: readonly DiffFinding[];
    }
  | {
      readonly kind: 'delete';
      readonly id: string;
      readonly row: null;
      readonly previous: RowOf<T> | null;
      readonly findings: readonly DiffFinding[];
      readonly proven: boolean;
    }
  | {
      readonly kind: 'refused';
      readonly id: string;
      readonly row: null;
      readonly previous: RowOf<T> | null;
      readonly findings: readonly DiffFinding[];
      readonly error: RowsealError;
    };

/** Which rows under a revoked key are opened. */
export interface AcceptedRows {
  readonly before: boolean;
  readonly after: boolean;
}

/** A change with what is left to do about it. */
export interface OpenedChange {
  /** `null` when there is nothing to tell. */
  readonly told: DecryptedChange | null;
  /** What the row's next change follows when this one opened in part or not at all. */
  readonly held: SealedChange | null;
  /** Whether a newer vault header or a newer version of the app will open more of it. */
  readonly waits: boolean;
}

/** One side of a change: the payload with its siblings merged into it. */
interface OpenedSide {
  readonly version: RowVersion | null;
  /** `null` when there is none, when it was deleted, and when it does not open. */
  readonly row: AnyRow | null;
  readonly findings: readonly DiffFinding[];
  readonly refusal: RowsealError | null;
  /** The sealed row without siblings that do not open. */
  readonly known: EngineRow | null;
  readonly waits: boolean;
}

const UNCHANGED: OpenedChange = { told: null, held: null, waits: false };

const NOTHING: OpenedSide = {
  version: null,
  row: null,
  findings: [],
  refusal: null,
  known: null,
  waits: false,
};

/** Throws `LOCKED`; every other refusal is what the app is told. */
export function openChange(
  vault: Vault,
  table: Table,
  change: SealedChange,
  accepted: AcceptedRows,
): OpenedChange {
  const isNew = change.refused === undefined;
  if (isNew && isSame(table, change.before, change.after)) return UNCHANGED;
  const { id } = change;
  const before = openSide(vault, table, id, change.before, null, accepted.before);
  const after = openSide(vault, table, id, change.after, change.before, accepted.after);
  const { refusal, known, waits } = after;
  if (!refusal) {
    const held = waits ? { id, before: known, after: change.after } : null;
    return { told: openedChange(table, change, before, after), held, waits };
  }
  const held = { ...change, refused: { row: change.after, code: refusal.code } };
  const told = isTold(table, change, refusal) ? null : refused(id, before, refusal);
  return { told, held, waits };
}

function isTold(table: Table, { refused, after }: SealedChange, { code }: RowsealError): boolean {
  return refused?.code === code && isSame(table, refused.row, after);
}

/** As after the echo of an upload. */
function isSame(table: Table, a: EngineRow | null, b: EngineRow | null): boolean {
  if (!a || !b) return false;
  return clearOf(table, a) === clearOf(table, b) && digestOf(table, a) === digestOf(table, b);
}

function openSide(
  vault: Vault,
  table: Table,
  id: string,
  sealed: EngineRow | null,
  earlier: EngineRow | null,
  acceptRetired: boolean,
): OpenedSide {
  if (sealed === null) return NOTHING;
  const hints = { acceptRetired, own: null, earlier: earlier ? [earlier] : [] };
  const { main, refusal, siblings, ...left } = openArrivals(vault, table, id, sealed, hints);
  if (!main) return refusedSide(refusal as RowsealError);
  try {
    const version = siblings.reduce<RowVersion>((a, b) => mergeVersions(table, a, b), main);
    const refusals = left.siblingRefusals;
    return {
      version,
      row: isDeleted(version.content) ? null : plainRow(table, version),
      findings: [
        ...findingsOf(table, main, { ...sealed, id }, undefined),
        ...refusals.map(({ code }) => ({ code: 'sibling-refused' as const, error: code })),
      ],
      refusal: null,
      known: { ...sealed, siblings: withoutLeft(sealed, left.leftSiblings) },
      waits: refusals.some(waits),
    };
  } catch (error) {
    return refusedSide(refusalFrom(error));
  }
}

function refusedSide(refusal: RowsealError): OpenedSide {
  return { ...NOTHING, refusal, waits: waits(refusal) };
}

function withoutLeft({ siblings }: EngineRow, left: readonly string[]): unknown {
  if (left.length === 0) return siblings;
  const kept = String(siblings)
    .split(' ')
    .filter((payload) => !left.includes(payload));
  return kept.join(' ');
}

function refused(id: string, { row }: OpenedSide, error: RowsealError): DecryptedChange {
  return { kind: 'refused', id, row: null, previous: row as RowOf<Table>, findings: [], error };
}

function openedChange(
  table: Table,
  { id, refused }: SealedChange,
  before: OpenedSide,
  after: OpenedSide,
): DecryptedChange | null {
  const previous = before.row as RowOf<Table> | null;
  // What does not open may be a row that the app has from before.
  const wasThere = previous !== null || before.refusal !== null;
  const findings = [...after.findings, ...staleFinding(before, after)];
  if (after.row === null) {
    if (!wasThere && refused === undefined) return null;
    return { kind: 'delete', id, row: null, previous, findings, proven: after.version !== null };
  }
  const row = after.row as RowOf<Table>;
  if (!wasThere) return { kind: 'insert', id, row, previous: null, findings };
  const isSame = previous !== null && sameRow(table, previous, row);
  const isKnown = JSON.stringify(before.findings) === JSON.stringify(findings);
  if (isSame && isKnown && refused === undefined) return null;
  return { kind: 'update', id, row, previous, findings };
}

function staleFinding(before: OpenedSide, after: OpenedSide): readonly DiffFinding[] {
  if (!before.version || !after.version) return [];
  return isStale(before.version, after.version) ? [{ code: 'stale-row' }] : [];
}

function sameRow(table: Table, a: AnyRow, b: AnyRow): boolean {
  return table.layout.columns.every((column) => {
    if (column.kind === 'server-owned') return true;
    const [one, other] = [a, b].map((row) => encodeValue(table, column, row[column.name]));
    return one !== undefined && other !== undefined && equalValues(one, other);
  });
}
