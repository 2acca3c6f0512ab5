/** A PowerSync database that tells what a mirror does with it. */
import type { CommonPowerSyncDatabase } from '@powersync/common';

export interface DatabaseWatch {
  /** Every statement of the mirror's, in order. */
  readonly statements: string[];
  /** How many rows were read. */
  rowsRead: number;
  /** Whether the mirror holds the write lock. */
  isLocked: boolean;
  /** How long it held it, each time, in milliseconds. */
  readonly lockTimes: number[];
  /** Forgets what was counted so far. */
  reset(): void;
}

type Method = (...args: readonly unknown[]) => unknown;

const STATEMENTS = new Set(['execute', 'executeRaw', 'get', 'getAll', 'getOptional']);
const LOCKS = new Set(['readLock', 'writeLock', 'readTransaction', 'writeTransaction']);

export function watchedDatabase(db: CommonPowerSyncDatabase): {
  readonly db: CommonPowerSyncDatabase;
  readonly watch: DatabaseWatch;
} {
  const watch: DatabaseWatch = {
    statements: [],
    rowsRead: 0,
    isLocked: false,
    lockTimes: [],
    reset() {
      watch.statements.length = 0;
      watch.lockTimes.length = 0;
      watch.rowsRead = 0;
    },
  };
  const watched = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_, name: string) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        const method = (value as Method).bind(target);
        if (LOCKS.has(name)) return locked(method, name.startsWith('write'));
        return STATEMENTS.has(name) ? statement(method) : method;
      },
    });
  const statement = (method: Method) => async (sql: unknown, parameters: unknown) => {
    watch.statements.push(String(sql));
    const result = await method(sql, parameters);
    if (Array.isArray(result)) watch.rowsRead += result.length;
    return result;
  };
  const locked = (method: Method, isWriting: boolean) => async (callback: Method) => {
    let since = 0;
    const result = await method(async (context: unknown) => {
      since = performance.now();
      watch.isLocked ||= isWriting;
      try {
        return await callback(watched(context as object));
      } finally {
        if (isWriting) watch.isLocked = false;
      }
    });
    if (isWriting) watch.lockTimes.push(performance.now() - since);
    return result;
  };
  return { db: watched(db), watch };
}
