/** The app whose keys are changed under the soak: its table, its server, and how a device of it opens. */
import { setTimeout as wait } from 'node:timers/promises';
import { column, type PowerSyncDatabase, Table as PowerSyncTable, Schema } from '@powersync/node';
import { syncConnector, vaultSaver } from '../../examples/sync-server/connector.js';
import { spawnSyncServer } from '../../examples/sync-server/spawn-sync-server.js';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import {
  encryptedTables,
  type Mirror,
  powerSyncVaultStore,
  serverSql,
  startMirror,
  uploadWith,
  type VaultSource,
} from '../../src/adapters/powersync/powersync.js';
import {
  bySecret,
  defineTable,
  encrypted,
  openVault,
  type VaultOpener,
  type VaultStore,
} from '../../src/index.js';
import { powersyncAt } from '../support/powersync-at.js';

/** A column for each device that edits: what one of them wrote, no other one overwrites. */
export const notes = defineTable('notes', {
  title: encrypted.text(),
  laptop: encrypted.integer().optional(),
  phone: encrypted.integer().optional(),
  tablet: encrypted.integer().optional(),
});
export const tables = [notes] as const;
export type Editor = 'laptop' | 'phone' | 'tablet';

/** `edits` is a table of the app's own: it says what was committed, in the same transaction. */
const schema = new Schema({
  ...encryptedTables(tables),
  edits: PowerSyncTable.createLocalOnly({ note: column.text, value: column.integer }),
});

const OWNER = 'ada';
const VAULTS = 'rowseal_vaults';
/** A network that takes so long at most, each way: kills are to fall into uploads too. */
const LONGEST_WAY_MS = 20;
/** A merge may be left to another device for a minute. */
const PATIENCE_MS = 180_000;

/** What the user keeps, and types on each device. */
export const opener: VaultOpener = bySecret(new Uint8Array(32).map((_, at) => at + 1));

export function rotationServer(): Promise<SyncServer> {
  return spawnSyncServer({
    tables: serverSql(tables, { owner: 'owner_id', vault: true }),
    ownerColumns: { [VAULTS]: 'id' },
    priorities: { [VAULTS]: 1 },
  });
}

export interface RotationDevice {
  readonly db: PowerSyncDatabase;
  readonly store: VaultStore & VaultSource;
  connect(): void;
  /** Opens the vault and runs a mirror, which is unlocked again whenever a new vault key locks it. */
  start(): Promise<Mirror>;
}

export async function rotationDevice(
  folder: string,
  url: string,
  device: string,
): Promise<RotationDevice> {
  const db = powersyncAt(folder, schema);
  await db.waitForReady();
  const account = { url, owner: OWNER, device };
  const store = powerSyncVaultStore(db, { user: OWNER, save: vaultSaver(account) });
  const way = () => wait(Math.random() * LONGEST_WAY_MS);
  const connector = syncConnector(account, (send) =>
    uploadWith({
      tables,
      async send(writes) {
        await way();
        const answer = await send(writes);
        await way();
        return answer;
      },
    }),
  );
  return {
    db,
    store,
    connect() {
      const delays = { crudUploadThrottleMs: 10, retryDelayMs: 50 } as const;
      void db.connect(connector, { ...delays, checkpointMode: 'legacy' });
    },
    async start() {
      const vault = await openVault(store, opener);
      const mirror = await startMirror({ db, vault, tables, vaultStore: store });
      mirror.subscribe(() => void unlockAgain(mirror, store));
      void unlockAgain(mirror, store);
      return mirror;
    },
  };
}

async function unlockAgain(mirror: Mirror, store: VaultStore): Promise<void> {
  if (mirror.status.state !== 'locked') return;
  try {
    await mirror.unlock(await openVault(store, opener));
  } catch {
    // The header may be on its way still.
    await wait(50);
    void unlockAgain(mirror, store);
  }
}

/** Number of an edit, and the note that it was made to. */
export interface Edit {
  readonly note: string;
  readonly value: number;
}

/** Sets the editor's column of one of these notes, or inserts a note of its own, and writes it down. */
export async function edit(
  db: PowerSyncDatabase,
  editor: Editor,
  note: string | null,
): Promise<void> {
  await db.writeTransaction(async (tx) => {
    const { value } = await tx.get<{ value: number }>(
      'SELECT coalesce(max(value), 0) + 1 AS value FROM edits',
    );
    const id = note ?? `${editor}${value}`;
    if (note) await tx.execute(`UPDATE notes SET ${editor} = ? WHERE id = ?`, [value, id]);
    else {
      const insert = `INSERT INTO notes (id, title, ${editor}) VALUES (?, ?, ?)`;
      await tx.execute(insert, [id, `by ${editor}`, value]);
    }
    const written = 'INSERT INTO edits (id, note, value) VALUES (?, ?, ?)';
    await tx.execute(written, [String(value), id, value]);
  });
}

/** Every edit that a device has committed, in order. */
export function editsOf(db: PowerSyncDatabase): Promise<Edit[]> {
  return db.getAll<Edit>('SELECT note, value FROM edits ORDER BY value');
}

/** Re-encrypts, with what the user is asked about accepted, until this device has nothing else. */
export async function reencryptToTheEnd({ db }: RotationDevice, mirror: Mirror): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const left = await reencryptOnce(mirror).catch(ifLocked);
    const { waiting } = await db.get<{ waiting: number }>(
      'SELECT count(*) AS waiting FROM ps_crud',
    );
    if (left + waiting + mirror.status.pendingIn + mirror.status.pendingMerges === 0) return;
    if (Date.now() > deadline) throw new Error(`${left} payloads and ${waiting} uploads stay.`);
    await wait(50);
  }
}

async function reencryptOnce(mirror: Mirror): Promise<number> {
  const inPlace = await mirror.troubledRows();
  const beside = await mirror.findings();
  const isAsked =
    inPlace.some(({ code }) => code === 'KEY_RETIRED') ||
    beside.some(({ finding }) => finding === 'sibling-refused:KEY_RETIRED');
  if (isAsked) await mirror.retry({ acceptRetired: true });
  const { left } = await mirror.reencryptAll({ pageLength: 20, pauseMs: 20 });
  await mirror.flush();
  return left;
}

/** Another device has rekeyed the vault: it is unlocked again in a moment. */
export function ifLocked(error: unknown): number {
  if ((error as { code?: string }).code === 'LOCKED') return 1;
  throw error;
}
