import type { RequestResult } from '../sync/lease.js';
import { rowKey } from '../sync/row-name.js';
import type { QueueCounts, RowFinding, TroubledRow, TroubleTally } from '../sync/row-trouble.js';
import type { Direction, RowOutcome, SyncStore, WriteResult } from '../sync/sync-store.js';
import type { MemoryDatabase } from './memory-database.js';
import { beat, giveUp, leaseOf, type MemoryHold, standingOf } from './memory-lease.js';
import { release, retryRejected, retryWithdrawn, writeOutcomes } from './memory-outcomes.js';
import { anyRow, keyUse, renewRows, uploadsWaiting } from './memory-renewal.js';
import { holdUploads, notedHeaders, sealUnder } from './memory-sealing.js';
import type { StoreSide } from './memory-side.js';
import { activeEntries, lastSeq, notedRows, readWork, takeOver } from './memory-work.js';

export function memoryStoreOf(
  side: StoreSide,
  commit: <T>(work: () => T) => T,
  onCommit: (listener: () => void) => () => void,
): SyncStore {
  const { database } = side;
  let hold: MemoryHold | null = null;
  // What was read before the work was lost is outdated, though it came back meanwhile.
  let readAs: MemoryHold | null = null;
  const request = async (work: () => void): Promise<RequestResult> => {
    if (standingOf(database, hold) === 'replaced') return 'replaced';
    commit(work);
    return 'queued';
  };
  const write = (outcomes: readonly RowOutcome[], snapshot: number): WriteResult => {
    const standing = standingOf(database, readAs ?? hold);
    if (standing !== 'working') return standing;
    database.next('beat');
    return writeOutcomes(side, outcomes, snapshot);
  };
  return {
    async takeOver(start) {
      if (hold && standingOf(database, hold) === 'replaced') return 'replaced';
      hold = commit(() => takeOver(side, start, hold));
      return standingOf(database, hold);
    },
    lease: async (awaits) => leaseOf(database, hold, awaits),
    beat: async () => beat(database, hold),
    giveUp: async () => commit(() => giveUp(database, hold)),
    async readWork(limit, now, ends) {
      readAs = hold;
      return readWork(side, limit, now, ends);
    },
    writeOutcomes: async (outcomes, snapshot) =>
      database.transaction(() => write(outcomes, snapshot)),
    rehearse: async (outcomes, snapshot) => undone(database, () => write(outcomes, snapshot)),
    lastSeq: async () => lastSeq(database),
    release: (kind) => request(() => release(side, kind)),
    retryRejected: () => request(() => retryRejected(side)),
    retryWithdrawn: (rows) => request(() => retryWithdrawn(side, rows)),
    async sealUnder(sealing) {
      const standing = standingOf(database, hold);
      return standing === 'working' ? commit(() => sealUnder(side, sealing)) : standing;
    },
    notedHeaders: async () => notedHeaders(database),
    async holdUploads() {
      if (standingOf(database, hold) === 'working') holdUploads(database);
    },
    async renewRows(prefix, after, limit) {
      if (standingOf(database, hold) === 'replaced') return 'replaced';
      return commit(() => renewRows(side, prefix, after, limit));
    },
    anyRow: async () => anyRow(side),
    keyUse: async () => keyUse(side),
    uploadsWaiting: async () => uploadsWaiting(database),
    counts: async () => counts(side),
    tallies: async () => tallies(troubled(database)),
    findingCount: async () => findings(database).length,
    troubled: async (limit) => troubled(database).slice(0, limit),
    findings: async (limit) => findings(database).slice(0, limit),
    onWork: onCommit,
  };
}

const UNDONE = /* @__PURE__ */ Symbol('undone');

function undone(database: MemoryDatabase, work: () => unknown): void {
  try {
    database.transaction(() => {
      work();
      throw UNDONE;
    });
  } catch (error) {
    if (error !== UNDONE) throw error;
  }
}

function counts(side: StoreSide): QueueCounts {
  const active = activeEntries(side);
  const rowsWith = (isCounted: (dir: Direction) => boolean) =>
    new Set(active.filter(({ dir }) => isCounted(dir)).map(rowKey)).size;
  const due = notedRows(side).flatMap(({ record }) => record.due ?? []);
  return {
    out: rowsWith((dir) => dir !== 'in' && dir !== 'show'),
    in: rowsWith((dir) => dir === 'in' || dir === 'show'),
    due: due.length,
    nextDue: due.length > 0 ? Math.min(...due) : null,
  };
}

function troubled({ records, rejected }: MemoryDatabase): TroubledRow[] {
  return [
    ...[...records.values()].flatMap(({ table, id, record: { trouble } }) =>
      trouble ? [{ table, id, ...trouble }] : [],
    ),
    ...[...rejected.values()].map(({ table, id }) => ({
      table,
      id,
      kind: 'rejected' as const,
      code: null,
      detail: null,
    })),
  ];
}

function tallies(rows: readonly TroubledRow[]): TroubleTally[] {
  const counted = new Map<string, TroubleTally>();
  for (const { kind, code, detail } of rows) {
    const keyId = code === 'UNKNOWN_KEY' ? detail : null;
    const key = JSON.stringify([kind, code, keyId]);
    counted.set(key, { kind, code, keyId, rows: (counted.get(key)?.rows ?? 0) + 1 });
  }
  return [...counted.values()];
}

function findings({ records }: MemoryDatabase): RowFinding[] {
  return [...records.values()].flatMap(({ table, id, record }) =>
    record.findings.map((finding) => ({ table, id, finding })),
  );
}
