/** What the devices of one user tell each other about a migration: sealed, so that no server can say it. */
import { encrypted } from '../../../rows/column.js';
import { defineTable } from '../../../rows/table.js';

/**
 * The declared table in which the devices of a user tell each other how far a migration has come.
 *
 * An app that uses {@link migrateTable} has it among its tables, as one more: in `encryptedTables`,
 * `serverSql`, `syncConfig`, `startMirror` and `uploadWith`. The app itself neither reads nor writes it.
 *
 * @example
 * ```ts
 * import { Schema } from '@powersync/common';
 * import { defineTable, encrypted } from 'rowseal';
 * import { encryptedTables, migrations } from 'rowseal/powersync';
 *
 * const entries = defineTable('entries', { amount: encrypted.integer() });
 * const schema = new Schema({ ...encryptedTables([entries, migrations]) });
 * console.assert(schema.props.rowseal_migrations.localOnly);
 * ```
 */
export const migrations = /* @__PURE__ */ defineTable('rowseal_migrations', {
  mark: /* @__PURE__ */ encrypted.text(),
});

/**
 * Rows of it, for the table of that name. Each is only ever added, so that no device can take back
 * what another has said.
 */
export const marksOf = (from: string) => ({
  /** A device reads and writes the new table. */
  switched: `${from}:switched`,
  /** The server refuses writes to the old table, and all of it is verified: nothing is copied any more. */
  ended: `${from}:ended`,
  /** Written to learn that all that was on the server before has arrived. */
  barrier: `${from}:barrier`,
});
