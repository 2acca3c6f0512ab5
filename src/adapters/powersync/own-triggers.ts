/** How triggers of our own come into a database, and what their conditions are made of. */
import type { LockContext } from '@powersync/common';
import { SENTINEL } from './bookkeeping.js';
import { literal, quoted } from './mirrored-table.js';

export interface Trigger {
  readonly name: string;
  readonly sql: string;
}

/** Clearing deletes rows too; it removes the sentinel first. */
export const IN_USE = `EXISTS (SELECT 1 FROM ps_kv WHERE key = ${literal(SENTINEL)})`;
/** True only while PowerSync applies what it downloaded. */
export const SYNCING = 'powersync_in_sync_operation()';

/** A clear in one transaction with what it must take along, whoever called it. */
export function onClear(name: string, statements: readonly string[]): Trigger {
  const sql = `CREATE TRIGGER ${quoted(name)} AFTER DELETE ON "ps_kv" WHEN OLD.key = ${literal(SENTINEL)} BEGIN
  ${statements.join(';\n  ')};
END`;
  return { name, sql };
}

/** What was found of triggers that are to be there. */
export interface FoundTriggers {
  /** Whether any was missing, so that writes were missed. */
  readonly isMissing: boolean;
  /** Whether any was another one, of a version that watched for something else. */
  readonly isOther: boolean;
}

/** Makes those that are missing, and makes anew those that are other ones by now. */
export async function putTriggers(
  tx: LockContext,
  triggers: readonly Trigger[],
): Promise<FoundTriggers> {
  let isMissing = false;
  let isOther = false;
  for (const { name, sql } of triggers) {
    const found = await tx.getOptional<{ sql: string }>(
      "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?",
      [name],
    );
    if (found?.sql === sql) continue;
    if (found) isOther = true;
    else isMissing = true;
    await tx.execute(`DROP TRIGGER IF EXISTS ${quoted(name)}`);
    await tx.execute(sql);
  }
  return { isMissing, isOther };
}
