/** A story of the demo's, on a server in this process. */
import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  byPassword,
  bySecret,
  createVault,
  encryptRow,
  openVault,
  type Vault,
  type VaultOpener,
} from 'rowseal';
import { onTestFinished } from 'vitest';
import type { Device, DeviceName } from '../../examples/bank-statement/device.js';
import { readCsv } from '../../examples/bank-statement/read-csv.js';
import { SEALED_TABLE, type Server, startServer } from '../../examples/bank-statement/server.js';
import {
  type SealedStatementRow,
  type Statement,
  statementOf,
  toRow,
} from '../../examples/bank-statement/statement-table.js';
import { createStory, PASSWORDS, type Story } from '../../examples/bank-statement/story.js';
import { createTerminal } from '../../examples/bank-statement/terminal.js';
import { startSyncServer } from '../../examples/sync-server/start-sync-server.js';

export function statementIn(csv: string, ...cleartext: readonly string[]): Statement {
  return statementOf(readCsv(Buffer.from(csv)), cleartext);
}

/** A server in this process; whoever calls this closes it. */
export function serverInProcess(statement: Statement): Promise<Server> {
  return startServer(statement, startSyncServer);
}

/** Puts rows into the sealed table, past all that devices do. */
export async function storeRows(
  { sync }: Server,
  owner: string,
  rows: readonly SealedStatementRow[],
): Promise<void> {
  const whole = rows.map((row) => ({ parents: '', siblings: '', owner_id: owner, ...row }));
  const given = `json_populate_recordset(NULL::${SEALED_TABLE}, $1::json)`;
  await sync.query(`INSERT INTO ${SEALED_TABLE} SELECT * FROM ${given}`, [JSON.stringify(whole)]);
}

export interface StoryWorld {
  readonly story: Story;
  /** What the terminal has shown so far. */
  shown(): string;
}

export async function statementStory(statement: Statement): Promise<StoryWorld> {
  const server = await serverInProcess(statement);
  const folder = await mkdtemp(join(tmpdir(), 'rowseal-story-'));
  let text = '';
  const write = (more: string | Uint8Array) => {
    text += more;
    return true;
  };
  const terminal = createTerminal({ write }, {});
  const story = createStory({ terminal, statement, server, folder });
  onTestFinished(async () => {
    await story.end();
    await server.sync.close();
  });
  return { story, shown: () => text };
}

/** The user's vault, which a device key opens: no test waits for Argon2id that is not about it. */
export interface StoryUser {
  readonly vault: Vault;
  readonly recoveryKey: string;
  readonly opener: VaultOpener;
  /** A device on which the vault is open. */
  device(name: DeviceName): Promise<{ readonly device: Device; readonly vault: Vault }>;
}

export async function storyUser(story: Story): Promise<StoryUser> {
  const opener = bySecret(randomBytes(32));
  const { vault, recoveryKey } = await createVault(story.newStore(), opener);
  return {
    vault,
    recoveryKey,
    opener,
    async device(name) {
      const device = await story.newDevice(name);
      const opened = await openVault(device.store, opener);
      await device.mirror.unlock(opened);
      return { device, vault: opened };
    },
  };
}

/** Every row of the file, sealed. */
export function sealedRows({ statement, rowsById }: Story, vault: Vault): SealedStatementRow[] {
  return [...rowsById].map(([id, cells]) =>
    encryptRow(vault, statement.table, toRow(statement, id, cells)),
  );
}

/** A vault that opens with the first password of the story. */
export async function createPasswordVault(device: Device): Promise<Vault> {
  const { vault } = await createVault(device.store, byPassword(PASSWORDS.first));
  await device.mirror.unlock(vault);
  return vault;
}
