/** Export files for tests: written, read back, and put together by hand. */
import {
  byRecoveryKey,
  bySecret,
  cleartext,
  createVault,
  defineTable,
  type ExportEntry,
  type ExportOptions,
  type ExportSource,
  encrypted,
  exportVault,
  memoryStore,
  type OpenExportOptions,
  type OpenedReport,
  openExport,
  type RowToExport,
  type Table,
  type Vault,
  type VaultOpener,
  type VaultStore,
} from '../../src/index.js';

export const notes = defineTable('notes', {
  body: encrypted.text(),
  folder: cleartext.text(),
});

export interface ExportWorld {
  readonly store: VaultStore;
  readonly vault: Vault;
  readonly opener: VaultOpener;
}

/** A vault that opens at once. */
export async function exportWorld(): Promise<ExportWorld> {
  const store = memoryStore();
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const { vault, recoveryKey } = await createVault(store, bySecret(secret));
  return { store, vault, opener: byRecoveryKey(recoveryKey) };
}

/** The lines of a file, line feeds included. */
export async function exportedLines(
  vault: Vault,
  rows: AsyncIterable<RowToExport> | Iterable<RowToExport>,
  options?: ExportOptions,
): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportVault(vault, rows, options)) lines.push(line);
  return lines;
}

export function rowsOf<T extends Table>(table: T, rows: readonly object[]): RowToExport[] {
  return rows.map((row) => ({ table, row: row as RowToExport['row'] }));
}

export interface ReadExport<T extends Table> {
  readonly entries: readonly ExportEntry<T>[];
  /** What opened, in the order of the file. */
  readonly rows: readonly unknown[];
  readonly codes: readonly string[];
  readonly report: OpenedReport;
}

export async function readExport<T extends Table = typeof notes>(
  source: ExportSource,
  opener: VaultOpener,
  options: OpenExportOptions<T> = { tables: [notes as unknown as T] },
): Promise<ReadExport<T>> {
  const opened = await openExport(source, opener, options);
  const entries: ExportEntry<T>[] = [];
  for await (const entry of opened) entries.push(entry);
  return {
    entries,
    rows: entries.flatMap((entry) => (entry.ok ? [entry.row] : [])),
    codes: entries.flatMap((entry) => (entry.ok ? [] : [entry.error.code])),
    report: opened.report(),
  };
}
