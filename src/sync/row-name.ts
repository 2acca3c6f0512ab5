/** A row's name, wherever many tables are handled at once. */

/** Which row. */
export interface RowName {
  /** The table's name as declared. */
  readonly table: string;
  /** The row's id: text of 1 to 256 bytes. */
  readonly id: string;
}

/** Tells rows apart as one text: a table's name and an id may hold anything. */
export function rowKey({ table, id }: RowName): string {
  return JSON.stringify([table, id]);
}
