/** What becomes of a row that is settled: plaintext, sealed row and record. */
import { type RowsealError, UnknownKeyError } from '../errors.js';
import { holdsAll, type RowVersion } from '../rows/row-version.js';
import { type Arrivals, refusalFrom, waits } from './open-arrivals.js';
import { notedUnderHeldKey } from './own-memory.js';
import { payloadIdOf } from './payload-id.js';
import { arrivedFindings, plaintextToWrite } from './plaintext.js';
import type { RowInHand } from './row-in-hand.js';
import { clearOf, digestOf } from './row-record.js';
import type { RowTrouble } from './row-trouble.js';
import { sealUpload, sealVersion } from './seal-upload.js';
import type { EngineRow, RowOutcome } from './sync-store.js';
import type { Sending } from './when-to-send.js';

/** What a row came to. */
export interface SettledRow {
  /** What this device knew. */
  readonly noted: RowVersion | null;
  /** What of it the plaintext said. */
  readonly before: RowVersion | null;
  /** That with what the app wrote. */
  readonly after: RowVersion | null;
  /** That with what arrived. */
  readonly merged: RowVersion;
  readonly arrivals: Arrivals;
  readonly sending: Sending;
  /** Whether the payload in place says less than `merged`. */
  readonly lacking: boolean;
  /** Whether the app wrote something new. */
  readonly changed: boolean;
}

export function outcomeOf(row: RowInHand, settled: SettledRow): RowOutcome {
  const { table, work, record, isRetried, writes, arrived } = row;
  const { noted, merged, arrivals, sending, changed } = settled;
  const served = work.sealed ?? row.known ?? {};
  const sealed = sending.when === 'now' ? sealedToSend(row, settled, served) : null;
  const inPlace = sealed ?? work.sealed;
  const { plain, unreadable } = plainOutcome(row, merged, inPlace);
  // Nothing is to be said of what this device wrote itself, and writes once more.
  const told = row.isResealed ? { ...arrivals, main: null } : arrivals;
  const trouble = troubleOf(arrivals, sealed, unreadable);
  return {
    table: table.name,
    id: work.id,
    ...(plain !== undefined && { plain }),
    ...(sealed && { sealed }),
    record: {
      seen: inPlace && digestOf(table, inPlace),
      clear: inPlace && clearOf(table, inPlace),
      known: sealed ? null : knownAfter(row, settled, served),
      reflected: isLeftBehind(row, settled) ? { sealed: reflectedRow(row, settled, served) } : null,
      life: merged.content.life,
      own: sealed ? payloadIdOf(sealed) : record.own,
      sent: sending.when === 'now' ? sending.sent : record.sent,
      due: sending.when === 'later' ? sending.due : null,
      trouble,
      findings: work.sealed ? arrivedFindings(table, told, work.sealed, noted) : [],
    },
    done: [...writes, ...arrived],
    clearsRejection: changed || isRetried,
    supersedes: row.isResealed,
  };
}

/** To re-encrypt a row edits nothing: a visible column that the server changed stays a finding. */
function sealedToSend(
  { context, table, renewed, isResealed }: RowInHand,
  { merged, arrivals, lacking, changed }: SettledRow,
  served: EngineRow,
): EngineRow {
  const sealed = sealUpload(context.vault, table, merged, served, arrivals);
  if (!renewed || isResealed || lacking || changed) return sealed;
  const visible = table.layout.visible.map(({ name }) => [name, served[name]]);
  return { ...sealed, ...Object.fromEntries(visible) };
}

/**
 * A row that the declaration can't read keeps its last good plaintext; it is merged and sealed all
 * the same.
 */
function plainOutcome(
  { table, work, movedOn }: RowInHand,
  merged: RowVersion,
  inPlace: EngineRow | null,
): { readonly plain?: EngineRow | null | undefined; readonly unreadable: RowsealError | null } {
  if (movedOn) return { unreadable: null };
  try {
    return { plain: plaintextToWrite(table, merged, work.plain, inPlace), unreadable: null };
  } catch (error) {
    return { unreadable: refusalFrom(error) };
  }
}

/**
 * Whether the plaintext says less than was merged, since the app has written it again already.
 *
 * That write did not see what arrived. So the record says what it did see, beside all that is known:
 * stamped over anything later, Monday's write would beat another device's of Tuesday.
 */
function isLeftBehind({ table, movedOn }: RowInHand, { after, merged }: SettledRow): boolean {
  return movedOn && !(after && holdsAll(table, after, merged));
}

/** What the plaintext says while it is left behind, as a sealed row. */
function reflectedRow(
  { context, table, record, known }: RowInHand,
  { before, after }: SettledRow,
  served: EngineRow,
): EngineRow | null {
  const said = record.reflected ? record.reflected.sealed : known;
  if (!after) return null;
  if (said && after === before) return notedUnderHeldKey(context.vault, table, said, after);
  return sealVersion(context.vault, table, after, served);
}

/** What was known before says it all, or a sealed row of its own keeps what was merged. */
function knownAfter(
  { context, table, known }: RowInHand,
  { noted, merged, lacking }: SettledRow,
  served: EngineRow,
): EngineRow | null {
  if (!lacking) return null;
  if (known && noted && holdsAll(table, noted, merged)) {
    return notedUnderHeldKey(context.vault, table, known, noted);
  }
  return sealVersion(context.vault, table, merged, served);
}

function troubleOf(
  { refusal, siblingRefusals }: Arrivals,
  sealed: EngineRow | null,
  unreadable: RowsealError | null,
): RowTrouble | null {
  const refused = unreadable ?? (sealed ? null : refusal);
  if (refused) return troubleFrom('quarantined', refused);
  const awaited = siblingRefusals.find(waits);
  return awaited ? troubleFrom('waiting', awaited) : null;
}

export function troubleFrom(kind: RowTrouble['kind'], error: RowsealError): RowTrouble {
  const detail = error instanceof UnknownKeyError ? error.keyId : error.message;
  return { kind, code: error.code, detail };
}
