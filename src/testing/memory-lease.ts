/** Which of the mirrors on one engine works. */
import type { Lease, Standing } from '../sync/lease.js';
import type { MemoryDatabase } from './memory-database.js';

/** What a store is known by, from its first take-over on. */
export interface MemoryHold {
  /** `null` as long as it never worked. */
  readonly owner: number | null;
  readonly clears: number;
}

export function standingOf({ numbers }: MemoryDatabase, hold: MemoryHold | null): Standing {
  if (hold === null || clearsOf(numbers) !== hold.clears) return 'replaced';
  return numbers.get('owner') === hold.owner ? 'working' : 'standby';
}

export function clearsOf(numbers: MemoryDatabase['numbers']): number {
  return numbers.get('clears') ?? 0;
}

/** What the mirror is known by from now on: the one that works, if it may be. */
export function takenBy(
  database: MemoryDatabase,
  hold: MemoryHold | null,
  silentSince: number | null,
): MemoryHold {
  const { numbers, write } = database;
  const isFree = !numbers.get('owner');
  const isSilent = silentSince === null || silentSince === numbers.get('beat');
  const clears = clearsOf(numbers);
  const isOwn = standingOf(database, hold) === 'working';
  if (!isFree && !isSilent && !isOwn) return { owner: hold?.owner ?? null, clears };
  const owner = isOwn ? (hold?.owner as number) : database.next('mirror');
  write(numbers, 'owner', owner);
  database.next('beat');
  write(numbers, 'looks', 0);
  return { owner, clears };
}

export function leaseOf(database: MemoryDatabase, hold: MemoryHold | null, awaits: boolean): Lease {
  const { numbers, write } = database;
  const standing = standingOf(database, hold);
  if (awaits && standing === 'standby') write(numbers, 'looks', 1);
  return { standing, isFree: !numbers.get('owner'), beat: numbers.get('beat') as number };
}

export function beat(database: MemoryDatabase, hold: MemoryHold | null): Standing {
  const { numbers, write } = database;
  const standing = standingOf(database, hold);
  if (standing !== 'working' || !numbers.get('looks')) return standing;
  database.next('beat');
  write(numbers, 'looks', 0);
  return standing;
}

export function giveUp(database: MemoryDatabase, hold: MemoryHold | null): void {
  if (standingOf(database, hold) !== 'working') return;
  database.write(database.numbers, 'owner', 0);
}
