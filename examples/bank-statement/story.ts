/** What all chapters share: the file, the server, the devices, and the list of claims. */
import { rm } from 'node:fs/promises';
import type { VaultStore } from 'rowseal';
import type { Claim } from './claims.js';
import { type Device, type DeviceName, openDevice } from './device.js';
import { createOwnTexts, newId, type OwnTexts } from './own-texts.js';
import { postgresVaultStore } from './postgres-vault-store.js';
import type { Server } from './server.js';
import type { Statement } from './statement-table.js';
import type { Terminal } from './terminal.js';

export interface Story {
  readonly terminal: Terminal;
  readonly statement: Statement;
  readonly server: Server;
  readonly owner: string;
  /** The rows of the file under the ids that they get here: random, telling nothing. */
  readonly rowsById: ReadonlyMap<string, readonly string[]>;
  /** What the story itself wrote into encrypted columns. */
  readonly written: Set<string>;
  /** The random texts that were sent to the server, for the search to know them. */
  readonly own: OwnTexts;
  readonly claims: readonly Claim[];
  /** How long nothing may move before a claim is taken not to hold, in milliseconds. */
  readonly patience: number;
  /** Prints whether a claim holds, and remembers it for the end. */
  claim(text: string, holds: boolean): void;
  /** A place for a header and a pin that knows nothing but the address of the server. */
  newStore(): VaultStore;
  /** A device with an empty database, which begins to sync. */
  newDevice(name: DeviceName): Promise<Device>;
  /** Closes all devices. */
  end(): Promise<void>;
}

/** Printed and fixed, since this is a demonstration; an app asks its user. */
export const PASSWORDS = {
  first: 'a green bicycle in Tromsø',
  second: 'two green bicycles in Tromsø',
  third: 'no more bicycles, just walking',
} as const;

export interface StoryParts {
  readonly terminal: Terminal;
  readonly statement: Statement;
  readonly server: Server;
  /** A folder for the devices. */
  readonly folder: string;
}

export function createStory(parts: StoryParts): Story {
  const { terminal, statement, server, folder } = parts;
  const claims: Claim[] = [];
  const devices: Device[] = [];
  const own = createOwnTexts();
  const owner = newId(own);
  const newStore = () =>
    recordingHeaders(
      postgresVaultStore((sql, params) => server.sync.query(sql, params), owner),
      own,
    );
  return {
    terminal,
    statement,
    server,
    owner,
    rowsById: new Map(statement.cells.map((cells) => [newId(own), cells])),
    written: new Set(),
    own,
    claims,
    patience: 60_000,
    claim(text, holds) {
      claims.push({ text, holds });
      terminal.verdict(holds, text);
    },
    newStore,
    async newDevice(name) {
      const device = await openDevice({
        name,
        within: folder,
        table: statement.table,
        store: newStore(),
        url: server.sync.url,
        owner,
        onRandomText: (text) => own.ids.add(text),
      });
      devices.push(device);
      await device.goOnline();
      return device;
    },
    async end() {
      for (const device of devices) await device.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The store itself; every header that goes through it is remembered, with its hash. */
function recordingHeaders(store: VaultStore, { headers }: OwnTexts): VaultStore {
  return {
    ...store,
    saveHeader(change) {
      headers.add(change.header).add(change.hash);
      return store.saveHeader(change);
    },
  };
}

/** Runs a call that takes a password, with a bar while Argon2id works. */
export async function watched<T>(
  { terminal }: Story,
  call: (options: { onProgress: (share: number) => void }) => Promise<T>,
): Promise<{ readonly result: T; readonly milliseconds: number }> {
  const bar = terminal.progress('Argon2id');
  const start = performance.now();
  try {
    const result = await call({ onProgress: (share) => bar.update(share) });
    return { result, milliseconds: performance.now() - start };
  } finally {
    bar.done();
  }
}
