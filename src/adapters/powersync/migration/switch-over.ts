/** From the old table to the new one, on this device. */
import type { Transaction } from '@powersync/common';
import { literal } from '../mirrored-table.js';
import { applyEdits, carryEdits, unfitEdits } from './carry-edits.js';
import { isCompared, isUnsent } from './copied.js';
import type { CopyLoop } from './copy-loop.js';
import { giveBackEdits } from './give-back-edits.js';
import { readMarks, setMark } from './marks.js';
import type { MigrationContext } from './migration-context.js';
import { assertStanding, readPhase } from './migration-notes.js';
import { marksOf } from './migrations.js';
import { noteLeftEdits, noteRows } from './row-results.js';

/** Options of a migration's `switchOver`. */
export interface SwitchOverOptions {
  /**
   * Goes on although some rows can't be turned into new ones, which stay in the old table.
   *
   * So does an edit that was not sent: it stays on this device, and keeps it from removing the
   * plaintext. `differences` lists them all. Without it, they stop the switch.
   */
  readonly leaveUnfit?: boolean;
}

/**
 * Takes out of the upload queue what the app writes meanwhile, waits until the server's rows are here
 * and copied, and then tries to finish in one transaction.
 */
export async function switchOver(
  context: MigrationContext,
  loop: CopyLoop,
  leaveUnfit: boolean,
): Promise<void> {
  const { db, migrated, freshness } = context;
  if ((await readPhase(db, migrated)) === 'switched') return;
  await loop.until(async () => {
    await db.writeTransaction(async (tx) => {
      await assertStanding(tx, migrated);
      await carryEdits(tx, migrated);
    });
    if (!freshness.isFresh()) return false;
    try {
      return await db.writeTransaction((tx) => finish(tx, context, leaveUnfit));
    } catch (error) {
      await db.writeTransaction(async (tx) => {
        const unfit = await unfitEdits(tx, context);
        await giveBackEdits(tx, migrated);
        await noteRows(tx, migrated.from.name, unfit);
      });
      throw error;
    }
  });
}

/** Whether nothing of either table is under way. */
async function isCopied(
  tx: Pick<Transaction, 'get'>,
  { migrated }: MigrationContext,
): Promise<boolean> {
  return (await isCompared(tx, migrated)) && !(await isUnsent(tx, migrated.from.name));
}

/** Says whether it is done: the app may have written the old table once more. */
async function finish(
  tx: Transaction,
  context: MigrationContext,
  leaveUnfit: boolean,
): Promise<boolean> {
  const { migrated } = context;
  const name = literal(migrated.from.name);
  await assertStanding(tx, migrated);
  if (!(await isCopied(tx, context))) return false;
  const unfit = await tx.getAll<{ id: string }>(
    `SELECT id FROM rowseal_migration_rows WHERE name = ${name} AND result = 'unfit'`,
  );
  const edits = await applyEdits(tx, context);
  const left = unfit.map(({ id }) => id).filter((id) => !edits.applied.includes(id));
  const all = new Set([...left, ...edits.unfit]);
  if (all.size > 0 && !leaveUnfit) {
    throw new TypeError(
      `${all.size} rows of '${migrated.from.name}' can't become rows of '${migrated.to.name}': see differences(). Mend the map, or give { leaveUnfit: true }.`,
    );
  }
  await noteLeftEdits(tx, migrated.from.name, await unfitEdits(tx, context));
  await tx.execute(`UPDATE rowseal_migration SET phase = 'switched' WHERE name = ${name}`);
  const { isSwitched } = await readMarks(tx, migrated);
  if (!isSwitched) await setMark(tx, migrated, marksOf(migrated.from.name).switched);
  return true;
}
