import { type RowName, rowKey } from '../sync/row-name.js';
import type { EngineRow } from '../sync/sync-store.js';

import type { MemoryCheckpoint } from './memory-sync.js';

/** What a server in memory has, had, and has to send. */
export interface StoredRows {
  current(place: RowName): EngineRow | null;
  /** Counts as a change, whatever it changes; `null` removes the row. */
  write(place: RowName, row: EngineRow | null): void;
  /** With their ids. */
  all(table: string): EngineRow[];
  versions(place: RowName): EngineRow[];
  scope(device: string, place: RowName, isSent: boolean): void;
  checkpoint(device: string, since: number): MemoryCheckpoint;
  position(): number;
  advance(): void;
}

interface History {
  readonly place: RowName;
  readonly changedAt: number;
  readonly versions: readonly EngineRow[];
  readonly current: EngineRow | null;
}

export function storedRows(): StoredRows {
  const rows = new Map<string, History>();
  /** By device: rows that left its scope or came back to it. */
  const scopes = new Map<string, Map<string, { isSent: boolean; changedAt: number }>>();
  let position = 0;
  const current = (place: RowName) => rows.get(rowKey(place))?.current ?? null;
  const versions = (place: RowName) => [...(rows.get(rowKey(place))?.versions ?? [])];
  return {
    current,
    write(place, row) {
      const next = row && Object.freeze({ ...row });
      rows.set(rowKey(place), {
        place: { table: place.table, id: place.id },
        changedAt: ++position,
        versions: [...versions(place), ...(next ? [next] : [])],
        current: next,
      });
    },
    all: (table) =>
      [...rows.values()].flatMap(({ place, current }) =>
        place.table === table && current ? [{ id: place.id, ...current }] : [],
      ),
    versions,
    scope(device, place, isSent) {
      const scope = scopes.get(device) ?? new Map();
      scopes.set(device, scope.set(rowKey(place), { isSent, changedAt: ++position }));
    },
    checkpoint(device, since) {
      const changed = [...rows].flatMap(([key, { place, changedAt, current }]) => {
        const scope = scopes.get(device)?.get(key);
        const isNews = Math.max(changedAt, scope?.changedAt ?? 0) > since;
        return isNews ? [{ ...place, row: scope?.isSent === false ? null : current }] : [];
      });
      return { position, rows: changed };
    },
    position: () => position,
    advance() {
      position++;
    },
  };
}

export function withId(id: string, row: EngineRow | null): EngineRow | null {
  return row && { id, ...row };
}
