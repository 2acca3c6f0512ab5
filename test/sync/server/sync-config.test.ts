import { cleartext, defineTable, encrypted } from 'rowseal';
import { describe, expect, it } from 'vitest';
import { syncConfig } from '../../../src/sync/server/sync-config.js';

const notes = defineTable('notes', { body: encrypted.text(), folder: cleartext.text() });
const todos = defineTable('todos', { title: encrypted.text() });

describe('the sync config', () => {
  it('is one stream of the sealed tables, in the order given, for the owner alone', () => {
    expect(syncConfig([todos, notes], { owner: 'owner_id' })).toBe(`\
config:
  edition: 3

streams:
  rowseal:
    auto_subscribe: true
    queries:
      - 'SELECT * FROM "todos_sealed" WHERE "owner_id" = auth.user_id()'
      - 'SELECT * FROM "notes_sealed" WHERE "owner_id" = auth.user_id()'
`);
  });

  it('has a stream of its own for vault headers, which comes before the rows', () => {
    expect(syncConfig([notes], { owner: 'owner_id', vault: true })).toBe(
      `${syncConfig([notes], { owner: 'owner_id' })}
  rowseal_vault:
    auto_subscribe: true
    priority: 1
    query: 'SELECT * FROM "rowseal_vaults" WHERE "id" = auth.user_id()'
`,
    );
  });

  it('quotes names for SQL and for YAML, so that none of them is anything but a name', () => {
    const odd = defineTable(`a" OR '1' = '1' # : `, {});
    expect(syncConfig([odd], { owner: `o"'` })).toContain(
      `\n      - 'SELECT * FROM "a"" OR ''1'' = ''1'' # : _sealed" WHERE "o""''" = auth.user_id()'\n`,
    );
  });

  it.each([
    ['without an owner', () => syncConfig([notes], {} as { owner: string })],
    ['for an owner that is no well-formed text', () => syncConfig([notes], { owner: 'a\ud800' })],
    ['for an empty owner', () => syncConfig([notes], { owner: '' })],
    ['for a system column', () => syncConfig([notes], { owner: 'xmin' })],
    ["for an owner that the server can't read", () => syncConfig([notes], { owner: 'body' })],
    [
      'for an owner that is a number',
      () => syncConfig([defineTable('t', { no: cleartext.integer() })], { owner: 'no' }),
    ],
    ['for a column that every sealed table has', () => syncConfig([notes], { owner: 'payload' })],
    ['for no table', () => syncConfig([], { owner: 'owner_id' })],
    [
      'for an option that it does not have',
      () => syncConfig([notes], { owner: 'o', user: 'u' } as { owner: string }),
    ],
    ['for a line end', () => syncConfig([defineTable('a\n- b', {})], { owner: 'owner_id' })],
    ['for a control character', () => syncConfig([notes], { owner: 'a\u0085b' })],
  ])('throws %s', (_, call) => {
    expect(call).toThrow(TypeError);
  });
});
