/**
 * A migration's own tables and triggers, outside the PowerSync schema as the mirror's are.
 *
 * A trigger names no other table than the one it stands on, `ps_kv` and our own.
 */
import type { LockContext } from '@powersync/common';
import { literal, quoted } from '../mirrored-table.js';
import { IN_USE, onClear, putTriggers, SYNCING, type Trigger } from '../own-triggers.js';
import { giveBackEdits } from './give-back-edits.js';
import type { MigratedTable } from './migrated-table.js';
import { marksOf } from './migrations.js';

const TABLES: readonly string[] = [
  // `copying`: 1 inside the migration's own transaction.
  `CREATE TABLE IF NOT EXISTS rowseal_migration (
    name TEXT PRIMARY KEY NOT NULL,
    map TEXT NOT NULL,
    phase TEXT NOT NULL DEFAULT 'copying',
    copying INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID`,
  // Rows to be compared: each once, however often it was written.
  `CREATE TABLE IF NOT EXISTS rowseal_migration_queue (
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (name, id)
  ) WITHOUT ROWID`,
  // What was found of a row of the old table that has not changed since.
  `CREATE TABLE IF NOT EXISTS rowseal_migration_rows (
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    result TEXT NOT NULL,
    payload_id TEXT,
    code TEXT,
    detail TEXT,
    PRIMARY KEY (name, id)
  ) WITHOUT ROWID`,
  // Edits that had not reached the server, taken out of the upload queue. `detail`: what stops one that a
  // switch has left, since it does not fit.
  `CREATE TABLE IF NOT EXISTS rowseal_migration_edits (
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    columns TEXT NOT NULL,
    "row" TEXT,
    code TEXT,
    detail TEXT,
    PRIMARY KEY (name, id)
  ) WITHOUT ROWID`,
  // Marks that were seen: a server that takes one back is not to begin anything anew.
  'CREATE TABLE IF NOT EXISTS rowseal_migration_marks (id TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID',
];

/** Where a device stands: it reads and writes the old table, or the new one. */
export type MigrationPhase = 'copying' | 'switched';

/** The next user of this database hears of nothing. */
const CLEARED = onClear('rowseal_migration_cleared', [
  'DELETE FROM rowseal_migration',
  'DELETE FROM rowseal_migration_queue',
  'DELETE FROM rowseal_migration_rows',
  'DELETE FROM rowseal_migration_edits',
  'DELETE FROM rowseal_migration_marks',
]);

/**
 * Begins a migration, or goes on with it; compares all rows again where something was missed.
 *
 * The app goes on with the old table where a switch was not finished, so its edits are there again.
 */
export async function openMigration(
  tx: LockContext,
  migrated: MigratedTable,
  map: string,
): Promise<void> {
  for (const sql of TABLES) await tx.execute(sql);
  const { name } = migrated.from;
  const known = await tx.getOptional<{ map: string }>(
    'SELECT map FROM rowseal_migration WHERE name = ?',
    [name],
  );
  await tx.execute('INSERT OR IGNORE INTO rowseal_migration (name, map) VALUES (?, ?)', [
    name,
    map,
  ]);
  await tx.execute('UPDATE rowseal_migration SET map = ?, copying = 0 WHERE name = ?', [map, name]);
  const triggers = [CLEARED, markTrigger(migrated), ...triggersOf(migrated)];
  const { isMissing, isOther } = await putTriggers(tx, triggers);
  await tx.execute(
    `INSERT OR IGNORE INTO rowseal_migration_marks (id)
    SELECT id FROM ${migrated.marks.plain.table} WHERE id IN ${markList(name)}`,
  );
  if ((await readPhase(tx, migrated)) === 'copying') await giveBackEdits(tx, migrated);
  if (!isMissing && !isOther && known?.map === map) return;
  await tx.execute('DELETE FROM rowseal_migration_rows WHERE name = ?', [name]);
  await tx.execute(
    `INSERT OR IGNORE INTO rowseal_migration_queue (name, id)
    SELECT ?, id FROM (SELECT id FROM ${migrated.from.table} UNION SELECT id FROM ${migrated.to.plain.table})`,
    [name],
  );
}

function markList(name: string): string {
  const { switched, ended } = marksOf(name);
  return `(${literal(switched)}, ${literal(ended)})`;
}

function markTrigger({ from, marks }: MigratedTable): Trigger {
  const name = `rowseal_migration_mark__${from.name}`;
  const sql = `CREATE TRIGGER ${quoted(name)} AFTER INSERT ON ${marks.plain.table}
  WHEN NEW.id IN ${markList(from.name)} AND ${IN_USE} BEGIN
  INSERT INTO rowseal_migration_marks (id) SELECT NEW.id
    WHERE NOT EXISTS (SELECT 1 FROM rowseal_migration_marks WHERE id = NEW.id);
END`;
  return { name, sql };
}

function triggersOf({ from, to }: MigratedTable): readonly Trigger[] {
  const trigger = (side: 'old' | 'new' | 'end', event: string, on: string, body: string) => {
    const name = `rowseal_migration_${side}_${event.toLowerCase()}__${from.name}`;
    return { name, sql: `CREATE TRIGGER ${quoted(name)} ${body.replace('ON _', `ON ${on}`)}` };
  };
  const rowOf = (event: string) => (event === 'DELETE' ? 'OLD' : 'NEW');
  const changed = (event: string) => (event === 'UPDATE' ? 'OLD.data IS NOT NEW.data AND ' : '');
  const name = literal(from.name);
  return ['INSERT', 'UPDATE', 'DELETE'].flatMap((event) => [
    trigger(
      'old',
      event,
      from.table,
      `AFTER ${event} ON _ WHEN ${changed(event)}(${SYNCING} OR ${IN_USE}) BEGIN
  ${noteRow(name, rowOf(event))}
  DELETE FROM rowseal_migration_rows WHERE name = ${name} AND id = ${rowOf(event)}.id;
END`,
    ),
    trigger(
      'new',
      event,
      to.plain.table,
      `AFTER ${event} ON _ WHEN ${changed(event)}${IN_USE}
  AND EXISTS (SELECT 1 FROM rowseal_migration WHERE name = ${name} AND copying = 0) BEGIN
  ${noteRow(name, rowOf(event))}
END`,
    ),
    trigger(
      'end',
      event,
      from.table,
      `BEFORE ${event} ON _ WHEN NOT ${SYNCING} AND ${IN_USE}
  AND EXISTS (SELECT 1 FROM rowseal_migration WHERE name = ${name} AND phase = 'switched') BEGIN
  SELECT RAISE(ABORT, ${literal(`'${from.name}' has moved: read and write '${to.name}'.`)});
END`,
    ),
  ]);
}

/** No conflict clause: that of the app's own statement would count instead. */
function noteRow(name: string, row: string): string {
  return `INSERT INTO rowseal_migration_queue (name, id) SELECT ${name}, ${row}.id
    WHERE NOT EXISTS (SELECT 1 FROM rowseal_migration_queue WHERE name = ${name} AND id = ${row}.id);`;
}

/** How far this device is. `null` when the database was cleared. */
export async function readPhase(
  db: Pick<LockContext, 'getOptional'>,
  { from }: MigratedTable,
): Promise<MigrationPhase | null> {
  const row = await db.getOptional<{ phase: MigrationPhase }>(
    'SELECT phase FROM rowseal_migration WHERE name = ?',
    [from.name],
  );
  return row?.phase ?? null;
}

/** Throws a `TypeError` when the database was cleared: it may be another user's by now. */
export async function assertStanding(tx: LockContext, migrated: MigratedTable): Promise<void> {
  if ((await readPhase(tx, migrated)) === null) {
    throw new TypeError(
      `The database was cleared, and the migration of '${migrated.from.name}' with it.`,
    );
  }
}
