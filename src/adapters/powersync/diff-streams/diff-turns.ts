/** One turn of handing diffs to the app: take what was recorded, decrypt it, hand it over. */
import { RowsealError } from '../../../errors.js';
import { revealSecrets, type Vault } from '../../../keys/vault.js';
import { mapInSlices } from '../../../rows/give-way.js';
import type { Table } from '../../../rows/table.js';
import { type DecryptedChange, type OpenedChange, openChange } from './diff-change.js';
import { createPendingChanges, type PendingChanges } from './diff-pending.js';
import type { SealedChange } from './diff-records.js';
import type { DiffSource } from './diff-source.js';

/** What {@link trackDecryptedDiff} hands to its handler. */
export interface DecryptedDiff<T extends Table = Table> {
  /**
   * Whether `changes` are all rows that there are: forget what you have, and begin with these.
   *
   * So it is at the start, and after the database was cleared.
   */
  readonly whole: boolean;
  /** One for each row, in the order in which rows were touched first. */
  readonly changes: readonly DecryptedChange<T>[];
}

export interface TurnOptions {
  readonly source: DiffSource;
  readonly table: Table;
  readonly vault: () => Vault | null;
  readonly acceptRetired: boolean;
  readonly onChange: (diff: DecryptedDiff) => unknown;
}

export interface DiffTurns {
  /** The next turn looks at the database. */
  ask(): void;
  /**
   * Runs a turn. What it throws is the handler's, the database's or that of `vault`, and the next
   * turn hands over all that this one did not.
   */
  run(): Promise<void>;
  /** Whether something can't be told before there is a vault, or another one. */
  needsVault(): boolean;
  /** The turn that runs hands over nothing if it has not done so yet. */
  stop(): void;
}

export function createDiffTurns(options: TurnOptions): DiffTurns {
  const { source, onChange } = options;
  const pending = createPendingChanges();
  let isAsked = true;
  let isLocked = false;
  let isStopped = false;
  /** With which all was opened that was told; `null` while something is to be told. */
  let opener: Vault | null = null;

  async function handOver(vault: Vault | null): Promise<void> {
    // While locked too: the database would keep each change, and here only the last of a row counts.
    pending.add(await source.take());
    if (vault !== opener) pending.release();
    const opened = vault && (await openAll(options, vault, pending));
    isLocked = opened === null;
    if (opened === null) opener = null;
    if (opened === null || isStopped) return;
    const changes = opened.flatMap(({ told }) => told ?? []);
    const whole = pending.isWhole();
    if (whole || changes.length > 0) await onChange({ whole, changes });
    pending.settle(opened);
    opener = vault;
  }

  return {
    ask() {
      isAsked = true;
    },
    async run() {
      const vault = openOne(options.vault());
      isLocked = vault === null;
      if (!isAsked && vault === opener) return;
      isAsked = false;
      try {
        await handOver(vault);
      } catch (error) {
        isAsked = true;
        throw error;
      }
    },
    needsVault: () => isLocked || pending.waits(),
    stop() {
      isStopped = true;
    },
  };
}

/** `null` for a locked one. Throws a `TypeError` for what is none. */
function openOne(vault: Vault | null): Vault | null {
  if (vault === null) return null;
  try {
    revealSecrets(vault);
    return vault;
  } catch (error) {
    return nullIfLocked(error);
  }
}

/** `null` if the vault is locked meanwhile. */
async function openAll(
  { table, acceptRetired }: TurnOptions,
  vault: Vault,
  pending: PendingChanges,
): Promise<readonly OpenedChange[] | null> {
  const accepted = { before: true, after: acceptRetired };
  const open = (change: SealedChange) => openChange(vault, table, change, accepted);
  try {
    return await mapInSlices(pending.all(), open);
  } catch (error) {
    return nullIfLocked(error);
  }
}

/** Throws anything else again. */
function nullIfLocked(error: unknown): null {
  if (error instanceof RowsealError && error.code === 'LOCKED') return null;
  throw error;
}
