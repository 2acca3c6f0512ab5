import { assertOptions } from '../errors.js';
import { type KeyInfo, revealSecrets, type Vault } from '../keys/vault.js';
import { slices } from './give-way.js';
import { keyPrefix } from './key-use.js';
import { type Run, walk } from './reencrypt-walk.js';
import type { SealedRowOf } from './row-types.js';
import type { ReencryptOptions, ReencryptResult, StoredRows } from './stored-rows.js';
import type { Table } from './table.js';

const PAGE_LENGTH_LIMIT = 10_000;
/** How often a row that somebody else changes meanwhile is tried. */
const WALKS = 5;
/** What a timer takes. */
const PAUSE_LIMIT = 2 ** 31 - 1;

/**
 * Seals all rows of a table under the primary data key, page by page: what `rotateDataKey` and
 * `rekeyVault` leave to be done before an old key can go.
 *
 * It may be stopped or killed at any time and run again, on several devices at once: rows that
 * are under the primary key are passed over unopened, and none is replaced that was edited
 * meanwhile. Stamps stay, so rows merge as before. A row that does not open stops no other.
 *
 * The vault is a snapshot: rows go to *its* primary key. When the keys change elsewhere
 * meanwhile, rows under the newer key are `failed` with `UNKNOWN_KEY`, untouched; run again with
 * what `refreshVault` returns.
 *
 * A row that a device with an older vault stores later is under an old key again: count with
 * {@link countKeyUse} what is left, and end it with `dropRetiredKeys`. Through the PowerSync
 * mirror, call the mirror's own `reencryptAll`.
 *
 * @throws `LOCKED`, `NO_SECURE_RANDOM`; `TypeError` for rows that `readRows` gives without an id
 * or twice; the signal's reason; what the app's own functions throw. What was stored stays.
 *
 * @example
 * ```ts
 * import {
 *   byPassword, createVault, defineTable, encrypted, encryptRow, memoryStore, reencryptAll, rotateDataKey,
 * } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault } = await createVault(store, byPassword('correct horse battery staple'));
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const server = new Map(
 *   ['n1', 'n2'].map((id) => [id, encryptRow(vault, notes, { id, body: 'hello' })]),
 * );
 *
 * const next = await rotateDataKey(store, vault);
 * const { moved } = await reencryptAll(next, notes, {
 *   // SELECT … WHERE id > $after AND left(payload, 44) <> $primaryPrefix ORDER BY id LIMIT $limit
 *   readRows: async (after, limit, primaryPrefix) =>
 *     [...server.values()]
 *       .filter(({ id, payload }) => id > (after ?? '') && !payload.startsWith(primaryPrefix))
 *       .slice(0, limit),
 *   // UPDATE … SET payload = $next WHERE id = $id AND payload = $expected
 *   replaceRow: async (row, expected) => {
 *     if (server.get(row.id)?.payload !== expected.payload) return false;
 *     server.set(row.id, row);
 *     return true;
 *   },
 * });
 * console.assert(moved === 2);
 * ```
 */
export async function reencryptAll<T extends Table>(
  vault: Vault,
  table: T,
  rows: StoredRows<SealedRowOf<T>>,
  options: ReencryptOptions = {},
): Promise<ReencryptResult> {
  const run = beginRun(vault, table, rows, options);
  let { failed, busy } = await walk(run, options.onProgress);
  for (let walks = 1; busy.length > 0 && walks < WALKS; walks++) {
    ({ failed, busy } = await walk(run));
  }
  return Object.freeze({
    moved: run.moved,
    failed: Object.freeze(failed),
    busy: Object.freeze(busy),
  });
}

function beginRun<T extends Table>(
  vault: Vault,
  table: T,
  rows: StoredRows<SealedRowOf<T>>,
  options: ReencryptOptions,
): Run<T> {
  const known = ['acceptRetired', 'onProgress', 'pageLength', 'pauseMs', 'signal'];
  assertOptions(options, known, 'reencryptAll');
  assertWithin('pageLength', options.pageLength ?? 1, 1, PAGE_LENGTH_LIMIT);
  assertWithin('pauseMs', options.pauseMs ?? 0, 0, PAUSE_LIMIT);
  revealSecrets(vault);
  if (typeof rows?.readRows !== 'function' || typeof rows.replaceRow !== 'function') {
    throw new TypeError('reencryptAll takes rows with the functions readRows and replaceRow.');
  }
  const primaryPrefix = keyPrefix((vault.keys[0] as KeyInfo).id);
  return { vault, table, rows, options, primaryPrefix, othersTurn: slices(), moved: 0 };
}

function assertWithin(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`reencryptAll takes ${name} as a whole number from ${least} to ${most}.`);
}
