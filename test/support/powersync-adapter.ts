/** Real PowerSync databases, as the contract of adapters takes them in hand. */
import { Schema } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import { RowsealError, type Table } from 'rowseal';
import { encryptedTables, type UploadWrite, uploadWith } from 'rowseal/powersync';
import type {
  AdapterHands,
  AppWrite,
  EngineRow,
  OpenAdapter,
  RowName,
  SealedUpload,
  ServedRow,
} from 'rowseal/testing';
import { createPowerSyncStore } from '../../src/adapters/powersync/powersync-store.js';
import { createFeed, type Feed } from './fed-powersync.js';
import { type DatabaseFile, databaseFile } from './open-powersync.js';

interface OpenPlace {
  readonly file: DatabaseFile;
  feed: Feed;
}

/** Each place is a file that is removed when the test is over. */
export function powersyncAdapter(): OpenAdapter {
  const places = new Map<string, OpenPlace>();
  return async (name, tables) => {
    const place = places.get(name) ?? { file: await databaseFile(), feed: createFeed() };
    places.set(name, place);
    const db = await place.file.open(new Schema(encryptedTables(tables)));
    return handsOf(place, db, tables);
  };
}

function handsOf(place: OpenPlace, db: PowerSyncDatabase, tables: readonly Table[]): AdapterHands {
  const deliver = async (rows: readonly ServedRow[]) => {
    place.feed.add(
      rows.map(({ table, id, row }) => {
        return { table: `${table}_sealed`, id, data: row && JSON.stringify(row) };
      }),
    );
    await place.feed.deliver(db);
  };
  return {
    createStore: () => createPowerSyncStore(db, tables, { deletes: 'engine' }),
    write: (writes, { rollBack = false } = {}) => run(db, writes, rollBack),
    plain: (table, id) => rowOf(db, table, id),
    sealed: (table, id) => rowOf(db, `${table}_sealed`, id),
    async upload(refused = []) {
      const sent = await uploadAll(db, tables, refused);
      const keys = new Set(refused.map(({ id }) => id));
      place.feed.add(
        sent
          .flat()
          .filter(({ id }) => !keys.has(id))
          .map(echoOf),
      );
      return sent.map((writes) => writes.map(uploadWriteOf));
    },
    deliver,
    async damage(table, id) {
      place.feed.add([{ table: `${table}_sealed`, id, data: '{"payload": no JSON' }]);
      await place.feed.deliver(db);
    },
    async clear() {
      await db.disconnectAndClear();
      place.feed = createFeed();
    },
    close: () => db.close(),
  };
}

async function run(
  db: PowerSyncDatabase,
  writes: readonly AppWrite[],
  rollBack: boolean,
): Promise<void> {
  await db.writeTransaction(async (tx) => {
    for (const write of writes) await tx.execute(...statementOf(write));
    if (rollBack) await tx.rollback();
  });
}

function statementOf({ op, table, id, row }: AppWrite): [sql: string, parameters: unknown[]] {
  const names = Object.keys(row);
  const values = Object.values(row);
  if (op === 'delete') return [`DELETE FROM "${table}" WHERE id = ?`, [id]];
  if (op === 'update') {
    const set = names.map((name) => `"${name}" = ?`);
    return [`UPDATE "${table}" SET ${set.join(', ')} WHERE id = ?`, [...values, id]];
  }
  const columns = ['id', ...names].map((name) => `"${name}"`).join(', ');
  const places = ['id', ...names].map(() => '?').join(', ');
  return [`INSERT INTO "${table}" (${columns}) VALUES (${places})`, [id, ...values]];
}

async function rowOf(db: PowerSyncDatabase, view: string, id: string): Promise<EngineRow | null> {
  const row = await db.getOptional<EngineRow>(`SELECT * FROM "${view}" WHERE id = ?`, [id]);
  if (!row) return null;
  const { id: _, ...columns } = row;
  return columns;
}

/** By transaction. */
async function uploadAll(
  db: PowerSyncDatabase,
  tables: readonly Table[],
  refused: readonly RowName[],
): Promise<(readonly UploadWrite[])[]> {
  const sent: (readonly UploadWrite[])[] = [];
  let last: number | null = null;
  let isDone = false;
  const upload = uploadWith({
    tables,
    async send(writes, transaction) {
      isDone = false;
      // What is left after a refusal is sent once more.
      if (transaction.id !== last) sent.push(writes);
      last = transaction.id;
      const here = refused.filter(({ id }) => writes.some((write) => write.id === id));
      return {
        refused: here.map(({ table, id }) => ({ table: `${table}_sealed`, id, reason: 'no' })),
      };
    },
  });
  while (!isDone) {
    isDone = true;
    await upload(db).catch((error: unknown) => {
      if (!(error instanceof RowsealError) || error.code !== 'LOCKED') throw error;
    });
  }
  return sent;
}

function echoOf({ table, id, data }: UploadWrite) {
  return { table, id, data: data && JSON.stringify({ siblings: '', ...data }) };
}

function uploadWriteOf({ op, table, id, data }: UploadWrite): SealedUpload {
  return {
    op: op === 'DELETE' ? 'delete' : 'put',
    table: table.replace(/_sealed$/, ''),
    id,
    row: data,
  };
}
