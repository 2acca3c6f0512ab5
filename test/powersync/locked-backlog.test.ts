/** Much that was written while locked, and a restart before it is sealed. */
import type { PowerSyncDatabase } from '@powersync/node';
import { defineTable, encrypted } from 'rowseal';
import { startMirror } from 'rowseal/powersync';
import { expect, it } from 'vitest';
import { openUserVault, powersyncDevice } from '../support/mirrored-powersync.js';

const notes = defineTable('notes', { body: encrypted.text() });
const tables = [notes];
const ROWS = 1500;

async function insertRows(db: PowerSyncDatabase, part: string): Promise<void> {
  await db.execute(
    `INSERT INTO notes (id, body)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
    SELECT '${part}' || i, 'body' FROM n`,
  );
}

/** How many rows of each of the app's transactions are in each upload. */
const UPLOADS = `
  SELECT group_concat(rows, ' ') AS uploads FROM (
    SELECT tx_id, group_concat(part || ':' || rows, ' ') AS rows FROM (
      SELECT tx_id, substr(data ->> 'id', 1, 1) AS part, count(*) AS rows
      FROM ps_crud GROUP BY tx_id, part ORDER BY min(id)
    ) GROUP BY tx_id ORDER BY tx_id
  )`;

it('is sealed in several passes, and no transaction of the app is split', async () => {
  const { db, mirror } = await powersyncDevice('laptop', tables, { vault: null });
  for (const part of ['a', 'b', 'c']) {
    await insertRows(db, part);
    await expect(mirror.flush()).rejects.toMatchObject({ code: 'LOCKED' });
  }
  await mirror.close();
  const next = await startMirror({ db, tables, vault: await openUserVault() });
  await next.flush();
  expect(await db.get(UPLOADS)).toEqual({ uploads: `a:${ROWS} b:${ROWS} c:${ROWS}` });
  const ids = await db.getAll('SELECT DISTINCT tx_id FROM ps_crud');
  expect(ids).toHaveLength(3);
  await next.close();
});

it('leaves few notes of where transactions ended', async () => {
  const { db, mirror } = await powersyncDevice('laptop', tables, { vault: null });
  const noted = () => db.getAll('SELECT seq FROM rowseal_ends');
  for (const part of ['a', 'b']) {
    await insertRows(db, part);
    await expect(mirror.flush()).rejects.toMatchObject({ code: 'LOCKED' });
  }
  expect(await noted()).toHaveLength(2);
  await mirror.unlock(await openUserVault());
  await mirror.flush();
  await insertRows(db, 'c');
  await mirror.flush();
  expect(await noted()).toHaveLength(1);
});
