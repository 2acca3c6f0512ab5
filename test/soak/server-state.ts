/** What stands on the server, opened with the user's vault, and what was sent to it. */
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import type { Vault } from '../../src/index.js';
import { plainRow } from '../../src/rows/decrypt-row.js';
import { isDeleted } from '../../src/rows/row-content.js';
import { openSealedRow } from '../../src/rows/seal-row.js';
import { engineValue } from '../../src/sync/engine-values.js';
import { type Committed, rowKey, type Values } from './journal.js';
import { MARKERS, tables } from './soak-app.js';

/** Rows by key; payloads that were opened before are not opened again. */
export function serverReader(server: SyncServer, vault: Vault) {
  const opened = new Map<unknown, Values | null>();
  return async (): Promise<ReadonlyMap<string, Values>> => {
    const rows = new Map<string, Values>();
    for (const table of tables) {
      for (const sealed of await server.query(`SELECT * FROM ${table.name}_sealed`)) {
        if (!opened.has(sealed.payload)) {
          const version = openSealedRow(vault, table, sealed, {});
          const values = isDeleted(version.content) ? null : plainRow(table, version);
          const row = table.layout.columns.map(
            (column) => [column.name, engineValue(column, values?.[column.name])] as const,
          );
          opened.set(sealed.payload, values && Object.fromEntries(row));
        }
        const values = opened.get(sealed.payload);
        if (values) rows.set(rowKey(table.name, String(sealed.id)), values);
      }
    }
    return rows;
  };
}

interface Sent {
  /** Different payloads of one row from one device. */
  readonly payloads: ReadonlyMap<string, ReadonlySet<unknown>>;
  /** Transactions that were sent before, word for word. */
  readonly repeated: number;
}

async function sentBy(server: SyncServer, sender: string): Promise<Sent> {
  const payloads = new Map<string, Set<unknown>>();
  const seen = new Set<string>();
  let repeated = 0;
  for (const { device, writes } of await server.uploads()) {
    if (device !== sender) continue;
    const text = JSON.stringify(writes);
    if (seen.has(text)) repeated += 1;
    seen.add(text);
    for (const { table, id, data } of writes) {
      const key = rowKey(table.replace(/_sealed$/, ''), id);
      payloads.set(key, (payloads.get(key) ?? new Set()).add(data?.payload));
    }
  }
  return { payloads, repeated };
}

/**
 * What was sent more often than it may be: a row has at most one payload for each transaction that
 * wrote it and one for each payload of the other device that it was merged with, and a kill lets
 * one transaction be sent again.
 */
export async function sentTwice(
  server: SyncServer,
  committed: Committed,
  kills: number,
): Promise<string[]> {
  const own = await sentBy(server, 'killed');
  const other = await sentBy(server, 'follower');
  const complaints: string[] = [];
  for (const [key, payloads] of own.payloads) {
    const most = (committed.writes.get(key) ?? 0) + (other.payloads.get(key)?.size ?? 0);
    if (payloads.size > most)
      complaints.push(`${key}: ${payloads.size} payloads instead of ${most}`);
  }
  if (own.repeated > kills) complaints.push(`${own.repeated} transactions were sent again`);
  if (other.repeated > 0) complaints.push(`the follower sent ${other.repeated} again`);
  return complaints;
}

/** Where the server received what only devices may know. */
export async function plaintextReceived(server: SyncServer): Promise<string[]> {
  const found = await server.findReceived(MARKERS);
  return found.map(({ text, form, url }) => `'${text}' as ${form} in ${url}`);
}
