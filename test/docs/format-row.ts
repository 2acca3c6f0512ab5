/** The table and the row of the worked example in docs/format.md. */
import { cleartext, defineTable, encrypted, type RowOf } from '../../src/index.js';

export const notes = defineTable(
  'notes',
  {
    body: encrypted.text(),
    stars: encrypted.integer().optional(),
    folder: cleartext.text(),
    owner: cleartext.text().bound(),
  },
  { padding: { floor: 64 } },
);

export const NOTE: RowOf<typeof notes> = { id: 'n1', body: 'hello', folder: 'inbox', owner: 'ada' };
