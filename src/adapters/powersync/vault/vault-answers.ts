/** What the app's server says to a new vault header, and when a device has seen that it is so. */
import type { HeaderChange, HeaderVersion } from '../../../keys/vault-store.js';
import type { VaultRow } from './vault-rows.js';

/** A change that the server has answered. */
export interface AnsweredChange {
  readonly expected: HeaderVersion | null;
  /** What is stored since then; `null` when nothing is. */
  readonly stored: StoredVersion | null;
}

interface StoredVersion extends HeaderVersion {
  /** The header itself, where the server returned the whole row. */
  readonly header: unknown;
}

/**
 * Calls `save`, and once more with the same change when its answer was lost or is none: the server
 * compares and swaps, so that this changes nothing and tells what is stored.
 */
export async function answered(
  change: HeaderChange,
  save: (change: HeaderChange) => Promise<unknown>,
): Promise<AnsweredChange> {
  const send = async () => ({ expected: change.expected, stored: versionIn(await save(change)) });
  return send().catch(send);
}

/** @throws `TypeError` for what is no answer */
function versionIn(answer: unknown): StoredVersion | null {
  if (answer === null) return null;
  const { epoch, hash, header } = Object(answer) as Partial<Record<keyof StoredVersion, unknown>>;
  // A bigint of Postgres reaches some clients as text.
  const number = typeof epoch === 'string' ? Number(epoch) : epoch;
  if (Number.isSafeInteger(number) && typeof hash === 'string') {
    return { epoch: number as number, hash, header };
  }
  throw new TypeError(
    'Let `save` resolve with the row that rowseal_save_vault returns, { epoch, hash }, or null when it returns none.',
  );
}

/**
 * Whether a synced row is what the server answered, or later than that.
 *
 * A vault that replaces another one begins with epoch 1, so the epoch alone does not tell.
 */
export function hasArrived({ stored, expected }: AnsweredChange, row: VaultRow | null): boolean {
  if (stored === null || row === null) return stored === row;
  // A damaged header may stand beside the hash of the one that takes its place.
  if (row.hash === stored.hash) return stored.header === undefined || row.header === stored.header;
  return row.epoch >= stored.epoch && row.hash !== expected?.hash;
}
