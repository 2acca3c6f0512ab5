/** The two tables of a migration as the database has them. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import type { Table } from '../../../rows/table.js';
import { type MirroredTable, mirroredTable, quoted, type SideColumn } from '../mirrored-table.js';
import { migrations } from './migrations.js';

/** The synced plaintext table. */
export interface OldTable {
  readonly name: string;
  /** Quoted. */
  readonly view: string;
  /** What is below its view, quoted. */
  readonly table: string;
  readonly columns: readonly SideColumn[];
}

/** From where to where. */
export interface MigratedTable {
  readonly from: OldTable;
  readonly declared: Table;
  readonly to: MirroredTable;
  /** What devices tell each other. */
  readonly marks: MirroredTable;
}

/** Throws a `TypeError` for tables that the database's schema lacks, or has otherwise. */
export function migratedTable(
  db: CommonPowerSyncDatabase,
  from: string,
  declared: Table,
): MigratedTable {
  const found = db.schema.tables.find(({ name }) => name === from);
  if (!found || found.localOnly || found.insertOnly || from === declared.name) {
    throw new TypeError(
      `Give from: the name of the old synced table in the schema, not '${from}'.`,
    );
  }
  const columns = found.columns.map(({ name, type }) => ({ name, type: String(type) }));
  return {
    from: {
      name: from,
      view: quoted(found.viewName),
      table: quoted(found.internalName),
      columns,
    },
    declared,
    to: mirroredTable(db, declared),
    marks: mirroredTable(db, migrations),
  };
}
