/** The changes that the app was not told of yet, and the rows that it was told don't open. */
import type { OpenedChange } from './diff-change.js';
import { addChange, type SealedChange } from './diff-records.js';
import type { Taken } from './diff-source.js';

interface Held {
  readonly change: SealedChange;
  readonly waits: boolean;
}

export interface PendingChanges {
  add(taken: Taken): void;
  /** Brings what waits for keys once more. */
  release(): void;
  /** Whether something waits for keys, and was told as far as it opens. */
  waits(): boolean;
  /** Whether what the app knows from before counts no more. */
  isWhole(): boolean;
  all(): readonly SealedChange[];
  /** Once the app was told of all of them. */
  settle(opened: readonly OpenedChange[]): void;
}

export function createPendingChanges(): PendingChanges {
  const pending = new Map<string, SealedChange>();
  const held = new Map<string, Held>();
  let whole = false;

  const add = (change: SealedChange) => {
    const known = pending.has(change.id) ? undefined : held.get(change.id)?.change;
    addChange(pending, known ? { ...known, after: change.after } : change);
  };
  return {
    add(taken) {
      if (taken.whole) {
        pending.clear();
        held.clear();
        whole = true;
      }
      taken.changes.forEach(add);
    },
    release() {
      for (const [id, { change, waits }] of held) {
        if (waits && !pending.has(id)) pending.set(id, change);
      }
    },
    waits: () => [...held.values()].some(({ waits }) => waits),
    isWhole: () => whole,
    all: () => [...pending.values()],
    settle(opened) {
      for (const id of pending.keys()) held.delete(id);
      for (const { held: change, waits } of opened) {
        if (change) held.set(change.id, { change, waits });
      }
      pending.clear();
      whole = false;
    },
  };
}
