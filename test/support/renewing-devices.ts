/** Devices of one user over the engine in memory, each with a running mirror, whose vault gets other keys. */
import {
  cleartext,
  defineTable,
  encrypted,
  generateRecoveryKey,
  memoryStore,
  openVault,
  rekeyVault,
  rotateDataKey,
  type Vault,
} from 'rowseal';
import {
  type MemoryEngine,
  type MemoryServer,
  memoryEngine,
  memoryServer,
  type SyncStore,
  vaultForTesting,
} from 'rowseal/testing';
import { onTestFinished, vi } from 'vitest';
import type { Mirror } from '../../src/sync/mirror.js';
import type { MirrorReencryption, MirrorReencryptionOptions } from '../../src/sync/reencryption.js';
import { runMirror } from '../../src/sync/run-mirror.js';
import { prefixOf } from './rekeyed-devices.js';

export const notes = defineTable('notes', {
  title: encrypted.text(),
  body: encrypted.text().optional(),
  folder: cleartext.text().optional(),
});
const tables = [notes];

export interface RenewingDevice {
  readonly engine: MemoryEngine;
  /** The mirror's own. */
  readonly store: SyncStore;
  readonly mirror: Mirror;
  /** How many writes it has sent. */
  sent(): number;
  /** Sends what waits, and takes what the server has, until nothing is left to do. */
  sync(): Promise<void>;
  /** Re-encrypts all rows, three at a time, while it syncs. */
  reencrypt(options?: MirrorReencryptionOptions): Promise<MirrorReencryption>;
}

export interface RenewingWorld {
  readonly first: Vault;
  readonly server: MemoryServer;
  open(vault: Vault): Promise<Vault>;
  /** The vault with one more key. */
  rotate(vault: Vault): Promise<Vault>;
  /** The vault with all of its keys revoked, and another one. */
  rekey(vault: Vault): Promise<Vault>;
  device(name: string, vault?: Vault | null): Promise<RenewingDevice>;
  /** One more mirror of a device, which works from then on. */
  beside(engine: MemoryEngine, vault: Vault): Promise<Mirror>;
  /** Ids of rows on the server of which a payload is not under the vault's primary. */
  outdated(vault: Vault): readonly unknown[];
}

export async function renewingWorld(): Promise<RenewingWorld> {
  const { vault, store, opener } = vaultForTesting('renewing devices');
  const server = memoryServer(tables);
  const open = ({ header }: Vault) => openVault(memoryStore(header), opener);
  return {
    first: vault,
    server,
    open,
    rotate: (given) => rotateDataKey(store, given),
    async rekey(given) {
      const recoveryKey = generateRecoveryKey();
      return (await rekeyVault(store, given, { keep: [opener], recoveryKey })).vault;
    },
    async device(name, given = vault) {
      const engine = memoryEngine(tables);
      const own = engine.store();
      const mirror = await mirrorOver(own, given && (await open(given)));
      let sent = 0;
      const exchange = () => {
        for (let next = engine.nextUpload(); next; next = engine.nextUpload()) {
          sent += next.writes.length;
          const { position, refused } = server.upload(name, next.writes);
          engine.uploaded(position, refused);
        }
        engine.receive(server.checkpoint(name, engine.position()));
      };
      return {
        engine,
        store: own,
        mirror,
        sent: () => sent,
        async sync() {
          await vi.waitFor(async () => {
            exchange();
            await mirror.flush();
            const { pendingIn, pendingMerges } = mirror.status;
            if (engine.nextUpload() || pendingIn + pendingMerges > 0) throw new Error('Not yet.');
          });
        },
        async reencrypt(options) {
          let isOver = false;
          const done = mirror
            .reencryptAll({ pageLength: 3, pauseMs: 0, ...options })
            .finally(() => {
              isOver = true;
            });
          done.catch(() => {}); // who awaits it hears of it
          while (!isOver) {
            exchange();
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
          return done;
        },
      };
    },
    beside: async (engine, given) => mirrorOver(engine.store(), await open(given)),
    outdated: (given) =>
      server
        .rows('notes')
        .filter(({ payload, siblings }) => {
          const texts = `${payload} ${siblings}`.trim().split(' ');
          return texts.some((text) => !text.startsWith(prefixOf(given)));
        })
        .map(({ id }) => id),
  };
}

async function mirrorOver(store: SyncStore, vault: Vault | null): Promise<Mirror> {
  const mirror = await runMirror(store, {
    vault,
    tables,
    deletes: 'sealed',
    firstSync: Promise.resolve(),
    mergeDelay: () => 0,
  });
  onTestFinished(() => mirror.close());
  return mirror;
}
