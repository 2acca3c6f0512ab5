/** Devices with running mirrors over the engine in memory, whose vault drops keys while one of them is offline. */
import {
  dropRetiredKeys,
  generateRecoveryKey,
  memoryStore,
  openVault,
  reencryptRow,
  rekeyVault,
  rotateDataKey,
  type Table,
  type Vault,
} from 'rowseal';
import {
  memoryEngine,
  memoryServer,
  type RowOutcome,
  type SyncStore,
  vaultForTesting,
} from 'rowseal/testing';
import { expect, onTestFinished } from 'vitest';
import type { Mirror } from '../../src/sync/mirror.js';
import { runMirror } from '../../src/sync/run-mirror.js';
import { payloadIdOf } from './payload-text.js';
import { prefixOf } from './rekeyed-devices.js';

export type Change = 'none' | 'rotated' | 'rekeyed';

export interface ForgetfulDevice {
  readonly engine: ReturnType<typeof memoryEngine>;
  /** The payloads that left since it was started last. */
  readonly left: string[];
  /** What was written since, of each row. */
  readonly outcomes: RowOutcome[];
  mirror(): Mirror;
  /** As the app does after it was killed. */
  start(vault: Vault | null): Promise<void>;
  /** Settles, sends, receives and settles again. */
  sync(): Promise<void>;
}

export type ForgetfulWorld = ReturnType<typeof forgetfulWorld>;

export function forgetfulWorld(table: Table) {
  const { vault, store, opener } = vaultForTesting('dropped keys');
  const server = memoryServer([table]);
  const clock = { now: Date.now() };
  const open = ({ header }: Vault) => openVault(memoryStore(header), opener);

  async function device(name: string): Promise<ForgetfulDevice> {
    const engine = memoryEngine([table], { now: () => clock.now });
    let running: Mirror | null = null;
    const left: string[] = [];
    const outcomes: RowOutcome[] = [];
    return {
      engine,
      left,
      outcomes,
      mirror: () => running as Mirror,
      async start(vault) {
        await running?.close();
        left.length = 0;
        outcomes.length = 0;
        const store = engine.store();
        const observed: SyncStore = {
          ...store,
          writeOutcomes(written, snapshot) {
            outcomes.push(...written);
            return store.writeOutcomes(written, snapshot);
          },
        };
        const settings = { tables: [table], deletes: 'sealed', mergeDelay: () => 0 } as const;
        const firstSync = Promise.resolve();
        const mirror = await runMirror(observed, { ...settings, vault, firstSync });
        running = mirror;
        onTestFinished(() => mirror.close());
      },
      async sync() {
        await running?.flush();
        for (let next = engine.nextUpload(); next; next = engine.nextUpload()) {
          left.push(...next.writes.map(({ row }) => String(row?.payload)));
          const { position, refused } = server.upload(name, next.writes);
          engine.uploaded(position, refused);
        }
        engine.receive(server.checkpoint(name, engine.position()));
        await running?.flush();
      },
    };
  }

  /** Row by row, as whoever has the keys and no mirror would. */
  function reencryptAll(vault: Vault): void {
    for (const row of server.rows(table.name)) {
      const { id, ...sealed } = reencryptRow(vault, table, row as never, { acceptRetired: true });
      const parents = payloadIdOf(String(row.payload));
      server.upload('reencryption', [
        { op: 'put', table: table.name, id: String(id), row: { ...sealed, parents } },
      ]);
    }
  }

  /** The keys after a change that is finished: no row names an old one, and the vault has none. */
  async function changeKeys(vault: Vault, change: Change): Promise<Vault> {
    if (change === 'none') return vault;
    const keep = { keep: [opener], recoveryKey: generateRecoveryKey() };
    const next =
      change === 'rotated'
        ? await rotateDataKey(store, vault)
        : (await rekeyVault(store, vault, keep)).vault;
    reencryptAll(next);
    const stored = server
      .rows(table.name)
      .flatMap(({ payload, siblings }) => [String(payload), ...String(siblings).split(' ')]);
    const { vault: lean, dropped } = await dropRetiredKeys(store, next, {
      closeKeys: async (prefixes) =>
        prefixes.map((prefix) => ({
          prefix,
          payloads: stored.filter((payload) => payload.startsWith(prefix)).length,
        })),
    });
    expect(dropped).toEqual(vault.keys.map(({ id }) => id));
    return lean;
  }

  return { vault, server, clock, open, device, changeKeys };
}

/** Nothing stands on the server, or has left a device, but under a vault's primary. */
export function expectUnder(vault: Vault, world: ForgetfulWorld, ...devices: ForgetfulDevice[]) {
  const stored = world.server.rows('notes').map(({ payload }) => String(payload));
  const payloads = [...stored, ...devices.flatMap(({ left }) => left)];
  expect(payloads.filter((payload) => !payload.startsWith(prefixOf(vault)))).toEqual([]);
}
