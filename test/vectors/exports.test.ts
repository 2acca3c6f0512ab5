import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { byPassword, byRecoveryKey, openExport, type Table } from '../../src/index.js';
import { storedVectors } from './stored-vectors.js';
import { columnTable } from './through-src/column-table.js';
import { type Fields, refusalOf, textOf } from './through-src/reading.js';

interface ExportFile {
  readonly comment: string;
  readonly file: unknown;
  readonly open: { readonly password?: string; readonly recoveryKey?: string };
  readonly tables: readonly Fields[];
  readonly pin?: string;
  readonly acceptRetired?: boolean;
  readonly expect: string;
  readonly state?: string;
  readonly entries?: readonly Fields[];
}

const parsed = [...storedVectors()]
  .filter(([path]) => path.startsWith('exports/'))
  .map(([path, text]) => [path, JSON.parse(text) as ExportFile] as const);

const OPENED_AT = 1_767_323_045_678;
beforeEach(() => void vi.spyOn(Date, 'now').mockReturnValue(OPENED_AT));
afterEach(() => vi.restoreAllMocks());

function open({ file, open: { password, recoveryKey }, tables, pin, acceptRetired }: ExportFile) {
  const opener =
    password === undefined ? byRecoveryKey(recoveryKey as string) : byPassword(password);
  return openExport<Table>([textOf(file)], opener, {
    tables: tables.map(columnTable),
    ...(pin !== undefined && { pin }),
    ...(acceptRetired !== undefined && { acceptRetired }),
  });
}

describe('src reads, or refuses, as the file says', () => {
  it.each(parsed)('%s', async (_, vector) => {
    let entries: Fields[] | undefined;
    let state: string | undefined;
    const refusal = await refusalOf(async () => {
      const opened = await open(vector);
      entries = [];
      for await (const entry of opened) {
        const { line } = entry;
        if (line === null) continue; // what is said of the whole file
        if (!entry.ok) entries.push({ line, expect: entry.error.code });
        else {
          const { table, id, row, refusals } = entry;
          const codes = refusals.map(({ code }) => code);
          entries.push({ line, expect: 'success', table, id, row, refusals: codes });
        }
      }
      state = opened.report().state;
    });
    expect(refusal?.code ?? 'success').toBe(vector.expect);
    expect({ state, entries }).toEqual({ state: vector.state, entries: vector.entries });
  });
});
