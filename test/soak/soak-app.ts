/** The app under the soak: its tables, its vault, and how a device of it opens. */
import { setTimeout as wait } from 'node:timers/promises';
import { Schema } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import { column, Table as PowerSyncTable } from '@powersync/node';
import { syncConnector } from '../../examples/sync-server/connector.js';
import { encryptedTables, uploadWith } from '../../src/adapters/powersync/powersync.js';
import {
  cleartext,
  defineTable,
  encrypted,
  memoryStore,
  openVault,
  type Vault,
} from '../../src/index.js';
import { vaultForTesting } from '../../src/testing/testing.js';
import { powersyncAt } from '../support/powersync-at.js';

export const accounts = defineTable('accounts', {
  name: encrypted.text(),
  balance: encrypted.integer(),
  flag: encrypted.text().optional(),
  region: cleartext.text(),
});
export const entries = defineTable('entries', {
  memo: encrypted.text().optional(),
  amount: encrypted.integer(),
  flag: encrypted.text().optional(),
});
export const tables = [accounts, entries] as const;

/** Each encrypted value has one of these in it; the server must never receive one. */
export const MARKERS = ['Zwetschgendatschi', '7193485', 'Kaiserschmarrn'] as const;
const [TEXT_MARKER, NUMBER_MARKER, FLAG_MARKER] = MARKERS;

export const markedText = (n: number) => `${TEXT_MARKER} ${n}`;
export const markedNumber = (n: number) => Number(NUMBER_MARKER) * 1_000_000 + (n % 1_000_000);
export const markedFlag = (n: number) => `${FLAG_MARKER} ${n}`;

/** `journal` is a table of the app's own: it says what was committed, in the same transaction. */
const schema = new Schema({
  ...encryptedTables(tables),
  journal: PowerSyncTable.createLocalOnly({ n: column.integer, writes: column.text }),
});

const { vault, opener } = vaultForTesting('soak');

export function openUserVault(): Promise<Vault> {
  return openVault(memoryStore(vault.header), opener);
}

export async function openAppDatabase(folder: string): Promise<PowerSyncDatabase> {
  const db = powersyncAt(folder, schema);
  await db.waitForReady();
  return db;
}

/** A network that takes so long at most, each way: kills are to fall into uploads too. */
const LONGEST_WAY_MS = 30;

/** Begins to sync, and does not wait for it. */
export function connectApp(db: PowerSyncDatabase, url: string, device: string): void {
  const way = () => wait(Math.random() * LONGEST_WAY_MS);
  const connector = syncConnector({ url, owner: 'ada', device }, (send) =>
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
  const delays = { crudUploadThrottleMs: 10, retryDelayMs: 50, checkpointMode: 'legacy' } as const;
  void db.connect(connector, delays);
}
