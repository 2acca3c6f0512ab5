/** A restorer for the tables of the vectors in test/vectors/exports. */
import { cleartext, defineTable, encrypted } from 'rowseal';
import { restorer } from '../../examples/restore-drill/restorer.js';

const notes = defineTable('notes', {
  body: encrypted.text(),
  stars: encrypted.integer().optional(),
  folder: cleartext.text(),
  owner: cleartext.text().bound(),
});
const files = defineTable(
  'files',
  { body: encrypted.text(), at: cleartext.text().optional().serverOwned() },
  { payload: 'bytes' },
);

await restorer([notes, files]);
