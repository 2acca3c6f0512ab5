/** What the cases of the adapter contract share: tables, a database to open, rows. */
import { encodeBase64url } from '../bytes/base64url.js';
import { FORMAT_BYTE } from '../bytes/format-bytes.js';
import { randomBytes } from '../crypto/random.js';
import { cleartext, encrypted } from '../rows/column.js';
import { defineTable, type Table } from '../rows/table.js';
import type { TakeOver } from '../sync/lease.js';
import type { EngineRow, RowOutcome, RowRecord, RowWork, SyncStore } from '../sync/sync-store.js';
import type { AdapterHands, AppWrite } from './adapter-hands.js';
import { ensureEqual } from './expectations.js';
import type { ServedRow } from './memory-sync.js';

export type AdapterDuty = (bench: Bench) => Promise<void>;

export interface Device {
  readonly hands: AdapterHands;
  readonly store: SyncStore;
}

/** A database of one case. */
export interface Bench {
  /** Opens it, after a kill when it was open. */
  open(tables?: readonly Table[]): Promise<AdapterHands>;
  close(): Promise<void>;
}

export const VAULT_ID = 'dGhlIHVzZXIncyB2YXVsdA';
export const OTHER_VAULT_ID = 'YW5vdGhlciBvbmUncyBvbmU';
/** Past every time at which something falls due. */
export const LATER = Number.MAX_SAFE_INTEGER;

const ENVELOPE_LENGTH = 120;

export function createBench(open: (tables: readonly Table[]) => Promise<AdapterHands>): Bench {
  let hands: AdapterHands | null = null;
  const close = async () => {
    await hands?.close();
    hands = null;
  };
  return {
    async open(tables = contractTables()) {
      await close();
      hands = await open(tables);
      return hands;
    },
    close,
  };
}

/** Every kind of value and of visibility, and a second table. */
export function contractTables(): readonly Table[] {
  const notes = defineTable('notes', {
    body: encrypted.text().optional(),
    stars: encrypted.integer().optional(),
    weight: encrypted.real().optional(),
    folder: cleartext.text().optional(),
    is_done: cleartext.boolean().optional(),
    seen_at: cleartext.text().nullable().serverOwned(),
  });
  return [notes, defineTable('tasks', { title: encrypted.text().optional() })];
}

/** Opens the database with a store that has taken it over. */
export async function start(bench: Bench, tables = contractTables()): Promise<Device> {
  const hands = await bench.open(tables);
  return { hands, store: await takenOver(hands, VAULT_ID) };
}

export async function takenOver(
  hands: AdapterHands,
  vaultId: string | null,
  declarations: Readonly<Record<string, string>> = {},
): Promise<SyncStore> {
  const store = hands.createStore();
  const expected = vaultId === null ? 'standby' : 'working';
  ensureEqual(await store.takeOver(startOf(vaultId, declarations)), expected, 'A first take-over');
  return store;
}

/** What a mirror tells the store. */
export function startOf(
  vaultId: string | null,
  declarations: Readonly<Record<string, string>> = {},
): TakeOver {
  const given = { notes: 'first', tasks: 'first', ...declarations };
  return { vaultId, declarations: new Map(Object.entries(given)), silentSince: null };
}

export function insert(table: string, id: string, row: EngineRow = {}): AppWrite {
  return { op: 'insert', table, id, row };
}

export function update(table: string, id: string, row: EngineRow): AppWrite {
  return { op: 'update', table, id, row };
}

export function remove(table: string, id: string): AppWrite {
  return { op: 'delete', table, id, row: {} };
}

/** A row of the plaintext table `notes`. */
export function note(row: EngineRow = {}): EngineRow {
  return {
    body: null,
    stars: null,
    weight: null,
    folder: null,
    is_done: null,
    seen_at: null,
    ...row,
  };
}

/** A row of the sealed table of `notes`, with a payload that there never was. */
export function sealedNote(row: EngineRow = {}): EngineRow {
  return { folder: null, is_done: null, seen_at: null, ...sealedTask(), ...row };
}

/** A row of the sealed table of `tasks`. */
export function sealedTask(): EngineRow {
  return { payload: newPayload(), parents: '', siblings: '' };
}

/** No store looks into it. */
export function newPayload(): string {
  const bytes = randomBytes(ENVELOPE_LENGTH);
  bytes[0] = FORMAT_BYTE.envelope;
  return encodeBase64url(bytes);
}

export function served(table: string, id: string, row: EngineRow | null): ServedRow {
  return { table, id, row };
}

export function record(given: Partial<RowRecord> = {}): RowRecord {
  return {
    seen: null,
    clear: null,
    known: null,
    reflected: null,
    life: 1,
    own: null,
    sent: null,
    due: null,
    trouble: null,
    findings: [],
    ...given,
  };
}

export function outcome(id: string, given: Partial<RowOutcome> = {}): RowOutcome {
  return { table: 'notes', id, done: [], ...given };
}

/** Everything there is to do. */
export async function allWork(store: SyncStore, now = LATER): Promise<readonly RowWork[]> {
  const { rows } = await store.readWork(100_000, now, []);
  return rows;
}

/** The one row that there is to work on. */
export async function onlyWork(store: SyncStore, now = LATER): Promise<RowWork> {
  const rows = await allWork(store, now);
  ensureEqual(rows.length, 1, 'The number of rows to work on');
  return rows[0] as RowWork;
}

/** Writes an outcome for every row that there is to work on, with all its entries done. */
export async function finishAll(
  store: SyncStore,
  given: (work: RowWork) => Partial<RowOutcome> = () => ({}),
): Promise<void> {
  const { rows, snapshot } = await store.readWork(100_000, LATER, []);
  const outcomes = rows.map((work) => ({
    table: work.table,
    id: work.id,
    record: record(),
    done: seqsOf(work),
    ...given(work),
  }));
  ensureEqual(await store.writeOutcomes(outcomes, snapshot), 'written', 'What became of a batch');
}

export function seqsOf({ entries }: RowWork): number[] {
  return entries.map(({ seq }) => seq);
}

export function placesOf(rows: readonly RowWork[]): string[] {
  return rows.map(({ table, id }) => `${table} ${id}`);
}
