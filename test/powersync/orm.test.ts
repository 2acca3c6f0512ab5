/** Apps write and read encrypted tables through the query builders they use already. */
import { wrapPowerSyncWithDrizzle } from '@powersync/drizzle-driver';
import { wrapPowerSyncWithKysely } from '@powersync/kysely-driver';
import type { PowerSyncDatabase } from '@powersync/node';
import { eq } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { decryptRow, defineTable, encrypted, type SealedRowOf } from 'rowseal';
import { describe, expect, it } from 'vitest';
import { openUserVault, powersyncDevice } from '../support/mirrored-powersync.js';

const notes = defineTable('notes', {
  body: encrypted.text(),
  stars: encrypted.integer().optional(),
});

interface Database {
  readonly notes: { readonly id: string; readonly body: string; readonly stars: number | null };
}

/** As an app declares them to Drizzle beside the tables of PowerSync. */
const drizzleNotes = sqliteTable('notes', {
  id: text().primaryKey(),
  body: text().notNull(),
  stars: integer(),
});

/** Each inserts `n1` and `n2`, gives `n1` five stars and deletes `n2`; returns what it reads then. */
const WRITERS: Record<string, (db: PowerSyncDatabase) => Promise<unknown>> = {
  async Kysely(db) {
    const kysely = wrapPowerSyncWithKysely<Database>(db);
    await kysely.transaction().execute(async (tx) => {
      for (const id of ['n1', 'n2']) {
        await tx.insertInto('notes').values({ id, body: 'hello' }).execute();
      }
    });
    await kysely.updateTable('notes').set({ stars: 5 }).where('id', '=', 'n1').execute();
    await kysely.deleteFrom('notes').where('id', '=', 'n2').execute();
    return kysely.selectFrom('notes').selectAll().execute();
  },
  async Drizzle(db) {
    const drizzle = wrapPowerSyncWithDrizzle(db, { schema: { notes: drizzleNotes } });
    await drizzle.transaction(async (tx) => {
      await tx.insert(drizzleNotes).values(['n1', 'n2'].map((id) => ({ id, body: 'hello' })));
    });
    await drizzle.update(drizzleNotes).set({ stars: 5 }).where(eq(drizzleNotes.id, 'n1'));
    await drizzle.delete(drizzleNotes).where(eq(drizzleNotes.id, 'n2'));
    return drizzle.query.notes.findMany();
  },
};

describe('an encrypted table', () => {
  it.each(Object.entries(WRITERS))('is written and read by %s', async (_, write) => {
    const { db, mirror } = await powersyncDevice('laptop', [notes]);
    const row = { id: 'n1', body: 'hello', stars: 5 };
    expect(await write(db)).toEqual([row]);
    await mirror.flush();
    const [sealed] = await db.getAll<SealedRowOf<typeof notes>>('SELECT * FROM notes_sealed');
    expect(decryptRow(await openUserVault(), notes, sealed as SealedRowOf<typeof notes>)).toEqual(
      row,
    );
  });
});
