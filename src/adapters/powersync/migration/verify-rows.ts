/** Row by row: does the server have a sealed row that says what the plaintext says? */
import { RowsealError } from '../../../errors.js';
import type { Vault } from '../../../keys/vault.js';
import { judgeRow } from './judge-row.js';
import { readMarks } from './marks.js';
import { readRows } from './migrated-rows.js';
import type { MigrationContext } from './migration-context.js';
import { noteRows } from './row-results.js';

const BATCH = 200;

/** Notes what it finds of each row of the old table. Throws `LOCKED`. */
export async function verifyRows(context: MigrationContext): Promise<void> {
  const vault = openVaultOf(context);
  const { db, migrated } = context;
  for (let after = ''; ; ) {
    const found = await db.getAll<{ id: string }>(
      `SELECT id FROM ${migrated.from.table} WHERE id > ? ORDER BY id LIMIT ?`,
      [after, BATCH],
    );
    const last = found.at(-1);
    if (!last) return;
    after = last.id;
    await verifySome(
      context,
      vault,
      found.map(({ id }) => id),
    );
  }
}

/** What has changed while it was looked at is not noted: the next look tells. */
async function verifySome(
  { db, migrated, map }: MigrationContext,
  vault: Vault,
  ids: readonly string[],
): Promise<void> {
  const { rows, marks } = await db.readTransaction(async (tx) => ({
    rows: (await readRows(tx, migrated, ids)).filter(({ old }) => old !== null),
    marks: await readMarks(tx, migrated),
  }));
  const judge = { vault, table: migrated.declared, map, marks };
  const judged = rows.map((row) => [row, judgeRow(judge, row)] as const);
  await db.writeTransaction(async (tx) => {
    const now = await readRows(
      tx,
      migrated,
      rows.map(({ id }) => id),
    );
    const same = judged.filter(([row], at) => JSON.stringify(row) === JSON.stringify(now[at]));
    await noteRows(
      tx,
      migrated.from.name,
      same.map(([{ id }, judgement]) => [id, judgement]),
    );
  });
}

/** The mirror's vault. Throws `LOCKED` where it has none. */
export function openVaultOf({ mirror }: MigrationContext): Vault {
  const { vault } = mirror;
  if (vault) return vault;
  throw new RowsealError('LOCKED', 'The vault is locked: open it, and give it to the mirror.');
}
