import { encodeBase64url } from '../bytes/base64url.js';
import { type StampBytes, type Tick, tickOf } from '../bytes/stamp.js';
import { assertOptions } from '../errors.js';
import type { Vault } from '../keys/vault.js';
import { CLOCK_TOLERANCE_MS } from '../keys/writer-clock.js';
import { withoutBound } from './bound-set.js';
import { plainRow } from './decrypt-row.js';
import { mergeContents } from './merge-contents.js';
import { equalContents, isDeleted, type RowContent, stampsOf } from './row-content.js';
import type { RowOf, SealedRowOf } from './row-types.js';
import type { AnyRow } from './row-values.js';
import type { RowVersion } from './row-version.js';
import { type OpenedRow, type OpenRowOptions, openSealedRow } from './seal-row.js';
import type { Columns, Table } from './table.js';
import { mismatchedColumns } from './visible-columns.js';

/** When and by whom a column was last written. */
export interface Stamp extends Tick {
  /** The opening of a vault that wrote it, not a person or a device: 8 bytes as base64url text. */
  readonly writer: string;
}

/**
 * Something that authentic data revealed and the app should know; not an error.
 *
 * - `metadata-mismatch`: a visible column does not say what its authenticated copy says;
 * - `retired-key`: written after its key was rotated, by a device that was offline, or by someone
 *   who holds the old key;
 * - `clock-ahead`: stamped more than a day ahead of this device's clock;
 * - `stale-row`: older than the row passed as `seen`, and tells nothing new.
 */
export type Finding =
  | { readonly code: 'metadata-mismatch'; readonly column: string }
  | { readonly code: 'retired-key' }
  | { readonly code: 'clock-ahead' }
  | { readonly code: 'stale-row' };

/** Options of {@link decryptRowDetails}. */
export interface DetailsOptions<Sealed> extends OpenRowOptions {
  /**
   * The newest sealed version of the row that this device has opened before; it is opened again.
   */
  readonly seen?: Sealed;
}

/** What {@link decryptRowDetails} returns. */
export interface RowDetails<Row, Names extends PropertyKey> {
  /** The row; `null` when it was deleted. */
  readonly row: Row | null;
  /** The number of inserts and deletes so far: odd while the row lives, even once it is deleted. */
  readonly life: number;
  /** When it was last inserted or deleted. */
  readonly lifeStamp: Stamp;
  /** Of each column in the payload; bound columns have that of the insert. */
  readonly stamps: { readonly [K in Names]?: Stamp };
  /** What the app should know, in no particular order; mostly empty. */
  readonly findings: readonly Finding[];
  /**
   * What the server says beside the payload, unchecked: visible columns and whatever else came
   * along.
   */
  readonly untrusted: Readonly<Record<string, unknown>>;
  /** Id of the data key: 32 bytes as base64url text. */
  readonly keyId: string;
  /** Id of this payload: its nonce, 24 bytes as base64url text. */
  readonly payloadId: string;
  /** How many columns of other versions of the app are carried along. */
  readonly unknownColumns: number;
}

type ColumnNames<T extends Table> = T extends Table<infer C extends Columns> ? keyof C : never;

/**
 * Opens a sealed row and tells everything about it: stamps, writers, findings, and what the
 * server says.
 *
 * For a deleted row, `row` is `null`.
 *
 * Security: `untrusted` is the server's word. Show it, never decide by it.
 *
 * @throws `ROW_AUTH_FAILED`, `ROW_MALFORMED`, `NOT_ENCRYPTED`, `UNKNOWN_KEY`, `KEY_RETIRED`,
 * `UNSUPPORTED_VERSION`, `LIMIT_EXCEEDED`, `LOCKED` for the row or the one that was `seen`;
 * `TypeError` when their ids differ.
 *
 * @example
 * ```ts
 * import { byPassword, cleartext, createVault, decryptRowDetails, defineTable, encrypted, encryptRow, memoryStore } from 'rowseal';
 *
 * const { vault } = await createVault(memoryStore(), byPassword('correct horse battery staple'));
 * const notes = defineTable('notes', { body: encrypted.text(), folder: cleartext.text() });
 * const sealed = encryptRow(vault, notes, { id: 'n1', body: 'hello', folder: 'inbox' });
 * const { row, findings } = decryptRowDetails(vault, notes, { ...sealed, folder: 'trash' });
 * console.assert(row?.folder === 'inbox' && findings[0]?.code === 'metadata-mismatch');
 * ```
 */
export function decryptRowDetails<T extends Table>(
  vault: Vault,
  table: T,
  sealed: SealedRowOf<T>,
  options: DetailsOptions<SealedRowOf<T>> = {},
): RowDetails<RowOf<T>, ColumnNames<T>> {
  assertOptions(options, ['acceptRetired', 'seen'], 'decryptRowDetails');
  const served = sealed as AnyRow;
  const { seen, ...openOptions } = options;
  const opened = openSealedRow(vault, table, served, openOptions);
  const before = seen && openSealedRow(vault, table, seen as AnyRow, { acceptRetired: true });
  if (before && before.id !== opened.id) {
    throw new TypeError('The seen row has another id than the row. Pass an earlier version of it.');
  }
  const { content, envelope } = opened;
  const known = new Set(table.layout.columns.map(({ id }) => id));
  return {
    row: isDeleted(content) ? null : (plainRow(table, opened) as RowOf<T>),
    life: content.life,
    lifeStamp: describeStamp(content.lifeStamp),
    stamps: describeStamps(table, opened),
    findings: findingsOf(table, opened, served, before),
    untrusted: untrustedValues(served),
    keyId: encodeBase64url(envelope.keyId),
    payloadId: encodeBase64url(envelope.nonce),
    unknownColumns: [...content.cells.keys()].filter((id) => !known.has(id)).length,
  };
}

/** What the app should know of an opened row; `before` is what the device knew of it. */
export function findingsOf(
  table: Table,
  opened: OpenedRow,
  served: AnyRow,
  before: RowVersion | undefined,
): Finding[] {
  const { content, afterRetirement } = opened;
  const findings: Finding[] = isDeleted(content)
    ? []
    : mismatchedColumns(table, content, served).map((column) => ({
        code: 'metadata-mismatch',
        column,
      }));
  if (afterRetirement) findings.push({ code: 'retired-key' });
  const horizon = Date.now() + CLOCK_TOLERANCE_MS;
  if (stampsOf(content).some((stamp) => tickOf(stamp).time > horizon)) {
    findings.push({ code: 'clock-ahead' });
  }
  if (before && isStale(before, opened)) findings.push({ code: 'stale-row' });
  return findings;
}

/**
 * Whether a row is older than what was seen of it, and tells nothing new.
 *
 * The versions may bind different columns: those say nothing about which of them is older.
 */
export function isStale(before: RowVersion, opened: RowVersion): boolean {
  const [seen, content] = [before.content, opened.content].map((each) =>
    withoutBound(withoutBound(each, before.bound), opened.bound),
  ) as [RowContent, RowContent];
  return !equalContents(seen, content) && equalContents(seen, mergeContents(seen, content));
}

function describeStamps(table: Table, { content, bound }: OpenedRow): Record<string, Stamp> {
  const stamps: Record<string, Stamp> = {};
  for (const { id, name } of table.layout.columns) {
    const stamp = bound.values.has(id) ? content.lifeStamp : content.cells.get(id)?.stamp;
    if (stamp) stamps[name] = describeStamp(stamp);
  }
  return stamps;
}

function describeStamp(stamp: StampBytes): Stamp {
  return { ...tickOf(stamp), writer: encodeBase64url(stamp.subarray(8)) };
}

/** Without a prototype: the server chooses these names (threat D01). */
function untrustedValues(served: AnyRow): Record<string, unknown> {
  const values = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(served)) {
    if (name !== 'id' && name !== 'payload') values[name] = served[name];
  }
  return values;
}
