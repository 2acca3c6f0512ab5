/** What a schedule is played on: three devices with an engine each, and the server between them. */
import { cleartext, defineTable, encrypted, type Table, type Vault } from 'rowseal';
import type { EngineRow, SyncStore } from '../../src/sync/sync-store.js';
import type { RowNumber } from './schedule.js';

const columns = {
  title: encrypted.text(),
  body: encrypted.text().optional(),
  folder: cleartext.text(),
  shelf: cleartext.text().bound(),
};

export const notes = defineTable('notes', columns);
export const tasks = defineTable('tasks', columns);
export const tables: readonly Table[] = [notes, tasks];

export interface RowPlace {
  readonly table: string;
  readonly id: string;
}

/** Rows of different schedules are different rows. */
export function placeOf(seed: number, row: RowNumber): RowPlace {
  return { table: row === 2 ? 'tasks' : 'notes', id: `s${seed}-r${row}` };
}

/** What an app writes: columns of a row that is there or not, or `null` for a delete. */
export interface AppWrite extends RowPlace {
  readonly columns: EngineRow | null;
}

export interface ScheduleDevice {
  readonly store: SyncStore;
  readonly vault: Vault;
  /** Commits a transaction of the app's; it says so at `at`, by the device's clock. */
  commit(at: number, writes: readonly AppWrite[]): Promise<void>;
  plainRow(place: RowPlace): Promise<EngineRow | null>;
  /** Goes online, sends all that waits, takes all that the server has, and goes offline. */
  exchange(): Promise<void>;
  /** Goes online, sends the oldest transaction that waits, and is offline before the answer. */
  sendUnheard(): Promise<void>;
  /** Loses everything, as a device does that is set up anew. */
  lose(): Promise<void>;
}

export interface ScheduleBackend {
  readonly devices: readonly ScheduleDevice[];
  serverRow(place: RowPlace): Promise<EngineRow | null>;
  /** Every state of a row so far. */
  versions(place: RowPlace): Promise<readonly EngineRow[]>;
  /** Serves a row, or a part of it, as it once was. */
  replay(place: RowPlace, version: number, part: 'payload' | 'siblings' | 'all'): Promise<void>;
  /** Forgets a row. */
  drop(place: RowPlace): Promise<void>;
  /** How often a row was sent, by all devices. */
  uploads(place: RowPlace): Promise<number>;
}
