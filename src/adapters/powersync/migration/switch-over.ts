/** From the old table to the new one, on this device. */
import type { Transaction } from '@powersync/common';
import { literal } from '../mirrored-table.js';
import { applyEdits, carryEdits } from './carry-edits.js';
import { isCompared, isUnsent } from './copied.js';
import type { CopyLoop } from './copy-loop.js';
import { giveBackEdits } from './give-back-edits.js';
import { readMarks, setMark } from './marks.js';
import type { MigrationContext } from './migration-context.js';
import { marksOf } from './migrations.js';
import { assertStanding, readPhase } from './moving-notes.js';

/** Options of a migration's `switchOver`. */
export interface SwitchOverOptions {
  /**
   * Goes on although some rows can't be turned into new ones, which stay in the old table.
   *
   * `differences` lists them. Without it, such rows stop the switch.
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
  const { db, moving, freshness } = context;
  if ((await readPhase(db, moving)) === 'switched') return;
  await loop.until(async () => {
    await db.writeTransaction(async (tx) => {
      await assertStanding(tx, moving);
      await carryEdits(tx, moving);
    });
    if (!freshness.isFresh()) return false;
    try {
      return await db.writeTransaction((tx) => finish(tx, context, leaveUnfit));
    } catch (error) {
      await db.writeTransaction((tx) => giveBackEdits(tx, moving));
      throw error;
    }
  });
}

/** Whether nothing of either table is under way. */
async function isCopied(
  tx: Pick<Transaction, 'get'>,
  { moving }: MigrationContext,
): Promise<boolean> {
  return (await isCompared(tx, moving)) && !(await isUnsent(tx, moving.from.name));
}

/** Says whether it is done: the app may have written the old table once more. */
async function finish(
  tx: Transaction,
  context: MigrationContext,
  leaveUnfit: boolean,
): Promise<boolean> {
  const { moving } = context;
  const name = literal(moving.from.name);
  await assertStanding(tx, moving);
  if (!(await isCopied(tx, context))) return false;
  const unfit = await tx.getAll<{ id: string }>(
    `SELECT id FROM rowseal_moving_rows WHERE name = ${name} AND result = 'unfit'`,
  );
  const edits = await applyEdits(tx, context);
  const left = unfit.map(({ id }) => id).filter((id) => !edits.applied.includes(id));
  const all = new Set([...left, ...edits.unfit]);
  if (all.size > 0 && !leaveUnfit) {
    throw new TypeError(
      `${all.size} rows of '${moving.from.name}' can't become rows of '${moving.to.name}': see differences(). Mend the map, or give { leaveUnfit: true }.`,
    );
  }
  await tx.execute(`UPDATE rowseal_moving SET phase = 'switched' WHERE name = ${name}`);
  const { isSwitched } = await readMarks(tx, moving);
  if (!isSwitched) await setMark(tx, moving, marksOf(moving.from.name).switched);
  return true;
}
