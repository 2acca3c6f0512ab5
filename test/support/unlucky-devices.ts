/** Devices of a user whose server loses something, with what they show and what their app then calls. */
import { expect } from 'vitest';
import { vaultSaver } from '../../examples/sync-server/connector.js';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import { powerSyncVaultStore, uploadWith } from '../../src/adapters/powersync/powersync.js';
import {
  createVault,
  openVault,
  rotateDataKey,
  type Vault,
  type VaultStore,
} from '../../src/index.js';
import { quick } from '../vault/users.js';
import { type Backup, backUp } from './backed-up-server.js';
import {
  type RekeyedDevice,
  rekeyedDevice,
  rekeyingServer,
  tables,
  untilSettled,
  VAULTS,
} from './rekeyed-devices.js';
import { connect, until, untilRows } from './synced-devices.js';

export const ROWS = 'notes_sealed';

export interface UnluckyUser {
  readonly server: SyncServer;
  readonly laptop: RekeyedDevice;
  /** As it was when the backup was made. */
  readonly vault: Vault;
  readonly backup: Backup;
}

/** A laptop with two rows, and a backup of its server. */
export async function unluckyUser(): Promise<UnluckyUser> {
  const server = await rekeyingServer();
  const laptop = await rekeyedDevice(server, 'laptop');
  laptop.connect();
  const { vault } = await createVault(laptop.store, quick());
  await laptop.start(vault);
  await laptop.db.execute("INSERT INTO notes (id, title) VALUES ('n1', 'first'), ('n2', 'first')");
  await untilConfirmed(laptop, 'n2');
  return { server, laptop, vault, backup: await backUp(server, ROWS, VAULTS) };
}

/** What comes after the backup: another key, and under it an edit and a row. */
export async function goOn({ laptop, vault }: UnluckyUser): Promise<Vault> {
  const next = await rotateDataKey(laptop.store, vault);
  await laptop.mirror().unlock(next);
  await laptop.db.execute("UPDATE notes SET title = 'later' WHERE id = 'n1'");
  await laptop.db.execute("INSERT INTO notes (id, title) VALUES ('n3', 'later')");
  await untilConfirmed(laptop, 'n3');
  return next;
}

/** A new device, with nothing but the password. */
export async function newDevice({ server }: UnluckyUser, name = 'tablet'): Promise<RekeyedDevice> {
  const device = await rekeyedDevice(server, name);
  device.connect();
  await device.start(await openVault(device.store, quick()));
  return device;
}

/** A device that is let in by another server from now on, and its store there. */
export async function moveTo({ db }: RekeyedDevice, server: SyncServer): Promise<VaultStore> {
  const device = 'moved';
  await db.disconnect();
  void connect(db, server, device, { uploadData: (send) => uploadWith({ tables, send }) });
  const save = vaultSaver({ url: server.url, owner: 'ada', device });
  return powerSyncVaultStore(db, { user: 'ada', save, timeout: 60_000 });
}

/** What an app does for rows that the server lost, once the user has seen them. */
export async function sendAgain({ mirror }: RekeyedDevice): Promise<void> {
  const troubled = await mirror().troubledRows();
  await mirror().retry({ withdrawn: troubled.filter(({ kind }) => kind === 'withdrawn') });
}

export function untilShown({ mirror }: RekeyedDevice, code: string | null): Promise<void> {
  return until(() => expect(mirror().status.header?.code ?? null).toBe(code));
}

/** Titles in the order of ids. */
export function untilTitles({ db }: RekeyedDevice, ...titles: readonly string[]): Promise<void> {
  const rows = titles.map((title) => ({ title }));
  return untilRows(db, 'SELECT title FROM notes ORDER BY id', rows);
}

/** Until the server has said that it has this row. */
export async function untilConfirmed(device: RekeyedDevice, id: string): Promise<void> {
  await untilSettled(device);
  const confirmed = 'SELECT row_id AS id FROM ps_oplog WHERE row_type = ? AND row_id = ?';
  await until(async () => {
    expect(await device.db.getAll(confirmed, [ROWS, id])).toEqual([{ id }]);
  });
}
