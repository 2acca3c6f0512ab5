/** Whether what is given as a database is one. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import { assertGiven } from '../../sync/arguments.js';

/** Throws a `TypeError` for anything else, such as a mirror or an ORM's object. */
export function assertDatabase(db: CommonPowerSyncDatabase): void {
  assertGiven(typeof db?.getNextCrudTransaction === 'function', 'db: the PowerSyncDatabase');
}
