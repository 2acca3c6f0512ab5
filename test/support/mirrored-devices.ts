/** Devices of one user over the engine in memory, stepped by hand with a clock of the test's. */
import {
  type AeadBackend,
  memoryStore,
  nobleAead,
  openVault,
  type Table,
  type Vault,
} from 'rowseal';
import {
  type MemoryEngine,
  type MemoryServer,
  memoryEngine,
  memoryServer,
  vaultForTesting,
} from 'rowseal/testing';
import { declarationOf } from '../../src/sync/declaration.js';
import { type PassContext, runPass } from '../../src/sync/mirror-pass.js';
import type { SyncStore } from '../../src/sync/sync-store.js';

export interface MirroredDevice {
  readonly engine: MemoryEngine;
  readonly store: SyncStore;
  /** The vault it works with; may be exchanged. */
  vault: Vault;
  /** Options of its passes; may be exchanged. */
  options: Partial<PassContext>;
  /** How often a key was used to open or to seal. */
  readonly uses: { open: number; seal: number };
  /** Runs passes until there is nothing to do; returns how many did something. */
  settle(): Promise<number>;
  /** Sends what waits. */
  send(): void;
  /** Takes what the server has. */
  receive(): void;
  /** Settles, sends, receives and settles again. */
  sync(): Promise<void>;
  /** Tells of an app version with other tables. */
  upgrade(tables: readonly Table[]): Promise<void>;
}

export interface MirroredWorld {
  readonly server: MemoryServer;
  /** Milliseconds since 1970; only the test moves it. */
  readonly clock: { now: number };
  device(name: string, tables?: readonly Table[]): Promise<MirroredDevice>;
}

const MONDAY = Date.UTC(2026, 0, 5, 9);

export function mirroredWorld(
  tables: readonly Table[],
  server = memoryServer(tables),
): MirroredWorld {
  const { vault, opener } = vaultForTesting('mirrored devices');
  const clock = { now: MONDAY };
  return {
    server,
    clock,
    async device(name, own = tables) {
      const uses = { open: 0, seal: 0 };
      const opened = await openVault(memoryStore(vault.header), opener, { aead: counted(uses) });
      return mirroredDevice({ name, tables: own, vault: opened, server, clock, uses });
    },
  };
}

interface Parts {
  readonly name: string;
  readonly tables: readonly Table[];
  readonly vault: Vault;
  readonly server: MemoryServer;
  readonly clock: { now: number };
  readonly uses: { open: number; seal: number };
}

async function mirroredDevice(parts: Parts): Promise<MirroredDevice> {
  const { name, server, clock, uses } = parts;
  const engine = memoryEngine(parts.tables, { now: () => clock.now });
  const store = engine.store();
  let byName: ReadonlyMap<string, Table>;
  const takeOver = (tables: readonly Table[]) => {
    byName = new Map(tables.map((table) => [table.name, table]));
    const declarations = new Map(tables.map((table) => [table.name, declarationOf(table)]));
    return store.takeOver({ vaultId: device.vault.vaultId, declarations, silentSince: null });
  };
  const device: MirroredDevice = {
    engine,
    store,
    vault: parts.vault,
    options: {},
    uses,
    async settle() {
      for (let passes = 0; ; passes++) {
        const { result } = await runPass({
          store,
          tables: byName,
          vault: device.vault,
          now: clock.now,
          limit: 100,
          ends: [],
          mergeDelay: () => 10_000,
          deletes: 'sealed',
          acceptRetiredUpTo: 0,
          unwritten: null,
          ...device.options,
        });
        if (result === 'idle') return passes;
        if (passes > 100) throw new Error(`This never ends: ${result}.`);
      }
    },
    send() {
      for (let next = engine.nextUpload(); next; next = engine.nextUpload()) {
        const { position, refused } = server.upload(name, next.writes);
        engine.uploaded(position, refused);
      }
    },
    receive() {
      engine.receive(server.checkpoint(name, engine.position()));
    },
    async sync() {
      await device.settle();
      device.send();
      device.receive();
      await device.settle();
    },
    async upgrade(tables) {
      engine.upgrade(tables);
      await takeOver(tables);
    },
  };
  await takeOver(parts.tables);
  return device;
}

/** Every use of a key passes here. */
function counted(uses: { open: number; seal: number }): AeadBackend {
  return {
    ...nobleAead,
    seal(...args) {
      uses.seal++;
      return nobleAead.seal(...args);
    },
    open(...args) {
      uses.open++;
      return nobleAead.open(...args);
    },
  };
}
