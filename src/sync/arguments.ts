/** What callers give who have no compiler: looked at before anything is done with it. */
import type { Table } from '../rows/table.js';

/** Throws a `TypeError` that says what to give. */
export function assertGiven(isGiven: boolean, what: string): void {
  if (!isGiven) throw new TypeError(`Give ${what}.`);
}

/** Throws a `TypeError` for what is no declared table. */
export function assertTable(table: Table): void {
  assertGiven(isTable(table), 'table: what defineTable returned');
}

/** Throws a `TypeError` for all but a list of declared tables; of none, nothing would be encrypted. */
export function assertTables(tables: readonly Table[]): void {
  const areTables = Array.isArray(tables) && tables.every(isTable);
  assertGiven(areTables && tables.length > 0, 'tables: a list of what defineTable returned');
}

function isTable(table: Table | null | undefined): boolean {
  return table?.layout !== undefined;
}
