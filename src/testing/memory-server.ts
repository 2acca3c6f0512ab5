import type { Table } from '../rows/table.js';
import { type RowName, rowKey } from '../sync/row-name.js';
import type { EngineRow } from '../sync/sync-store.js';
import { columnsOf, memoryColumns, projected } from './memory-columns.js';
import type { SealedUpload } from './memory-database.js';
import { keptSiblings } from './memory-siblings.js';
import { storedRows, withId } from './memory-stored-rows.js';
import type { MemoryCheckpoint } from './memory-sync.js';

/** What the server says to an upload. */
export interface MemoryAnswer {
  /** A rising number: how far the server has come with it. */
  readonly position: number;
  /** Rows that it refuses for good; the others are stored. */
  readonly refused: readonly RowName[];
}

/** What a server can do that an honest one does not. */
export interface HostileHand {
  /**
   * Serves a row as it was earlier: `version` 0 is the first that was stored.
   *
   * Its visible columns and siblings come back with it, unless only the `siblings` or the `payload`
   * shall.
   */
  replay(table: string, id: string, version: number, part?: 'payload' | 'siblings'): void;
  /** Changes columns of a row, past the trigger. */
  change(table: string, id: string, changes: EngineRow): void;
  /** Forgets a row. */
  drop(table: string, id: string): void;
  /** Refuses all uploads of a row for good, or no longer. */
  refuse(table: string, id: string, isRefused: boolean): void;
}

/** A server in memory. */
export interface MemoryServer {
  /** Stores a transaction that a device sends, row by row as a plain upsert would. */
  upload(device: string, writes: readonly SealedUpload[]): MemoryAnswer;
  /** What a device must be sent that has heard all up to `since`. */
  checkpoint(device: string, since: number): MemoryCheckpoint;
  /** The row with its id, or `null`. */
  row(table: string, id: string): EngineRow | null;
  /** All rows of a table. */
  rows(table: string): readonly EngineRow[];
  /** Every version of a row that was ever stored, the oldest first. */
  versions(table: string, id: string): readonly EngineRow[];
  /** How often a row was sent, by one device or by all. */
  uploadCount(table: string, id: string, device?: string): number;
  /** Everything that devices have sent, as JSON text: to be searched for plaintext. */
  sent(): readonly string[];
  /** Stops sending a row to a device, or sends it again. */
  scope(device: string, table: string, id: string, isSent: boolean): void;
  /** What only a hostile server does. */
  readonly hostile: HostileHand;
}

/** Options of {@link memoryServer}. */
export interface MemoryServerOptions {
  /**
   * Whether replaced payloads are kept in `siblings` until a device has merged them, as the shipped
   * SQL does; `true` unless told.
   */
  readonly siblings?: boolean;
}

/**
 * A server in memory for sealed rows: it stores what devices send, keeps replaced payloads in
 * `siblings` by the rule of the shipped SQL, and tells each device what changed.
 *
 * It never looks into a payload. `hostile` is what a server can do that lies.
 *
 * @throws `TypeError` when its functions are given a table that there is not, a text that is no
 * envelope, or a row or version that never was.
 *
 * @example
 * ```ts
 * import { defineTable, encrypted, encryptRow } from 'rowseal';
 * import { memoryServer, vaultForTesting } from 'rowseal/testing';
 *
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const { vault } = vaultForTesting('ada');
 * const { id, ...row } = encryptRow(vault, notes, { id: 'n1', body: 'hello' });
 *
 * const server = memoryServer([notes]);
 * const { position } = server.upload('laptop', [{ op: 'put', table: 'notes', id, row }]);
 * const { rows, ...heard } = server.checkpoint('phone', 0);
 * console.assert(heard.position === position && rows[0]?.row?.payload === row.payload);
 * ```
 */
export function memoryServer(
  tables: readonly Table[],
  { siblings = true }: MemoryServerOptions = {},
): MemoryServer {
  const sealedColumns = memoryColumns(tables).sealed;
  const owned = new Map(tables.map((table) => [table.name, serverOwned(table)]));
  const stored = storedRows();
  const refused = new Set<string>();
  const counts = new Map<string, number>();
  const sent: string[] = [];

  const rowAt = (place: RowName) =>
    stored.current(place) ?? refuse(`There is no row '${place.id}'.`);
  const put = (write: SealedUpload, row: EngineRow) => {
    const names = columnsOf(sealedColumns, write.table);
    if (!ENVELOPE.test(String(row.payload))) refuse('This payload is no envelope.');
    const before = stored.current(write);
    const mine = new Set(['siblings', ...(owned.get(write.table) as readonly string[])]);
    const given = Object.fromEntries(Object.entries(row).filter(([name]) => !mine.has(name)));
    const kept = siblings ? keptSiblings(before, given) : '';
    stored.write(write, projected({ ...before, ...given, siblings: kept }, names));
  };
  return {
    upload(device, writes) {
      sent.push(JSON.stringify(writes));
      stored.advance();
      for (const write of writes) {
        for (const by of [[], [device]]) count(counts, [rowKey(write), ...by]);
        if (refused.has(rowKey(write))) continue;
        if (write.row) put(write, write.row);
        else stored.write(write, null);
      }
      return {
        position: stored.position(),
        refused: writes.filter((write) => refused.has(rowKey(write))).map(placeOf),
      };
    },
    checkpoint: (device, since) => stored.checkpoint(device, since),
    row: (table, id) => withId(id, stored.current({ table, id })),
    rows: (table) => stored.all(table),
    versions: (table, id) => stored.versions({ table, id }),
    uploadCount: (table, id, device) =>
      counts.get(countKey([rowKey({ table, id }), ...(device === undefined ? [] : [device])])) ?? 0,
    sent: () => [...sent],
    scope: (device, table, id, isSent) => stored.scope(device, { table, id }, isSent),
    hostile: {
      replay(table, id, version, part) {
        const place = { table, id };
        const earlier = stored.versions(place)[version] ?? refuse('There was no such version.');
        const changes = part ? { [part]: earlier[part] } : earlier;
        stored.write(place, { ...stored.current(place), ...changes });
      },
      change: (table, id, changes) =>
        stored.write({ table, id }, { ...rowAt({ table, id }), ...changes }),
      drop: (table, id) => stored.write({ table, id }, null),
      refuse(table, id, isRefused) {
        if (isRefused) refused.add(rowKey({ table, id }));
        else refused.delete(rowKey({ table, id }));
      },
    },
  };
}

/** Enough of the shipped check that no plaintext passes. */
const ENVELOPE = /^A[Q-Za-f][A-Za-z0-9_-]{97,}$/;

function serverOwned({ layout }: Table): string[] {
  return layout.columns.filter(({ kind }) => kind === 'server-owned').map(({ name }) => name);
}

function count(counts: Map<string, number>, key: readonly string[]): void {
  counts.set(countKey(key), (counts.get(countKey(key)) ?? 0) + 1);
}

function countKey(key: readonly string[]): string {
  return JSON.stringify(key);
}

function placeOf({ table, id }: RowName): RowName {
  return { table, id };
}

function refuse(message: string): never {
  throw new TypeError(message);
}
