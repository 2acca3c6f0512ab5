import type { AeadBackend } from '../crypto/aead.js';
import { assertOptions } from '../errors.js';
import { openHeaderText } from '../keys/open-header-text.js';
import { assertOpener, type OpenProgress, type VaultOpener } from '../keys/opener.js';
import type { Vault } from '../keys/vault.js';
import { slices } from '../rows/give-way.js';
import type { OpenRowOptions } from '../rows/seal-row.js';
import type { Table } from '../rows/table.js';
import type { ExportSource } from './chunk-bytes.js';
import type { ExportEntry } from './export-entry.js';
import { beginExport, type ExportFile } from './export-file.js';
import { type CodeCounts, tallyCodes } from './export-tally.js';
import { entryOf, incompleteEntry } from './make-entry.js';
import { storedNameOf } from './sealed-line.js';

/** Options of {@link openExport}. */
export interface OpenExportOptions<T extends Table = Table> extends OpenProgress, OpenRowOptions {
  /** The tables whose rows are opened, as the app declares them; rows of others stay sealed. */
  readonly tables?: readonly T[];
  /** Another implementation of XChaCha20-Poly1305, with identical bytes. */
  readonly aead?: AeadBackend;
  /**
   * What a device remembers of the vault (`pinOf`), to refuse a file that is older than that:
   * base64url text.
   *
   * Mostly a backup is older; leave it out.
   */
  readonly pin?: string;
}

/** What {@link openExport} has read so far. */
export interface OpenedReport {
  /**
   * Whether all of the file was there; `reading` until all entries were taken.
   *
   * `complete`: every line is there, as somebody with the vault key wrote them. `truncated`: the
   * end is missing. `altered`: lines were changed, taken out, added or moved.
   */
  readonly state: 'reading' | 'complete' | 'truncated' | 'altered';
  /** Number of rows that opened, deleted ones included. */
  readonly opened: number;
  /** Number of these that were deleted. */
  readonly deleted: number;
  /** Rows and lines that did not open, and payloads beside rows that did, by reason. */
  readonly refused: CodeCounts;
}

/** A file being read: a vault, and its rows one by one. */
export interface OpenedExport<T extends Table = Table> extends AsyncIterable<ExportEntry<T>> {
  /** The vault of the file, open; lock it when the entries are read. */
  readonly vault: Vault;
  /** What was read so far; all there is to say once the last entry was taken. */
  report(): OpenedReport;
}

/**
 * Opens a file of {@link exportVault} with one of the secrets that its vault had then: no server,
 * no network, nothing else.
 *
 * The vault's header is checked as `openVault` checks it, and nothing is remembered. Entries come
 * one by one, and one that does not open stops no other; siblings are merged into their row. When
 * lines are missing or changed, the last entry says so (`EXPORT_DAMAGED`), and so does `report()`:
 * each row that opened is authentic, but there may have been others, or later versions.
 *
 * The way back to a server: store `vault.header` there (`memoryStore(vault.header)` is such a
 * store, for trying it out), and upload each entry's `uploads` in their order.
 *
 * Security: a file is not fresh: it shows the vault of its day. Whoever knew the secrets of that
 * day could have made it.
 *
 * @param source what is in the file, not its name: text or bytes in chunks of any size; never more
 * than one line is held
 *
 * @throws `EXPORT_DAMAGED` for what is no export, `UNSUPPORTED_VERSION`, `LIMIT_EXCEEDED`,
 * `HEADER_MALFORMED`, `KDF_PARAMS_REFUSED`, with a pin also `STORE_FAILED` where it is damaged,
 * `VAULT_MISMATCH`, `HEADER_ROLLBACK`, before the secret is used; then `UNLOCK_FAILED`,
 * `HEADER_TAMPERED`, `HEADER_CONFLICT`, `NO_SECURE_RANDOM`; or the signal's reason. `LOCKED` while
 * entries are taken, once the vault is. What the source throws comes through.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, defineTable, encrypted, encryptRow, exportVault, memoryStore, openExport } from 'rowseal';
 *
 * const { vault } = await createVault(memoryStore(), byPassword('correct horse battery staple'));
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const rows = [{ table: notes, row: encryptRow(vault, notes, { id: 'n1', body: 'hello' }) }];
 * const file = exportVault(vault, rows); // in Node: createReadStream(path)
 *
 * const opened = await openExport(file, byPassword('correct horse battery staple'), { tables: [notes] });
 * for await (const entry of opened) {
 *   if (entry.ok) console.log(entry.row?.body ?? 'deleted');
 *   else console.error(entry.line, entry.error.code);
 * }
 * console.assert(opened.report().state === 'complete');
 * ```
 */
export async function openExport<T extends Table>(
  source: ExportSource,
  opener: VaultOpener,
  options: OpenExportOptions<T> = {},
): Promise<OpenedExport<T>> {
  assertOptions(options, OPTIONS, 'openExport');
  assertOpener(opener);
  const { tables = [], acceptRetired = false, ...rest } = options;
  const byName = tablesByName(tables);
  const file = await beginExport(source);
  const vault = await openOrClose(file, opener, rest);
  const progress = { state: 'reading' as OpenedReport['state'], opened: 0, deleted: 0 };
  const refused = tallyCodes();

  function note(entry: ExportEntry<T>): ExportEntry<T> {
    if (!entry.ok) refused.count(entry.error.code);
    else {
      progress.opened += 1;
      if (entry.row === null) progress.deleted += 1;
      for (const { code } of entry.refusals) refused.count(code);
    }
    return entry;
  }

  async function* entries(): AsyncGenerator<ExportEntry<T>, void, undefined> {
    const rows = file.rows(vault);
    const othersTurn = slices();
    try {
      let next = await rows.next();
      for (; !next.done; next = await rows.next()) {
        yield note(entryOf(vault, byName, next.value, { acceptRetired }));
        const turn = othersTurn();
        if (turn) await turn;
      }
      progress.state = next.value;
      if (next.value !== 'complete') yield note(incompleteEntry(next.value));
    } finally {
      await file.close();
    }
  }

  const read = entries();
  return {
    vault,
    [Symbol.asyncIterator]: () => read,
    report: () => ({ ...progress, refused: refused.counts() }),
  };
}

const OPTIONS = ['acceptRetired', 'aead', 'onProgress', 'pin', 'signal', 'tables'];

function tablesByName<T extends Table>(tables: readonly T[]): ReadonlyMap<string, T> {
  const byName = new Map(tables.map((table) => [storedNameOf(table), table]));
  if (byName.size === tables.length) return byName;
  throw new TypeError('Two of the tables have one stored name: pass each table once.');
}

async function openOrClose(
  file: ExportFile,
  opener: VaultOpener,
  options: OpenProgress & { readonly aead?: AeadBackend; readonly pin?: string },
): Promise<Vault> {
  try {
    return await openHeaderText(file.header, opener, options);
  } catch (error) {
    await file.close();
    throw error;
  }
}
