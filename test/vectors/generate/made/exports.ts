/** A file as this package writes it. */
import { exportVault, type SealedRowOf, type Vault } from '../../../../src/index.js';
import type { Table } from '../../../../src/rows/table.js';
import { columnTable } from '../../through-src/column-table.js';
import { NOTES } from '../rows/notes.js';
import type { NamedScenario } from '../rows/scenario.js';
import { holds } from '../vector-file.js';
import { PASSWORD } from '../worlds.js';
import type { WrittenRows } from './rows.js';
import type { Made } from './vaults.js';

const table = columnTable(NOTES);

/** Versions of one row, which no server would show in so many rows: each line stands for itself. */
export async function madeExports(
  history: readonly Made[],
  { inserted, edited, unset, deleted }: WrittenRows,
): Promise<readonly NamedScenario[]> {
  const { vault } = history[0] as Made;
  const merging = { ...edited, siblings: unset.payload };
  const file = await written(vault, [inserted, merging, deleted]);
  const row = { id: 'n1', body: 'hello', stars: 5, folder: 'inbox', owner: 'ada' };
  const merged = { id: 'n1', body: 'hello there', folder: 'trash', owner: 'ada' };
  const entries = [row, merged, null].map((each, i) => ({
    line: i + 2,
    expect: 'success',
    table: 'notes',
    id: 'n1',
    row: each,
    refusals: [],
  }));
  const scenario = {
    comment: 'made by exportVault of this package, and opened with the password',
    holds: holds('20', 'A row stands in the file once.'),
    file,
    open: { password: PASSWORD },
    tables: [NOTES],
    expect: 'success',
    state: 'complete',
    entries,
  };
  return [{ name: 'made-export', scenario }];
}

async function written(vault: Vault, rows: readonly SealedRowOf<Table>[]): Promise<string> {
  let text = '';
  for await (const line of exportVault(
    vault,
    rows.map((row) => ({ table, row })),
  ))
    text += line;
  return text;
}
