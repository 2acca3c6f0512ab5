/** The names that a declared table has elsewhere. */
import type { Table } from '../rows/table.js';

/** The synced table beside a plaintext table, on the device and on the server. */
export function sealedName({ name }: Pick<Table, 'name'>): string {
  return `${name}_sealed`;
}
