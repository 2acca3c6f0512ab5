/** The devices around those that are killed: one changes the keys, one is offline, one is fresh. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import { type Mirror, startMirror } from '../../src/adapters/powersync/powersync.js';
import { createVault, type Vault } from '../../src/index.js';
import { type Random, randomFrom } from './random.js';
import {
  edit,
  opener,
  type RotationDevice,
  rotationDevice,
  rotationServer,
  tables,
} from './rotation-app.js';

const FIRST_NOTES = 40;
const OFFLINE_EDITS = 15;
const PATIENCE_MS = 180_000;

export interface RotationWorld {
  readonly server: SyncServer;
  readonly random: Random;
  /** Has the vault and changes it; edits nothing. */
  readonly desk: RotationDevice;
  /** The vault before its keys were changed. */
  readonly first: Vault;
  /** Has the first notes and edits that wait for upload; offline. */
  readonly tablet: RotationDevice;
  readonly tabletMirror: Mirror;
  /** A folder for a device, which is removed in the end. */
  newFolder(name: string): Promise<string>;
  /** A device in this process, with no rows yet, that begins to sync. */
  newDevice(name: string): Promise<RotationDevice>;
  close(): Promise<void>;
}

export async function rotationWorld(seed: number): Promise<RotationWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'rowseal-rotation-'));
  const server = await rotationServer();
  const devices: RotationDevice[] = [];
  const newFolder = (name: string) => mkdtemp(join(folder, `${name}-`));
  const newDevice = async (name: string) => {
    const device = await rotationDevice(await newFolder(name), server.url, name);
    devices.push(device);
    device.connect();
    return device;
  };
  const desk = await newDevice('desk');
  const first = await firstNotes(desk);
  const tablet = await newDevice('tablet');
  const tabletMirror = await tablet.start();
  await editOffline(tablet, tabletMirror);
  return {
    server,
    random: randomFrom(seed),
    desk,
    first,
    tablet,
    tabletMirror,
    newFolder,
    newDevice,
    async close() {
      for (const { db } of devices) await db.close();
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function firstNotes({ db, store }: RotationDevice): Promise<Vault> {
  const { vault } = await createVault(store, opener);
  const mirror = await startMirror({ db, vault, tables, vaultStore: store });
  await db.writeTransaction(async (tx) => {
    for (let at = 0; at < FIRST_NOTES; at++) {
      await tx.execute('INSERT INTO notes (id, title) VALUES (?, ?)', [`n${at}`, 'from the desk']);
    }
  });
  await mirror.flush();
  await untilSuch(async () => (await countOf(db, 'ps_crud')) === 0);
  await mirror.close();
  return vault;
}

async function editOffline({ db }: RotationDevice, mirror: Mirror): Promise<void> {
  await untilSuch(async () => (await countOf(db, 'notes')) === FIRST_NOTES);
  await db.disconnect();
  for (let at = 0; at < OFFLINE_EDITS; at++) await edit(db, 'tablet', at % 5 ? `n${at}` : null);
  await mirror.flush();
}

export async function countOf(db: RotationDevice['db'], table: string): Promise<number> {
  return (await db.get<{ count: number }>(`SELECT count(*) AS count FROM ${table}`)).count;
}

/** Waits until it is so. */
export async function untilSuch(isSuch: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSuch())) {
    if (Date.now() > deadline) throw new Error(`This never comes to be so: ${isSuch}.`);
    await wait(20);
  }
}
