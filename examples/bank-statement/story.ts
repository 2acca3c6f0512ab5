/** What all chapters share: the file, the server, the terminal, and the list of claims. */
import type { Vault, VaultStore } from 'rowseal';
import type { Claim } from './claims.js';
import { createOwnTexts, newId, type OwnTexts } from './own-texts.js';
import { postgresVaultStore } from './postgres-vault-store.js';
import type { Server } from './server.js';
import type { Statement } from './statement-table.js';
import type { Terminal } from './terminal.js';

export interface Story {
  readonly terminal: Terminal;
  readonly statement: Statement;
  readonly server: Server;
  /** The server's disk before the first row came. */
  readonly emptyDisk: Uint8Array;
  /** The rows of the file under the ids that they got here: random, telling nothing. */
  readonly rowsById: ReadonlyMap<string, readonly string[]>;
  /** The random texts that were sent to the server, for the search to know them. */
  readonly own: OwnTexts;
  readonly claims: readonly Claim[];
  /** Prints whether a claim holds, and remembers it for the end. */
  claim(text: string, holds: boolean): void;
  /** A device that has nothing but the address of the server. */
  newDevice(): VaultStore;
}

/** An open vault, and where this device keeps header and pin. */
export interface Device {
  readonly store: VaultStore;
  readonly vault: Vault;
}

/** The device on which the vault was created. */
export interface FirstDevice extends Device {
  /** Shown to the user once. */
  readonly recoveryKey: string;
}

/** Printed and fixed, since this is a demonstration; an app asks its user. */
export const PASSWORDS = {
  first: 'a green bicycle in Tromsø',
  second: 'two green bicycles in Tromsø',
  third: 'no more bicycles, just walking',
} as const;

export function createStory(
  terminal: Terminal,
  statement: Statement,
  server: Server,
  emptyDisk: Uint8Array,
): Story {
  const claims: Claim[] = [];
  const own = createOwnTexts();
  const owner = newId(own);
  return {
    terminal,
    statement,
    server,
    emptyDisk,
    rowsById: new Map(statement.cells.map((cells) => [newId(own), cells])),
    own,
    claims,
    claim(text, holds) {
      claims.push({ text, holds });
      terminal.verdict(holds, text);
    },
    newDevice: () => recordingHeaders(postgresVaultStore(server.db, owner), own),
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
