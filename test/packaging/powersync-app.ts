/** The program of a fresh app on PowerSync: one row from plain SQL to what the server would get. */
export const POWERSYNC_APP = `
import { column, PowerSyncDatabase, Schema, Table } from '@powersync/node';
import { cleartext, decryptRow, defineTable, encrypted, type SealedRowOf } from 'rowseal';
import { encryptedTables, logOut, startMirror, type UploadWrite, uploadWith } from 'rowseal/powersync';
import { vaultForTesting } from 'rowseal/testing';

const notes = defineTable('notes', { body: encrypted.text(), folder: cleartext.text().optional() });
const schema = new Schema({
  ...encryptedTables([notes], { indexes: { notes: { by_folder: ['folder'] } } }),
  drafts: new Table({ title: column.text }),
});
export type Database = (typeof schema)['types'];
const row: Pick<Database['notes'], 'id' | 'body'> = { id: 'n1', body: 'hello' };

const isNew = Number.parseInt(process.versions.node, 10) >= 22;
const db = new PowerSyncDatabase({
  schema,
  database: {
    dbFilename: 'app.db',
    dbLocation: import.meta.dirname,
    implementation: { type: isNew ? 'node:sqlite' : 'better-sqlite3' },
  },
});
const { vault } = vaultForTesting('ada');
const mirror = await startMirror({ db, vault, tables: [notes] });
await db.execute('INSERT INTO notes (id, body) VALUES (?, ?)', [row.id, row.body]);
await mirror.flush();

const sent: UploadWrite[] = [];
const send = async (writes: readonly UploadWrite[]) => void sent.push(...writes);
await uploadWith({ tables: [notes], send })(db);
const sealed = { id: sent[0]?.id, ...sent[0]?.data } as SealedRowOf<typeof notes>;
const { body } = decryptRow(vault, notes, sealed);
await logOut(db);
const left = await db.getAll('SELECT * FROM notes');
await db.close();
console.log(JSON.stringify({ sent: sent.length, shows: JSON.stringify(sent).includes('hello'), body, left }));
`;

/** What it prints when all is well. */
export const POWERSYNC_OUTPUT = { sent: 1, shows: false, body: 'hello', left: [] };
