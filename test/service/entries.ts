/** What the app of the suite does in plain SQL. */
import type { LockContext } from '@powersync/common';

/** Whoever is on the device sees this; ids are left out, since they differ from run to run. */
export const ALL = 'SELECT payee, amount, note FROM service_test_entries ORDER BY payee';

/** Under an id that no other user has, unless it is given. */
export async function addEntry(
  db: Pick<LockContext, 'execute'>,
  payee: string,
  amount: number,
  id?: string,
): Promise<void> {
  await db.execute(
    `INSERT INTO service_test_entries (id, amount, payee, account_id)
    VALUES (coalesce(?, uuid()), ?, ?, 'giro')`,
    [id ?? null, amount, payee],
  );
}
