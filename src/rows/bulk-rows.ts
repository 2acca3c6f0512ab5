import { assertOptions, RowsealError } from '../errors.js';
import { assertVault, type Vault } from '../keys/vault.js';
import { type DecryptResult, tryDecryptRow } from './decrypt-row.js';
import { encryptRow } from './encrypt-row.js';
import type { RowOf, SealedRowOf } from './row-types.js';
import type { OpenRowOptions } from './seal-row.js';
import type { Table } from './table.js';

/**
 * What became of one row in {@link encryptRows}: a `TypeError` is a mistake in that row, such as a
 * column that the table does not have, or a bound one that changed.
 */
export type EncryptResult<Sealed> =
  | { readonly ok: true; readonly sealed: Sealed }
  | { readonly ok: false; readonly error: RowsealError | TypeError };

/** Options of {@link encryptRows}. */
export interface EncryptRowsOptions<Sealed> extends OpenRowOptions {
  /** The sealed versions being edited, by row id; rows without one are new. */
  readonly previous?: ReadonlyMap<string, Sealed>;
}

/**
 * Seals many rows; the results stand in the order of the rows, and a row that can't be sealed
 * stops no other.
 *
 * @throws only `TypeError`, for mistakes in the call, and what an AEAD backend of the app's own throws.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, defineTable, encrypted, encryptRows, memoryStore } from 'rowseal';
 *
 * const { vault } = await createVault(memoryStore(), byPassword('correct horse battery staple'));
 * const notes = defineTable('notes', { stars: encrypted.integer() });
 * const results = encryptRows(vault, notes, [{ id: 'n1', stars: 5 }, { id: 'n2', stars: 0.5 }]);
 * console.assert(results[0]?.ok === true && results[1]?.ok === false);
 * ```
 */
export function encryptRows<T extends Table>(
  vault: Vault,
  table: T,
  rows: readonly RowOf<T>[],
  options: EncryptRowsOptions<SealedRowOf<T>> = {},
): EncryptResult<SealedRowOf<T>>[] {
  assertOptions(options, ['acceptRetired', 'previous'], 'encryptRows');
  assertVault(vault);
  const { previous, ...rest } = options;
  if (previous && typeof previous.get !== 'function') {
    throw new TypeError('encryptRows takes { previous } as a Map from row ids to sealed rows.');
  }
  return rows.map((row) =>
    attempt(() => encryptRow(vault, table, row, { ...rest, previous: previous?.get(row.id) })),
  );
}

/**
 * Opens many rows; the results stand in the order of the rows, and a row that does not open stops
 * no other.
 *
 * @throws only `TypeError`, for mistakes in the call.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, decryptRows, defineTable, encrypted, encryptRow, memoryStore } from 'rowseal';
 *
 * const { vault } = await createVault(memoryStore(), byPassword('correct horse battery staple'));
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const good = encryptRow(vault, notes, { id: 'n1', body: 'hello' });
 * const results = decryptRows(vault, notes, [good, { ...good, id: 'n2' }]);
 * console.assert(results[0]?.ok === true && results[1]?.ok === false);
 * ```
 */
export function decryptRows<T extends Table>(
  vault: Vault,
  table: T,
  rows: readonly SealedRowOf<T>[],
  options: OpenRowOptions = {},
): DecryptResult<RowOf<T>>[] {
  assertOptions(options, ['acceptRetired'], 'decryptRows');
  return rows.map((sealed) => tryDecryptRow(vault, table, sealed, options));
}

function attempt<Sealed>(seal: () => Sealed): EncryptResult<Sealed> {
  try {
    return { ok: true, sealed: seal() };
  } catch (error) {
    if (error instanceof RowsealError || error instanceof TypeError) return { ok: false, error };
    throw error;
  }
}
