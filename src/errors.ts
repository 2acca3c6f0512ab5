/**
 * What went wrong, as a stable code: floor 0, imported by everything, importing nothing.
 *
 * A refusal that a hostile server, a wrong secret or damaged data can cause is a
 * {@link RowsealError}. A caller's own mistake (a wrong type, an option that does not exist)
 * stays a `TypeError` or `RangeError`. Messages say what to do and never carry a row's value,
 * a password or a key.
 */
import type { RowsealErrorCode } from './errors/error-code.js';

/**
 * The error of every refusal; `code` is stable, `message` may change in any release.
 *
 * Check `code` rather than `instanceof`: two copies of a package in one app have two classes.
 *
 * Security: neither `message`, `cause` nor `stack` holds a secret or a row's value, so it may be
 * logged. `cause` is set only for `STORE_FAILED`, to the error that the app's own store or keeper
 * threw.
 *
 * @example
 * ```ts
 * import { RowsealError } from 'rowseal';
 *
 * const error = new RowsealError('LOCKED', 'Open the vault again.');
 * console.assert(error.code === 'LOCKED');
 * ```
 */
export class RowsealError extends Error {
  /** `'RowsealError'`, also for {@link UnknownKeyError}. */
  override readonly name: string = 'RowsealError';
  /** What happened; never renamed, never used for anything else. */
  readonly code: RowsealErrorCode;

  /** Makes an error, for tests of an app's own handling. */
  constructor(code: RowsealErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** What a log may hold of it: without `cause` and `stack`. */
  toJSON(): { name: string; code: RowsealErrorCode; message: string } {
    return { name: this.name, code: this.code, message: this.message };
  }
}

/**
 * A row names a data key that this vault does not hold: wait for a newer header, do not discard it.
 *
 * `keyId` is public (it stands in every envelope), so an app can count what waits for which key.
 *
 * @example
 * ```ts
 * import {
 *   byPassword, createVault, defineTable, encrypted, encryptRow, memoryStore, rotateDataKey,
 *   tryDecryptRow, UnknownKeyError,
 * } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault } = await createVault(store, byPassword('correct horse battery staple'));
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const next = await rotateDataKey(store, vault);
 * const sealed = encryptRow(next, notes, { id: 'n1', body: 'hello' });
 * const result = tryDecryptRow(vault, notes, sealed); // of before the rotation
 * if (result.ok || !(result.error instanceof UnknownKeyError)) throw new Error('it would open');
 * console.assert(result.error.keyId === next.keys[0]?.id);
 * ```
 */
export class UnknownKeyError extends RowsealError {
  /** Id of the missing key: 32 bytes as base64url text. */
  readonly keyId: string;

  /** Makes an error, for tests of an app's own handling. */
  constructor(keyId: string) {
    super(
      'UNKNOWN_KEY',
      'This vault does not hold the key of this row. Keep the row; open the vault again once a newer header has arrived.',
    );
    this.keyId = keyId;
  }
}

/** Refuses what a later version of rowseal made, such as 'This vault header'. */
export function refuseNewer(what: string): never {
  throw new RowsealError(
    'UNSUPPORTED_VERSION',
    `${what} was made by a newer version. Keep it and update the app; nothing is lost.`,
  );
}

/**
 * Throws a `TypeError` for option names that a function does not know, so that a misspelt or
 * imagined option is never silently ignored, and for what is no object at all.
 */
export function assertOptions(options: object, known: readonly string[], caller: string): void {
  const names = Object(options) === options ? Object.keys(options) : [options && typeof options];
  for (const name of names) {
    if (!known.includes(name)) {
      throw new TypeError(`${caller} takes { ${known.join(', ')} }, not '${name}'.`);
    }
  }
}
