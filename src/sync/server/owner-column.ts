/** The column that says whose row it is. */
import type { Table } from '../../rows/table.js';
import { assertGiven } from '../arguments.js';
import { sqlColumnName } from './sql-names.js';

const FIXED_COLUMNS = ['id', 'parents', 'payload', 'siblings'];

/** Its name, quoted; it is declared as visible text, or not at all. */
export function ownerColumn({ name, layout }: Table, owner: string): string {
  const isName = typeof owner === 'string' && owner !== '';
  assertGiven(isName, 'owner: the name of the column that says whose row it is');
  const quoted = sqlColumnName(owner);
  const declared = layout.columns.find((column) => column.name === owner);
  const isText = !declared || (declared.kind !== 'encrypted' && declared.codec.name === 'text');
  if (FIXED_COLUMNS.includes(owner) || !isText) {
    throw new TypeError(
      `Column '${owner}' of '${name}' can't be the owner: take cleartext.text().`,
    );
  }
  return quoted;
}
