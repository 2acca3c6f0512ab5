/**
 * Settling one row: what the app wrote, what arrived and what this device knew become one version,
 * and that becomes plaintext, sealed row and note.
 *
 * Nothing is written here, so it may run again after a crash or a race.
 */
import { RowsealError, UnknownKeyError } from '../errors.js';
import type { Vault } from '../keys/vault.js';
import { isDeleted } from '../rows/row-content.js';
import { holdsAll, mergeVersions, type RowVersion } from '../rows/row-version.js';
import { openSealedRow } from '../rows/seal-row.js';
import type { Table } from '../rows/table.js';
import { applyChange } from './apply-change.js';
import { changeOf, type RowChange } from './changed-columns.js';
import { type Arrivals, NO_ARRIVALS, openArrivals, waits } from './open-arrivals.js';
import { payloadIdOf } from './payload-id.js';
import { arrivedFindings, plaintextToWrite, settleVisible } from './plaintext.js';
import { clearOf, digestOf, NEW_RECORD } from './row-record.js';
import { sealUpload, sealVersion } from './seal-upload.js';
import type { EngineRow, RowOutcome, RowRecord, RowTrouble, RowWork } from './sync-store.js';
import { isDue, type Sending, whenToSend } from './when-to-send.js';

export interface SettleContext {
  readonly vault: Vault;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long to leave a merge to the writer of the payload in place: milliseconds. */
  readonly mergeDelay: () => number;
  readonly deletes: 'sealed' | 'engine';
  readonly acceptRetired: boolean;
  /** Entries of `out` after this one belong to a later transaction. */
  readonly upTo: number;
}

/** One row with what its entries add up to. */
interface Row {
  readonly context: SettleContext;
  readonly table: Table;
  readonly work: RowWork;
  readonly change: RowChange;
  readonly record: RowRecord;
  /** The sealed row that holds all this device knew before. */
  readonly known: EngineRow | null;
  /** The entries in hand of the app's own writes. */
  readonly writes: readonly number[];
  /** The other entries. */
  readonly arrived: readonly number[];
  /** Whether the plaintext belongs to a later transaction already. */
  readonly movedOn: boolean;
}

/** What a row came to. */
interface Settled {
  readonly before: RowVersion | null;
  readonly merged: RowVersion;
  readonly arrivals: Arrivals;
  readonly sending: Sending;
  /** Whether the payload in place says less than `merged`. */
  readonly lacking: boolean;
  readonly changed: boolean;
}

/** Throws `LOCKED`; whatever else is wrong with the row is part of the outcome. */
export function settleRow(context: SettleContext, table: Table, work: RowWork): RowOutcome {
  const row = prepare(context, table, work);
  try {
    if (row.change.kind === 'delete' && context.deletes === 'engine') return deleteByEngine(row);
    return needsOpening(row) ? settleOpened(row) : settleUnopened(row);
  } catch (error) {
    if (!(error instanceof RowsealError) || error.code === 'LOCKED') throw error;
    return hold(row, error);
  }
}

function prepare(context: SettleContext, table: Table, work: RowWork): Row {
  const { upTo } = context;
  const writes = work.entries.filter(({ dir }) => dir === 'out');
  const next = writes.find(({ seq }) => seq > upTo);
  const names = table.layout.columns.flatMap(({ kind, name }) =>
    kind === 'server-owned' ? [] : [name],
  );
  const mine = writes.filter(({ seq }) => seq <= upTo);
  return {
    context,
    table,
    work,
    change: changeOf(names, mine, next ? next.base : work.plain),
    record: work.record ?? NEW_RECORD,
    known: knownSealed(table, work),
    writes: mine.map(({ seq }) => seq),
    arrived: work.entries.flatMap(({ dir, seq }) => (dir === 'out' ? [] : [seq])),
    movedOn: next !== undefined,
  };
}

/** Sync may have replaced it meanwhile; then the queue has it. */
function knownSealed(table: Table, { record, sealed, entries }: RowWork): EngineRow | null {
  if (!record || record.known || record.seen === null) return record?.known ?? null;
  const replaced = entries.flatMap(({ dir, base }) => (dir === 'in' && base ? [base] : []));
  const candidates = sealed ? [sealed, ...replaced] : replaced;
  return candidates.find((each) => digestOf(table, each) === record.seen) ?? null;
}

function needsOpening({ context, table, work, change, record }: Row): boolean {
  if (change.kind !== 'none' || isDue(record, context.now)) return true;
  if (record.trouble || work.entries.some(({ dir }) => dir === 'show')) return true;
  return work.sealed ? digestOf(table, work.sealed) !== record.seen : work.record !== null;
}

/** An echo, or a change of visible columns alone: no key is used. */
function settleUnopened({ table, work, record, writes, arrived, movedOn }: Row): RowOutcome {
  const outcome = { table: table.name, id: work.id, done: [...writes, ...arrived] };
  if (!work.sealed || movedOn || clearOf(table, work.sealed) === record.clear) return outcome;
  const { plain, findings } = settleVisible(table, work.plain, work.sealed, record.findings);
  const clear = clearOf(table, work.sealed);
  return { ...outcome, ...(plain && { plain }), record: { ...record, clear, findings } };
}

function deleteByEngine({ table, work, writes, arrived }: Row): RowOutcome {
  return {
    table: table.name,
    id: work.id,
    ...(work.sealed && { sealed: null }),
    record: null,
    done: [...writes, ...arrived],
    clearsRejection: true,
  };
}

function settleOpened(row: Row): RowOutcome {
  const { context, table, work, change, known } = row;
  const { vault } = context;
  const arrivals = work.sealed
    ? openArrivals(vault, table, work.id, work.sealed, context)
    : NO_ARRIVALS;
  if (arrivals.refusal && waits(arrivals.refusal)) throw arrivals.refusal;
  const before = known && openKnown(row, known, arrivals);
  const after = applyChange(vault, table, work.id, before, change);
  const merged = mergeAll(table, after, arrivals);
  if (!merged) return settleNothing(row, arrivals);
  const changed = after !== before;
  if (!work.sealed && !changed && !work.rejected && !isDue(row.record, context.now)) {
    return withdraw(row, merged);
  }
  const lacking = !arrivals.main || !holdsAll(table, arrivals.main, merged);
  const sending = sendingOf(row, { merged, arrivals, lacking, changed });
  return finish(row, { before, merged, arrivals, sending, lacking, changed });
}

/** What this device knew was accepted then, whatever has become of its key. */
function openKnown(
  { context, table, work }: Row,
  known: EngineRow,
  { main }: Arrivals,
): RowVersion {
  if (main && known.payload === work.sealed?.payload) return main;
  return openSealedRow(context.vault, table, { ...known, id: work.id }, { acceptRetired: true });
}

function mergeAll(
  table: Table,
  after: RowVersion | null,
  { main, siblings }: Arrivals,
): RowVersion | null {
  const versions = [after, main, ...siblings].filter((version) => version !== null);
  const [first = null, ...others] = new Set(versions);
  return others.reduce<RowVersion | null>(
    (merged, version) => merged && mergeVersions(table, merged, version),
    first,
  );
}

/** Nothing of the row was ever opened here: what is there does not open, or nothing is there. */
function settleNothing({ table, work, writes, arrived }: Row, { refusal }: Arrivals): RowOutcome {
  if (refusal) throw refusal;
  return { table: table.name, id: work.id, record: null, done: [...writes, ...arrived] };
}

/** The row left this device's scope: nothing is uploaded, and nothing that was known is lost. */
function withdraw(row: Row, { content }: RowVersion): RowOutcome {
  const { table, work, record, known, writes, arrived, movedOn } = row;
  const left = isDeleted(content) ? null : WITHDRAWN;
  return {
    table: table.name,
    id: work.id,
    ...(work.plain && !movedOn && { plain: null }),
    record: {
      ...record,
      known,
      life: content.life,
      trouble: left,
      seen: null,
      clear: null,
      due: null,
    },
    done: [...writes, ...arrived],
  };
}

const WITHDRAWN: RowTrouble = { kind: 'withdrawn', code: null, detail: null };

function sendingOf(
  { context, work, record }: Row,
  {
    merged,
    arrivals,
    lacking,
    changed,
  }: Pick<Settled, 'merged' | 'arrivals' | 'lacking' | 'changed'>,
): Sending {
  if (!lacking) return { when: 'never' };
  if (changed) return { when: 'now', sent: null };
  if (work.rejected) return { when: 'never' };
  const { main } = arrivals;
  if (!main) return work.sealed ? { when: 'never' } : { when: 'now', sent: null };
  return whenToSend(merged, main, record, context.now, context.mergeDelay);
}

function finish(row: Row, settled: Settled): RowOutcome {
  const { context, table, work, record, writes, arrived, movedOn } = row;
  const { merged, arrivals, sending, before, changed } = settled;
  const served = work.sealed ?? row.known ?? {};
  const sealed =
    sending.when === 'now' ? sealUpload(context.vault, table, merged, served, arrivals) : null;
  const inPlace = sealed ?? work.sealed;
  const plain = movedOn ? undefined : plaintextToWrite(table, merged, work.plain, inPlace);
  const trouble = troubleOf(arrivals, sealed);
  return {
    table: table.name,
    id: work.id,
    ...(plain !== undefined && { plain }),
    ...(sealed && { sealed }),
    record: {
      seen: inPlace && digestOf(table, inPlace),
      clear: inPlace && clearOf(table, inPlace),
      known: sealed || !settled.lacking ? null : knownAfter(row, settled, served),
      life: merged.content.life,
      own: sealed ? payloadIdOf(sealed) : record.own,
      sent: sending.when === 'now' ? sending.sent : record.sent,
      due: sending.when === 'later' ? sending.due : null,
      trouble,
      findings: work.sealed ? arrivedFindings(table, arrivals, work.sealed, before) : [],
    },
    done: trouble ? writes : [...writes, ...arrived],
    held: trouble ? arrived : [],
    clearsRejection: changed,
  };
}

/** What was known before says it all, or a sealed row of its own keeps what was merged. */
function knownAfter(
  { context, table, known }: Row,
  { before, merged }: Settled,
  served: EngineRow,
): EngineRow | null {
  if (before && holdsAll(table, before, merged)) return known;
  return sealVersion(context.vault, table, merged, served);
}

function troubleOf(
  { refusal, siblingRefusals }: Arrivals,
  sealed: EngineRow | null,
): RowTrouble | null {
  if (refusal && !sealed) return describe('quarantined', refusal);
  const awaited = siblingRefusals.find(waits);
  return awaited ? describe('waiting', awaited) : null;
}

/** Leaves the row as it is and keeps its entries, for another pass or another version. */
function hold(row: Row, error: RowsealError): RowOutcome {
  const { table, work, record, known, change, writes, arrived } = row;
  const isOurs = change.kind !== 'none' && UNSEALABLE.includes(error.code);
  const kind = waits(error) ? 'waiting' : isOurs ? 'unsealable' : 'quarantined';
  return {
    table: table.name,
    id: work.id,
    record: { ...record, known, due: null, trouble: describe(kind, error) },
    done: [],
    held: [...writes, ...arrived],
  };
}

const UNSEALABLE: readonly string[] = ['VALUE_UNSUPPORTED', 'LIMIT_EXCEEDED'];

function describe(kind: RowTrouble['kind'], error: RowsealError): RowTrouble {
  const detail = error instanceof UnknownKeyError ? error.keyId : error.message;
  return { kind, code: error.code, detail };
}
