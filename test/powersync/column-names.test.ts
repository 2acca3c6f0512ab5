/** Names that SQLite takes for those of other columns, since it doesn't regard case. */
import { cleartext, defineTable, encrypted } from 'rowseal';
import { encryptedTables } from 'rowseal/powersync';
import { describe, expect, it } from 'vitest';

const kinds = {
  encrypted: encrypted.text(),
  visible: cleartext.text(),
  bound: cleartext.text().bound(),
  'server-owned': cleartext.text().serverOwned(),
};
type Kind = keyof typeof kinds;

const schemaWith = (name: string, kind: Kind) =>
  encryptedTables([defineTable('notes', { [name]: kinds[kind] })]);

const EVERY_ROW_HAS = ['ID', 'Id', 'rowid', 'RowId', 'oid', 'OID', '_rowid_', '_ROWID_'];
const THE_MIRROR_HAS = ['Payload', 'PAYLOAD', 'Parents', 'Siblings'];

describe('a column is refused', () => {
  it.each(EVERY_ROW_HAS)('when every row has one that SQLite takes for it: %s', (name) => {
    for (const kind of Object.keys(kinds) as Kind[]) {
      expect(() => schemaWith(name, kind)).toThrow(TypeError);
    }
  });

  it.each(THE_MIRROR_HAS)('when it stands beside one of the mirror’s: %s', (name) => {
    for (const kind of ['visible', 'bound', 'server-owned'] as const) {
      expect(() => schemaWith(name, kind)).toThrow(`named '${name}'`);
    }
  });
});

it('an encrypted column never stands beside those of the mirror', () => {
  const { notes_sealed } = schemaWith('Payload', 'encrypted');
  expect(notes_sealed.columns.map(({ name }) => name)).toEqual(['payload', 'parents', 'siblings']);
});
