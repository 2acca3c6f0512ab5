/** Where restored rows are written: a new folder that only this user may read. */
import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from 'rowseal';
import { headOf, lineOf, type PlainRow, type RowFormat } from './plain-rows.js';
import { UserMistake } from './user-mistake.js';

export interface OutputFolder {
  writeRow(table: Table, row: PlainRow): Promise<void>;
  /** What was not restored, so that somebody can look for it elsewhere. */
  writeLoss(loss: PlainRow): Promise<void>;
  close(): Promise<void>;
}

export async function openFolder(folder: string, format: RowFormat): Promise<OutputFolder> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) {
    throw new UserMistake(`'${folder}' is not empty. Name a new folder for the restored rows.`);
  }
  const files = new Map<string, FileHandle>();

  async function fileOf(name: string, head: string): Promise<FileHandle> {
    const known = files.get(name);
    if (known) return known;
    const file = await open(join(folder, name), 'wx', 0o600);
    files.set(name, file);
    await file.write(head);
    return file;
  }

  return {
    async writeRow(table, row) {
      const file = await fileOf(`${table.name}.${format}`, headOf(table, format));
      await file.write(lineOf(table, row, format));
    },
    async writeLoss(loss) {
      const file = await fileOf('not-restored.jsonl', '');
      await file.write(`${JSON.stringify(loss)}\n`);
    },
    async close() {
      for (const file of files.values()) await file.close();
    },
  };
}
