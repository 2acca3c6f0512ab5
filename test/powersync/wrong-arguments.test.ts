/** What callers from JavaScript may give is refused with what to give, before anything is touched. */
import { Schema } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import { defineTable, encrypted, memoryStore, type Vault } from 'rowseal';
import {
  encryptedTables,
  logOut,
  type Mirror,
  serverSql,
  startMirror,
  syncConfig,
  toServer,
  uploadWith,
} from 'rowseal/powersync';
import { describe, expect, it } from 'vitest';
import { openUserVault, powersyncDevice } from '../support/mirrored-powersync.js';

const notes = defineTable('notes', { body: encrypted.text() });
const tables = [notes];
const powersyncTable = encryptedTables(tables).notes;
const ofSchema = new Schema(encryptedTables(tables));
const send = async () => {};
const entry = { op: 'PUT', table: 'notes_sealed', id: 'n1', opData: {} };

const TABLES = 'Give tables: a list of what defineTable returned.';
const DATABASE = 'Give db: the PowerSyncDatabase.';
const FUNCTIONS = 'Give send: a function; onExposure and onStrayDelete too, if at all.';
const ENTRY = 'Give an UploadEntry.';
const NO_VAULT =
  'This is no vault: pass what openVault returned, not a copy; createVault returns { vault }.';

/** Without a compiler. */
type Loose = (...given: readonly unknown[]) => unknown;
const loose = {
  encryptedTables: encryptedTables as Loose,
  logOut: logOut as Loose,
  serverSql: serverSql as Loose,
  startMirror: startMirror as Loose,
  syncConfig: syncConfig as Loose,
  toServer: toServer as Loose,
  uploadWith: uploadWith as Loose,
};

const NO_TABLES: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['one table', notes],
  ['an object of tables', { notes }],
  ['no table at all', []],
  ['null', [notes, null]],
  ['a table of PowerSync’s', [powersyncTable]],
];

describe.each<[string, (given: unknown) => unknown]>([
  ['encryptedTables', (given) => loose.encryptedTables(given)],
  ['serverSql', (given) => loose.serverSql(given, { owner: 'owner_id' })],
  ['syncConfig', (given) => loose.syncConfig(given, { owner: 'owner_id' })],
  ['toServer', (given) => loose.toServer(entry, given)],
  ['uploadWith', (given) => loose.uploadWith({ send, tables: given })],
])('%s in place of declared tables', (_, call) => {
  it.each(NO_TABLES)('refuses %s', (_what, given) => {
    expect(() => call(given)).toThrow(new TypeError(TABLES));
  });
});

describe('a function that answers at once', () => {
  it.each<[string, () => unknown, string]>([
    [
      'uploadWith without options',
      () => loose.uploadWith(),
      "uploadWith takes { onExposure, onStrayDelete, send, tables }, not 'undefined'.",
    ],
    ['uploadWith without send', () => loose.uploadWith({ tables }), FUNCTIONS],
    ['a URL as send', () => loose.uploadWith({ tables, send: 'https://…' }), FUNCTIONS],
    ['an onExposure', () => loose.uploadWith({ tables, send, onExposure: true }), FUNCTIONS],
    ['an onStrayDelete', () => loose.uploadWith({ tables, send, onStrayDelete: null }), FUNCTIONS],
    ['toServer without an entry', () => loose.toServer(undefined, tables), ENTRY],
    ['a whole transaction for toServer', () => loose.toServer([entry], tables), ENTRY],
    [
      'null as options of toServer',
      () => loose.toServer(entry, tables, null),
      "toServer takes { deletes }, not 'null'.",
    ],
    [
      'syncConfig without an owner',
      () => loose.syncConfig(tables),
      "syncConfig takes { owner, vault }, not 'undefined'.",
    ],
    [
      'syncConfig for nobody',
      () => loose.syncConfig(tables, {}),
      'Give owner: the name of the column that says whose row it is.',
    ],
    [
      'an owner instead of options',
      () => loose.serverSql(tables, 'owner_id'),
      "serverSql takes { owner, vault }, not 'string'.",
    ],
    [
      'an option of serverSql that there is not',
      () => loose.serverSql(tables, { ownerColumn: 'owner_id' }),
      "serverSql takes { owner, vault }, not 'ownerColumn'.",
    ],
    [
      'an index that is no list',
      () => loose.encryptedTables(tables, { indexes: { notes: { by_body: 'body' } } }),
      "Give indexes of 'notes' as lists of its columns, not of 'undefined'.",
    ],
    [
      'an index over what is no column',
      () => loose.encryptedTables(tables, { indexes: { notes: { by_title: ['-title'] } } }),
      "Give indexes of 'notes' as lists of its columns, not of 'title'.",
    ],
    [
      'indexes of a table that is not given',
      () => loose.encryptedTables(tables, { indexes: { tags: {} } }),
      "Give indexes of the tables given, not of 'tags'.",
    ],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(new TypeError(message));
  });
});

interface Running {
  readonly db: PowerSyncDatabase;
  readonly mirror: Mirror;
  readonly vault: Vault;
}

/** A mirror that has nothing left to do. */
async function running(): Promise<Running> {
  const vault = await openUserVault();
  const { db, mirror } = await powersyncDevice('laptop', tables, { vault, schema: ofSchema });
  await db.execute("INSERT INTO notes (id, body) VALUES ('n1', 'mine')");
  await mirror.flush();
  return { db, mirror, vault };
}

/** All that a mistake could have touched. */
async function contentsOf(db: PowerSyncDatabase): Promise<Record<string, unknown>> {
  const names = await db.getAll<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table'
    AND (name GLOB 'rowseal_*' OR name GLOB 'ps_data_*' OR name = 'ps_crud')`,
  );
  const contents: Record<string, unknown> = {};
  for (const { name } of names) contents[name] = await db.getAll(`SELECT * FROM "${name}"`);
  return contents;
}

describe('a function that answers later', () => {
  const openOrNull = 'Give vault: an open one, or null while it is locked.';

  it.each<[string, (given: Running) => unknown, string]>([
    [
      'startMirror without options',
      () => loose.startMirror(),
      "startMirror takes { alsoClear, db, deletes, tables, vault, vaultStore }, not 'undefined'.",
    ],
    [
      'an option of startMirror that there is not',
      ({ db }) => loose.startMirror({ db, tables, vualt: null }),
      "startMirror takes { alsoClear, db, deletes, tables, vault, vaultStore }, not 'vualt'.",
    ],
    [
      'a vault store that tells of no headers',
      ({ db }) => loose.startMirror({ db, tables, vault: null, vaultStore: memoryStore() }),
      'Give vaultStore: what powerSyncVaultStore returned, or an object with refresh and onHeader.',
    ],
    ['startMirror without a database', () => loose.startMirror({ tables, vault: null }), DATABASE],
    [
      'startMirror on a mirror',
      ({ mirror }) => loose.startMirror({ db: mirror, tables, vault: null }),
      DATABASE,
    ],
    ['startMirror without tables', ({ db }) => loose.startMirror({ db, vault: null }), TABLES],
    [
      'startMirror of no table',
      ({ db }) => loose.startMirror({ db, tables: [], vault: null }),
      TABLES,
    ],
    ['startMirror without a vault', ({ db }) => loose.startMirror({ db, tables }), openOrNull],
    [
      'startMirror with what createVault returned',
      ({ db, vault }) => loose.startMirror({ db, tables, vault: { vault } }),
      NO_VAULT,
    ],
    [
      'startMirror with deletes of its own',
      ({ db }) => loose.startMirror({ db, tables, vault: null, deletes: 'hard' }),
      "Give deletes: 'sealed' or 'engine'.",
    ],
    ['logOut without a database', () => loose.logOut(), DATABASE],
    ['logOut of a mirror', ({ mirror }) => loose.logOut(mirror), DATABASE],
    [
      'an option of logOut that there is not',
      ({ db }) => loose.logOut(db, { alsoclear: [] }),
      "logOut takes { alsoClear }, not 'alsoclear'.",
    ],
    ['an upload without a database', () => (uploadWith({ tables, send }) as Loose)(), DATABASE],
    ['unlock without a vault', ({ mirror }) => (mirror.unlock as Loose)(), NO_VAULT],
    [
      'unlock without await of the vault',
      ({ mirror, vault }) => (mirror.unlock as Loose)(Promise.resolve(vault)),
      NO_VAULT,
    ],
    ['unlock with null', ({ mirror }) => (mirror.unlock as Loose)(null), NO_VAULT],
    ['unlock with a copy', ({ mirror, vault }) => mirror.unlock({ ...vault }), NO_VAULT],
    [
      'an option of retry that there is not',
      ({ mirror }) => (mirror.retry as Loose)({ acceptRetird: true }),
      "retry takes { acceptRetired, withdrawn }, not 'acceptRetird'.",
    ],
    [
      'null as options of retry',
      ({ mirror }) => (mirror.retry as Loose)(null),
      "retry takes { acceptRetired, withdrawn }, not 'null'.",
    ],
    [
      'withdrawn rows that are not named',
      ({ mirror }) => (mirror.retry as Loose)({ withdrawn: true }),
      'Give withdrawn: a list of { table, id }.',
    ],
  ])('rejects %s, and touches nothing', async (_, call, message) => {
    const device = await running();
    const before = await contentsOf(device.db);
    const answer = call(device); // a throw would end the test here
    await expect(answer).rejects.toThrow(new TypeError(message));
    expect(await contentsOf(device.db)).toEqual(before);
    expect(device.mirror.status.state).toBe('running');
  });
});
