/** The end of the plaintext on the server: of verified rows only, by the shipped SQL. */
import { assertGiven } from '../../../sync/arguments.js';
import { literal } from '../mirrored-table.js';
import type { CopyLoop } from './copy-loop.js';
import { isMarkConfirmed, readMarks, setMark } from './marks.js';
import type { MigrationContext } from './migration-context.js';
import { assertStanding, readPhase } from './migration-notes.js';
import { marksOf } from './migrations.js';
import { IS_VERIFIED } from './row-results.js';
import { openVaultOf, verifyRows } from './verify-rows.js';

/** Rows per call of the app's function. */
const BATCH = 500;

/** A row whose sealed copy on the server was opened and is good. */
export interface VerifiedRow {
  /** The row's id in both tables: text of 1 to 256 bytes. */
  readonly id: string;
  /** Of the sealed copy: 32 characters of base64url. */
  readonly payloadId: string;
}

/** Options of a migration's `removePlaintext`. */
export interface RemovePlaintextOptions {
  /**
   * Has your server call the function that `migrationSql` makes, for the user who is logged in, and
   * resolves to the ids that it returned.
   *
   * With no rows, the function only says whether old writes are refused; it throws while they are not.
   */
  remove(rows: readonly VerifiedRow[]): Promise<readonly string[]>;
}

/** What became of the plaintext. */
export interface RemovedPlaintext {
  /** How many rows the server removed. */
  readonly removed: number;
  /** How many it kept, since their sealed rows were changed meanwhile: `verify`, and try again. */
  readonly left: number;
}

export async function removePlaintext(
  context: MigrationContext,
  loop: CopyLoop,
  { remove }: RemovePlaintextOptions,
): Promise<RemovedPlaintext> {
  openVaultOf(context);
  await assertVerified(context);
  // From here on the server takes no more plaintext. What it took before must be here, too.
  await callRemove(remove, []);
  await awaitAll(context, loop);
  await verifyRows(context);
  await assertVerified(context);
  const { db, migrated } = context;
  const { ended } = marksOf(migrated.from.name);
  const done = await removeAll(context, remove);
  // Not before: a server that takes old writes still has thrown by now, and they are to be copied.
  await db.writeTransaction(async (tx) => {
    await assertStanding(tx, migrated);
    if (!(await readMarks(tx, migrated)).isEnded) await setMark(tx, migrated, ended);
  });
  return done;
}

/** Once a mark has come back, all that the server had before it has come. */
async function awaitAll({ db, migrated }: MigrationContext, loop: CopyLoop): Promise<void> {
  const { barrier } = marksOf(migrated.from.name);
  await db.writeTransaction(async (tx) => {
    await assertStanding(tx, migrated);
    await setMark(tx, migrated, barrier);
  });
  await loop.until(() => isMarkConfirmed(db, migrated, barrier));
}

async function assertVerified({ db, migrated }: MigrationContext): Promise<void> {
  const name = literal(migrated.from.name);
  const isSwitched = (await readPhase(db, migrated)) === 'switched';
  if (!isSwitched) throw new TypeError('Call switchOver before removePlaintext.');
  const { rows } = await db.get<{ rows: number }>(
    `SELECT count(*) AS rows FROM ${migrated.from.table} AS o WHERE NOT EXISTS (
      SELECT 1 FROM rowseal_migration_rows AS n
      WHERE n.name = ${name} AND n.id = o.id AND ${IS_VERIFIED}
    )`,
  );
  if (rows > 0) {
    throw new TypeError(
      `${rows} rows of '${migrated.from.name}' are not verified, so nothing was removed: see differences().`,
    );
  }
  const { edits } = await db.get<{ edits: number }>(
    `SELECT count(*) AS edits FROM rowseal_migration_edits WHERE name = ${name}`,
  );
  if (edits > 0)
    throw new TypeError(
      `${edits} edits of '${migrated.from.name}' are not in '${migrated.to.name}': see differences(). Remove the plaintext on another device.`,
    );
}

async function removeAll(
  { db, migrated }: MigrationContext,
  remove: RemovePlaintextOptions['remove'],
): Promise<RemovedPlaintext> {
  let removed = 0;
  let left = 0;
  for (let after = ''; ; ) {
    const rows = await db.getAll<VerifiedRow>(
      `SELECT id, payload_id AS payloadId FROM rowseal_migration_rows
      WHERE name = ? AND id > ? AND ${IS_VERIFIED} ORDER BY id LIMIT ?`,
      [migrated.from.name, after, BATCH],
    );
    const last = rows.at(-1);
    if (!last) return { removed, left };
    after = last.id;
    const gone = new Set(await callRemove(remove, rows));
    const kept = rows.filter(({ id }) => !gone.has(id)).length;
    removed += rows.length - kept;
    left += kept;
  }
}

async function callRemove(
  remove: RemovePlaintextOptions['remove'],
  rows: readonly VerifiedRow[],
): Promise<readonly string[]> {
  const ids: unknown = await remove(rows);
  const areIds = Array.isArray(ids) && ids.every((id) => typeof id === 'string');
  assertGiven(areIds, 'remove: a function that resolves to the ids that the server removed');
  return ids as readonly string[];
}
