/**
 * The triggers that queue work in the very transaction that made it, whether a mirror runs or not.
 *
 * They stand on the tables below the views, and each names no other table than the one it stands
 * on, `ps_kv` and our own: PowerSync drops a table that left the schema, and a trigger elsewhere
 * that still named it would fail every statement that it watches.
 */
import type { LockContext } from '@powersync/common';
import { NOW_MS } from './bookkeeping.js';
import { END_ALL } from './lease-tables.js';
import { literal, type MirroredTable, quoted } from './mirrored-table.js';
import { IN_USE, onClear, putTriggers, SYNCING, type Trigger } from './own-triggers.js';
import { FORGET_KEY } from './sealing-tables.js';

const NOT_WRITING = '(SELECT writing FROM rowseal_state) = 0';

const FORGET: readonly string[] = [
  'DELETE FROM rowseal_queue',
  'DELETE FROM rowseal_rows',
  'DELETE FROM rowseal_rejected',
  'DELETE FROM rowseal_tables',
  FORGET_KEY,
  'UPDATE rowseal_state SET cleared = 1, vault = NULL, writing = 0, owner = owner + 1',
  END_ALL,
];

/** What the trigger does, for a clear that it did not see. */
export async function forgetUser(tx: LockContext): Promise<void> {
  for (const sql of FORGET) await tx.execute(sql);
}

/** Makes the trigger of the database as a whole. */
export async function createClearTrigger(tx: LockContext): Promise<void> {
  await putTriggers(tx, [onClear('rowseal_cleared', FORGET)]);
}

/** Makes a table's triggers; says whether any was missing, so that writes were missed. */
export async function createTriggers(tx: LockContext, table: MirroredTable): Promise<boolean> {
  return (await putTriggers(tx, triggersOf(table))).isMissing;
}

function triggersOf({ name, plain, sealed }: MirroredTable): readonly Trigger[] {
  const trigger = (side: 'out' | 'in', event: string, on: string, body: string) => ({
    name: triggerName(side, event, name),
    sql: `CREATE TRIGGER ${quoted(triggerName(side, event, name))} AFTER ${event} ON ${on} BEGIN
  ${body}${queueEntry(side, name, event)}
END`,
  });
  const outgoing = (event: string, when: string) =>
    trigger('out', event, `${plain.table} WHEN ${when}`, '');
  const incoming = (event: string) =>
    trigger(
      'in',
      event,
      `${sealed.table} WHEN ${SYNCING} OR (${NOT_WRITING} AND ${IN_USE})`,
      refuseOthers(name),
    );
  return [
    outgoing('INSERT', NOT_WRITING),
    outgoing('UPDATE', `OLD.data IS NOT NEW.data AND ${NOT_WRITING}`),
    outgoing('DELETE', `${NOT_WRITING} AND ${IN_USE}`),
    incoming('INSERT'),
    incoming('UPDATE'),
    incoming('DELETE'),
  ];
}

/**
 * Ends the app's statement that writes a sealed table.
 *
 * Plaintext there would stop the upload queue, and without the row that is deleted there an edit
 * would be sealed as if there had been none.
 */
function refuseOthers(table: string): string {
  const why = `Only the mirror writes the sealed table of '${table}': write to '${table}' itself.`;
  return `SELECT RAISE(ABORT, ${literal(why)}) WHERE NOT ${SYNCING};
  `;
}

function triggerName(side: string, event: string, table: string): string {
  return `rowseal_${side}_${event.toLowerCase()}__${table}`;
}

/** Held entries of the row are handed out again: what they waited for may have come. */
function queueEntry(side: string, table: string, event: string): string {
  const row = event === 'DELETE' ? 'OLD' : 'NEW';
  const base = event === 'INSERT' ? 'NULL' : 'OLD.data';
  const gone = event === 'DELETE' ? 1 : 0;
  return `UPDATE rowseal_queue SET held = 0 WHERE tbl = ${literal(table)} AND id = ${row}.id AND held = 1;
  INSERT INTO rowseal_queue (dir, tbl, id, at, base, gone)
    VALUES (${literal(side)}, ${literal(table)}, ${row}.id, ${NOW_MS}, ${base}, ${gone});`;
}
