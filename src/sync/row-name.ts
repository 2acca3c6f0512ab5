/** A row's name, wherever many tables are handled at once. */

/** Which row. */
export interface RowName {
  /** The table's name as declared. */
  readonly table: string;
  /** The row's id: text of 1 to 256 bytes. */
  readonly id: string;
}

/** Whether a value names a row, whatever else it says. */
export function isRowName(value: unknown): value is RowName {
  const { table, id } = Object(value) as Partial<RowName>;
  return typeof table === 'string' && typeof id === 'string';
}

/** Tells rows apart as one text: a table's name and an id may hold anything. */
export function rowKey({ table, id }: RowName): string {
  return JSON.stringify([table, id]);
}
