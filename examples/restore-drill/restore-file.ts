/** From an export and a secret to plain rows, with an account of what is missing. */
import { createReadStream } from 'node:fs';
import { type ExportEntry, lockVault, openExport, type Table, type VaultOpener } from 'rowseal';
import type { OutputFolder } from './output-folder.js';
import type { PlainRow } from './plain-rows.js';

export interface Restored {
  /** Rows written, by table. */
  readonly rows: ReadonlyMap<string, number>;
  readonly deleted: number;
  readonly state: 'reading' | 'complete' | 'truncated' | 'altered';
  /** How often each code was the reason for something that is missing. */
  readonly losses: Readonly<Record<string, number>>;
}

/** Throws what opening the file throws, before the first row is written. */
export async function restoreFile(
  path: string,
  opener: VaultOpener,
  tables: readonly Table[],
  openOutput: () => Promise<OutputFolder>,
): Promise<Restored> {
  const opened = await openExport(createReadStream(path), opener, { tables });
  const output = await openOutput();
  const rows = new Map(tables.map(({ name }) => [name, 0]));
  try {
    for await (const entry of opened) {
      for (const loss of lossesOf(entry)) await output.writeLoss(loss);
      if (!entry.ok || entry.row === null) continue;
      const table = tables.find(({ name }) => name === entry.table) as Table;
      await output.writeRow(table, entry.row);
      rows.set(table.name, (rows.get(table.name) ?? 0) + 1);
    }
  } finally {
    lockVault(opened.vault);
    await output.close();
  }
  const { deleted, state, refused } = opened.report();
  return { rows, deleted, state, losses: { ...refused } };
}

/** One for each payload that did not open, and for each line that is none. */
function lossesOf(entry: ExportEntry): PlainRow[] {
  const errors = entry.ok ? entry.refusals : [entry.error];
  const { line, table, id } = entry;
  return errors.map(({ code, message }) => ({ line, table, id, code, message }));
}
