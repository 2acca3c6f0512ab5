/** A PowerSync database on which one statement of a mirror's fails, or is its last. */
import type { CommonPowerSyncDatabase } from '@powersync/common';

/**
 * - `fails`: the statement is not run and throws, once;
 * - `dies`: so does everything after it, as if the process had ended there.
 */
export type FaultKind = 'fails' | 'dies';

export class StatementFault extends Error {
  override readonly name = 'StatementFault';
}

export interface FaultyDatabase {
  /** What a mirror is given. */
  readonly db: CommonPowerSyncDatabase;
  /** Begins to count, and lets the step of this number be the fault; 0 for none. */
  arm(step: number, kind: FaultKind): void;
  /** Ends it; returns for each step whether it was taken to write. */
  disarm(): readonly boolean[];
  readonly isDead: boolean;
}

type Method = (...args: readonly unknown[]) => unknown;

const STATEMENTS = new Set([
  'execute',
  'executeRaw',
  'executeBatch',
  'get',
  'getAll',
  'getOptional',
]);
const LOCKS = new Set(['readLock', 'writeLock', 'readTransaction', 'writeTransaction']);

/**
 * Steps are the statements, the ends of transactions before they come true, and the moments after:
 * there the work is done, and nobody hears of it.
 *
 * A mirror on it is woken by no commit, so that the order of its steps is always the same.
 */
export function faultyDatabase(db: CommonPowerSyncDatabase): FaultyDatabase {
  let steps: boolean[] = [];
  let isWriting = false;
  let fault: { step: number; kind: FaultKind } | null = null;
  let isDead = false;
  const step = () => {
    const number = steps.push(isWriting);
    isDead ||= fault?.step === number && fault.kind === 'dies';
    if (isDead || fault?.step === number) throw new StatementFault(`At step ${number}.`);
  };
  const counted = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_, name: string) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        const method = (value as Method).bind(target);
        if (LOCKS.has(name)) return locked(method, name);
        return STATEMENTS.has(name) ? statement(method) : method;
      },
    });
  const statement =
    (method: Method) =>
    async (...args: readonly unknown[]) => {
      step();
      return method(...args);
    };
  const locked = (method: Method, name: string) => async (callback: Method) => {
    isWriting = name.startsWith('write');
    try {
      step();
      const result = await method(async (context: unknown) => {
        const given = await callback(counted(context as object));
        if (name === 'writeTransaction') step();
        return given;
      });
      if (isWriting) step();
      return result;
    } finally {
      isWriting = false;
    }
  };
  const proxy = new Proxy(counted(db), {
    get(target, name: string) {
      if (name === 'onChange') return () => () => {};
      if (name === 'waitForFirstSync') return () => new Promise(() => {});
      return Reflect.get(target, name);
    },
  });
  return {
    db: proxy,
    arm(at, kind) {
      steps = [];
      fault = { step: at, kind };
    },
    disarm() {
      fault = null;
      return steps;
    },
    get isDead() {
      return isDead;
    },
  };
}
