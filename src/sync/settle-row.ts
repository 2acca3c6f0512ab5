/**
 * Settling one row: what the app wrote, what arrived and what this device knew become one version,
 * and that becomes plaintext, sealed row and record.
 *
 * Nothing is written here, so it may run again after a crash or a race.
 */
import type { RowsealError } from '../errors.js';
import { isDeleted } from '../rows/row-content.js';
import { holdsAll, mergeVersions, type RowVersion } from '../rows/row-version.js';
import { openSealedRow } from '../rows/seal-row.js';
import type { Table } from '../rows/table.js';
import { applyChange } from './apply-change.js';
import {
  type Arrivals,
  NO_ARRIVALS,
  type OpeningHints,
  openArrivals,
  refusalFrom,
  waits,
} from './open-arrivals.js';
import { notedUnderHeldKey } from './own-memory.js';
import { settleVisible } from './plaintext.js';
import { gainsByRenewal, hasRetiredSibling } from './renewal.js';
import { needsOpening, type RowInHand, type SettleContext, takeInHand } from './row-in-hand.js';
import { outcomeOf, type SettledRow, troubleFrom } from './row-outcome.js';
import { clearOf } from './row-record.js';
import type { RowTrouble } from './row-trouble.js';
import type { EngineRow, RowOutcome, RowRecord, RowWork } from './sync-store.js';
import { type Sending, whenToSend } from './when-to-send.js';

/** Throws `LOCKED`, `NO_SECURE_RANDOM`; whatever else is wrong with the row is part of the outcome. */
export function settleRow(context: SettleContext, table: Table, work: RowWork): RowOutcome {
  const row = takeInHand(context, table, work);
  try {
    if (row.change.kind === 'delete' && context.deletes === 'engine') return deleteByEngine(row);
    return needsOpening(row) ? settleOpened(row) : settleUnopened(row);
  } catch (error) {
    return hold(row, refusalFrom(error));
  }
}

/** Keeps a row as it is that can't be settled, or that can't be written. */
export function holdRow(
  context: SettleContext,
  table: Table,
  work: RowWork,
  error: RowsealError,
): RowOutcome {
  return hold(takeInHand(context, table, work), error);
}

/** An echo, or a change of visible columns alone: no key is used. */
function settleUnopened({ table, work, record, arrived, movedOn }: RowInHand): RowOutcome {
  const outcome = { table: table.name, id: work.id, done: arrived };
  if (!work.sealed || movedOn || clearOf(table, work.sealed) === record.clear) return outcome;
  const { plain, findings } = settleVisible(table, work.plain, work.sealed, record.findings);
  const clear = clearOf(table, work.sealed);
  return { ...outcome, ...(plain && { plain }), record: { ...record, clear, findings } };
}

function deleteByEngine({ table, work, writes, arrived }: RowInHand): RowOutcome {
  return {
    table: table.name,
    id: work.id,
    ...(work.sealed && { sealed: null }),
    record: null,
    done: [...writes, ...arrived],
    clearsRejection: true,
  };
}

function settleOpened(row: RowInHand): RowOutcome {
  const { context, table, work, change, record, known } = row;
  const { vault } = context;
  const arrivals = work.sealed
    ? openArrivals(vault, table, work.id, work.sealed, hintsFor(row))
    : NO_ARRIVALS;
  // What waits for upload under an earlier key waits for nothing else.
  if (arrivals.refusal && waits(arrivals.refusal) && !row.isResealed) throw arrivals.refusal;
  const noted = known && openKnown(row, known, arrivals);
  const before = record.reflected
    ? openReflected(row, record.reflected, arrivals)
    : (noted ?? writtenOver(row, arrivals));
  const after = applyChange(vault, table, work.id, before, change);
  const merged = mergeAll(table, [after, noted], arrivals);
  if (!merged) return settleNothing(row, arrivals);
  const changed = after !== before;
  // What the server refused stands nowhere else, unless that was a delete of the engine's.
  const isKept = (work.rejected && record.own !== null) || row.isRetried || row.isResealed;
  if (!work.sealed && !changed && !isKept) return withdraw(row, merged);
  const lacking = !arrivals.main || !holdsAll(table, arrivals.main, merged);
  const sending = sendingOf(row, { merged, arrivals, lacking, changed });
  return outcomeOf(row, { noted, before, after, merged, arrivals, sending, lacking, changed });
}

/** The user knows of what had arrived when they accepted it, and of nothing later. */
function isAccepted({ acceptRetiredUpTo }: SettleContext, { entries }: RowWork): boolean {
  // To be re-encrypted a row may be asked for at any time, also after it arrived later.
  const isAsked = entries.some(
    ({ dir, seq }) => dir !== 'out' && (dir !== 'renew' || seq <= acceptRetiredUpTo),
  );
  if (acceptRetiredUpTo === 0 || !isAsked) return false;
  return entries.every(({ dir, seq }) => dir !== 'in' || seq <= acceptRetiredUpTo);
}

/** The rows that this device has seen: what it knew, and what sync replaced since. */
function hintsFor({ context, work, record, known }: RowInHand): OpeningHints {
  const replaced = work.entries.flatMap(({ dir, base }) => (dir === 'in' && base ? [base] : []));
  return {
    acceptRetired: isAccepted(context, work),
    isNoted: known !== null && known === work.sealed,
    own: known && record.own,
    earlier: known ? [known, ...replaced] : replaced,
  };
}

/** What this device knew was accepted then, whatever has become of its key. */
function openKnown(
  { context, table, work }: RowInHand,
  known: EngineRow,
  { main }: Arrivals,
): RowVersion {
  if (main && known.payload === work.sealed?.payload) return main;
  return openSealedRow(context.vault, table, { ...known, id: work.id }, { acceptRetired: true });
}

/** What the app wrote over when the row is not found as it was noted: the payload in place. */
function writtenOver({ change }: RowInHand, { main }: Arrivals): RowVersion | null {
  return change.kind === 'edit' || change.kind === 'delete' ? main : null;
}

/** What an edit was made from that did not see all this device knew. */
function openReflected(
  row: RowInHand,
  { sealed }: NonNullable<RowRecord['reflected']>,
  arrivals: Arrivals,
): RowVersion | null {
  return sealed && openKnown(row, sealed, arrivals);
}

function mergeAll(
  table: Table,
  own: readonly (RowVersion | null)[],
  { main, siblings }: Arrivals,
): RowVersion | null {
  const versions = [...own, main, ...siblings].filter((version) => version !== null);
  const [first = null, ...others] = new Set(versions);
  return others.reduce<RowVersion | null>(
    (merged, version) => merged && mergeVersions(table, merged, version),
    first,
  );
}

/** Nothing of the row was ever opened here: what is there does not open, or nothing is there. */
function settleNothing(row: RowInHand, { refusal }: Arrivals): RowOutcome {
  const { table, work, isResealed, writes, arrived } = row;
  const done = [...writes, ...arrived];
  if (!refusal)
    return { table: table.name, id: work.id, record: null, done, supersedes: isResealed };
  if (!isResealed) throw refusal;
  // There is nothing to seal again, not even later.
  return { ...hold(row, refusal), done, held: [] };
}

/** The row left this device's scope: nothing is uploaded, and nothing that was known is lost. */
function withdraw(row: RowInHand, version: RowVersion): RowOutcome {
  const { context, table, work, record, known, writes, arrived, movedOn } = row;
  const { content } = version;
  const left = isDeleted(content) ? null : WITHDRAWN;
  return {
    table: table.name,
    id: work.id,
    ...(work.plain && !movedOn && { plain: null }),
    record: {
      ...record,
      known: known && notedUnderHeldKey(context.vault, table, known, version),
      reflected: movedOn ? record.reflected : null,
      life: content.life,
      trouble: left,
      seen: null,
      clear: null,
      due: null,
    },
    done: [...writes, ...arrived],
    clearsRejection: work.rejected,
  };
}

const WITHDRAWN: RowTrouble = { kind: 'withdrawn', code: null, detail: null };

function sendingOf(
  { context, work, record, isRetried, isResealed, renewed }: RowInHand,
  {
    merged,
    arrivals,
    lacking,
    changed,
  }: Pick<SettledRow, 'merged' | 'arrivals' | 'lacking' | 'changed'>,
): Sending {
  // What the server refused stands here and nowhere else; what it lost may be back by now.
  const isOld = renewed !== null && gainsByRenewal(context.vault, renewed, arrivals);
  // Whoever accepted what arrived is not asked again, as after a wait for another device.
  const isAnswer = (lacking || hasRetiredSibling(arrivals)) && isAccepted(context, work);
  const isWanted = isResealed || isOld || isAnswer || (isRetried && (work.rejected || lacking));
  if (isWanted) return { when: 'now', sent: record.sent };
  if (!lacking) return { when: 'never' };
  if (changed) return { when: 'now', sent: null };
  const { main } = arrivals;
  if (work.rejected || !main) return { when: 'never' };
  return whenToSend(merged, main, record, context.now, context.mergeDelay);
}

/**
 * Leaves the row as it is and keeps the app's writes, for another pass or another version.
 *
 * What arrived stands in the sealed table, and what stood there before is noted.
 */
function hold(row: RowInHand, error: RowsealError): RowOutcome {
  const { table, work, record, known, change, isResealed, writes, arrived } = row;
  const isOurs = change.kind !== 'none' && UNSEALABLE.includes(error.code);
  const kind = waits(error) ? 'waiting' : isOurs ? 'unsealable' : 'quarantined';
  return {
    table: table.name,
    id: work.id,
    record: { ...record, known, due: null, trouble: troubleFrom(kind, error) },
    done: arrived,
    held: writes,
    // What can't be sealed again must not hold up every upload behind it.
    supersedes: isResealed,
  };
}

const UNSEALABLE: readonly string[] = ['VALUE_UNSUPPORTED', 'LIMIT_EXCEEDED', 'STORE_FAILED'];
