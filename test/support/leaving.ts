/** The ways in which an app may log out, and what there is to forget. Programs use it, too. */
import { type CommonPowerSyncDatabase, Schema } from '@powersync/common';
import { encryptedTables, logOut } from '../../src/adapters/powersync/powersync.js';
import { cleartext, defineTable, encrypted } from '../../src/index.js';

export const notes = defineTable('notes', {
  body: encrypted.text(),
  count: encrypted.integer(),
  folder: cleartext.text(),
});

/** Indexes hold plaintext once more. */
export const indexedSchema = new Schema(
  encryptedTables([notes], { indexes: { notes: { by_body: ['body'], by_count: ['count'] } } }),
);

/** A full-text table that the app keeps by triggers, and a table that holds what it likes. */
export const OWN_TABLES = ['words', 'drafts'];
export const OWN_TABLES_SQL = [
  'CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(id UNINDEXED, body)',
  `CREATE TRIGGER IF NOT EXISTS words_insert AFTER INSERT ON ps_data_local__notes BEGIN
    INSERT INTO words (id, body) VALUES (NEW.id, json_extract(NEW.data, '$.body'));
  END`,
  `CREATE TRIGGER IF NOT EXISTS words_delete AFTER DELETE ON ps_data_local__notes BEGIN
    DELETE FROM words WHERE id = OLD.id;
  END`,
  'CREATE TABLE IF NOT EXISTS drafts (id INTEGER PRIMARY KEY, body TEXT)',
];

export const WAYS: Readonly<Record<string, (db: CommonPowerSyncDatabase) => Promise<void>>> = {
  logOut: (db) => logOut(db, { alsoClear: OWN_TABLES }),
  disconnectAndClear: (db) => db.disconnectAndClear(),
  'disconnectAndClear, soft': (db) => db.disconnectAndClear({ soft: true }),
  'disconnectAndClear, soft and local': (db) =>
    db.disconnectAndClear({ soft: true, clearLocal: true }),
  'disconnectAndClear, not local': (db) => db.disconnectAndClear({ clearLocal: false }),
};
