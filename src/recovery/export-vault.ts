import { encodeUtf8 } from '../bytes/utf8.js';
import { beginHash } from '../crypto/derive.js';
import { assertOptions, RowsealError } from '../errors.js';
import { revealSecrets, type Vault } from '../keys/vault.js';
import { slices } from '../rows/give-way.js';
import type { KeyUse } from '../rows/key-use.js';
import type { AnyRow } from '../rows/row-values.js';
import type { Table } from '../rows/table.js';
import { formatEndLine, formatFirstLine } from './export-line.js';
import { exportMac } from './export-mac.js';
import { type CodeCounts, tallyCodes, tallyKeys } from './export-tally.js';
import { openPayloads } from './open-payloads.js';
import { sealedLine } from './sealed-line.js';

/** Options of {@link exportVault}. */
export interface ExportOptions {
  /**
   * Opens each row as well, and counts those that do not open: slower, and the surer backup.
   */
  readonly verify?: boolean;
}

/** A sealed row for {@link exportVault}. */
export interface RowToExport {
  /** The table that declares it. */
  readonly table: Table;
  /** The row as the server has it: `id`, visible columns, `payload`, and `siblings` where there are some. */
  readonly row: Readonly<Record<string, unknown>>;
}

/** What {@link exportVault} has written so far. */
export interface ExportReport {
  /** Whether the file is whole: its last line was written. */
  readonly done: boolean;
  /** Number of rows in the file. */
  readonly rows: number;
  /**
   * Rows that are not in the file, by reason: what is no sealed row, is too large for a line, or has
   * JSON or a date beside its payload that a file can't hold.
   */
  readonly leftOut: CodeCounts;
  /**
   * Keys that payloads in the file name and its header does not have, with the number of payloads:
   * these don't open from this file.
   */
  readonly missingKeys: readonly KeyUse[];
  /**
   * Rows in the file of which a payload does not open, by reason; only `verify` finds them.
   */
  readonly refused: CodeCounts;
}

/** A file being written, as chunks of text in the order in which they belong. */
export interface VaultExport extends AsyncIterable<string> {
  /** What was written so far; all there is to say once the last chunk was taken. */
  report(): ExportReport;
}

/**
 * Writes a vault and its sealed rows as one file, which a password or the recovery key opens with
 * no server: what a backup needs.
 *
 * Rows are written as they are, sealed, one line each, and none is held in memory. A row is
 * written once, so name each only once; declared visible columns are written with it, and no
 * other column. After the last chunk look at `report()`: `missingKeys` means that the vault has
 * newer keys than this snapshot (`refreshVault`, then export again), `leftOut` that something
 * wrote plaintext to the server.
 *
 * Security: the file shows what the server sees: ids, visible columns, how many rows there are and
 * how long. It opens with the secrets of its day, whatever changes later: after `changePassword`
 * or `rekeyVault` the old password still opens an old file. Delete old files.
 *
 * @throws `LOCKED`, also while chunks are taken; then the file has no last line. `TypeError` for a
 * value that no database has. What the source of the rows throws comes through.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, defineTable, encrypted, encryptRow, exportVault, memoryStore } from 'rowseal';
 *
 * const { vault } = await createVault(memoryStore(), byPassword('correct horse battery staple'));
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const rows = [{ table: notes, row: encryptRow(vault, notes, { id: 'n1', body: 'hello' }) }];
 * const file = exportVault(vault, rows, { verify: true });
 * let text = '';
 * for await (const chunk of file) text += chunk; // in Node: pipeline(file, createWriteStream(path))
 * console.assert(text.startsWith('{"rowseal":"export"') && file.report().rows === 1);
 * ```
 */
export function exportVault(
  vault: Vault,
  rows: AsyncIterable<RowToExport> | Iterable<RowToExport>,
  options: ExportOptions = {},
): VaultExport {
  assertOptions(options, ['verify'], 'exportVault');
  revealSecrets(vault);
  const progress = { done: false, rows: 0 };
  const [leftOut, refused, keys] = [tallyCodes(), tallyCodes(), tallyKeys(vault)];

  /** The row's line; `null` where there must be none. */
  function lineOf({ table, row }: RowToExport): string | null {
    const line = attempt(() => sealedLine(table, row), leftOut.count);
    if (line === null) return null;
    progress.rows += 1;
    keys.count(row);
    if (options.verify) verifyRow(vault, table, row, refused.count);
    return line;
  }

  async function* chunks(): AsyncGenerator<string, void, undefined> {
    const hash = beginHash();
    const hashed = (line: string): string => {
      hash.update(encodeUtf8(line) as Uint8Array);
      return line;
    };
    yield hashed(formatFirstLine(revealSecrets(vault).header.text));
    const othersTurn = slices();
    for await (const each of rows) {
      const line = lineOf(each);
      if (line !== null) yield hashed(line);
      const turn = othersTurn();
      if (turn) await turn;
    }
    const mac = exportMac(vault, hash.digest(), progress.rows);
    progress.done = true;
    yield formatEndLine({ rows: progress.rows, mac });
  }

  const written = chunks();
  return {
    [Symbol.asyncIterator]: () => written,
    report: () => ({
      ...progress,
      leftOut: leftOut.counts(),
      missingKeys: keys.missing(),
      refused: refused.counts(),
    }),
  };
}

type Count = (code: RowsealError['code']) => void;

function verifyRow(vault: Vault, table: Table, row: AnyRow, count: Count): void {
  const opened = attempt(() => openPayloads(vault, table, row, {}), count);
  const [refusal] = opened?.refusals ?? [];
  if (refusal) count(refusal.code);
}

/** What comes of it; `null` once its refusal was counted. Throws `LOCKED` and anything else. */
function attempt<T>(make: () => T, count: Count): T | null {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RowsealError) || error.code === 'LOCKED') throw error;
    count(error.code);
    return null;
  }
}
