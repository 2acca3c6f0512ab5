/** Another process of the app on the same file: `second-process.ts <folder>`. */
import { Schema } from '@powersync/common';
import { encryptedTables, startMirror } from '../../src/adapters/powersync/powersync.js';
import { defineTable, encrypted } from '../../src/index.js';
import { vaultForTesting } from '../../src/testing/testing.js';
import { powersyncAt } from '../support/powersync-at.js';

const notes = defineTable('notes', { body: encrypted.text() });
const db = powersyncAt(process.argv[2] as string, new Schema(encryptedTables([notes])));
const { vault } = vaultForTesting('mirrored powersync');
const mirror = await startMirror({ db, tables: [notes], vault });
await db.execute("INSERT INTO notes (id, body) VALUES ('n2', 'of the second process')");
await mirror.flush();
console.log(mirror.status.state);
await db.close();
