/** The tables of an app that runs in several processes, and a list of which of them sealed what. */
import { Schema } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import { encryptedTables } from '../../src/adapters/powersync/powersync.js';
import { defineTable, encrypted } from '../../src/index.js';

export const notes = defineTable('notes', { body: encrypted.text() });
export const schema = new Schema(encryptedTables([notes]));

/** One sealed row that a mirror wrote. */
export interface Writing {
  /** The process that wrote it. */
  readonly process: string;
  /** The number under which its mirror worked. */
  readonly owner: number;
  readonly id: string;
}

export const WRITINGS = 'SELECT process, owner, id FROM writings ORDER BY n';

/** Lets this process sign what it seals: a temporary trigger fires for its own connection alone. */
export async function noteWrites(db: PowerSyncDatabase, process: string): Promise<void> {
  await db.writeLock(async (connection) => {
    await connection.execute(
      `CREATE TABLE IF NOT EXISTS writings (
        n INTEGER PRIMARY KEY AUTOINCREMENT, process TEXT, owner INTEGER, id TEXT
      )`,
    );
    for (const event of ['INSERT', 'UPDATE']) {
      await connection.execute(
        `CREATE TEMP TRIGGER noted_${event} AFTER ${event} ON ps_data__notes_sealed BEGIN
          INSERT INTO writings (process, owner, id)
          SELECT '${process}', owner, NEW.id FROM rowseal_state;
        END`,
      );
    }
  });
}
