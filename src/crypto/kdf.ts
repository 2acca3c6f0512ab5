/**
 * Argon2id (RFC 9106) for passwords: the policy for new slots, the bounds for old ones, and the
 * interface that an implementation meets.
 */
import { RowsealError } from '../errors.js';

/** Costs of one Argon2id run. */
export interface KdfParameters {
  /** Memory in KiB. */
  readonly memoryKiB: number;
  /** Passes over the memory. */
  readonly passes: number;
  /** Parallel lanes of the memory. */
  readonly lanes: number;
}

/** One run of Argon2id version 1.3 with a 32-byte tag. */
export interface KdfRequest extends KdfParameters {
  /** The prepared password, 1 to 1024 bytes of UTF-8. */
  readonly password: Uint8Array;
  /** 16 bytes. */
  readonly salt: Uint8Array;
  /** Called with the share that is done, 0 to 1; throws to abort the run. */
  readonly onProgress?: (share: number) => void;
}

/**
 * An implementation of Argon2id.
 *
 * All give identical bytes; an app picks one in code.
 *
 * Security: it must not keep or log the password, and should leave the event loop alive.
 *
 * @example
 * ```ts
 * import { argon2id } from 'hash-wasm';
 * import { byPassword, createVault, type KdfBackend, memoryStore, openVault } from 'rowseal';
 *
 * const wasmArgon2id: KdfBackend = {
 *   name: 'hash-wasm',
 *   argon2id: ({ password, salt, memoryKiB, passes, lanes }) =>
 *     argon2id({
 *       password, salt, memorySize: memoryKiB, iterations: passes, parallelism: lanes,
 *       hashLength: 32, outputType: 'binary',
 *     }),
 * };
 * const store = memoryStore();
 * await createVault(store, byPassword('correct horse battery staple', { kdf: wasmArgon2id }));
 * await openVault(store, byPassword('correct horse battery staple')); // by noble: the same key
 * ```
 */
export interface KdfBackend {
  /** For people and benchmarks. */
  readonly name: string;
  /** The 32-byte tag. */
  argon2id(request: KdfRequest): Promise<Uint8Array>;
}

/** What every new password slot uses, on every platform (OWASP's advice is 19 MiB and 2 passes). */
export const KDF_POLICY: KdfParameters = { memoryKiB: 64 * 1024, passes: 3, lanes: 1 };

/** Memory times passes: what the whole run may cost, in KiB·passes. */
const WORK_CEILING = 1024 * 1024;

/**
 * Refuses costs that a hostile server chose, before any is spent: too low would make guesses
 * cheap (threat C01), too high would freeze the app (C02). Throws `KDF_PARAMS_REFUSED`.
 */
export function assertKdfBounds({ memoryKiB, passes, lanes }: KdfParameters): void {
  const sane =
    isWithin(memoryKiB, 19 * 1024, 1024 * 1024) &&
    isWithin(passes, 2, 10) &&
    isWithin(lanes, 1, 4) &&
    memoryKiB * passes <= WORK_CEILING;
  if (!sane) refuseKdf();
}

function isWithin(value: number, floor: number, ceiling: number): boolean {
  return value >= floor && value <= ceiling;
}

export function refuseKdf(): never {
  throw new RowsealError(
    'KDF_PARAMS_REFUSED',
    'The vault header asks for password costs that this version never chooses. Update the app; if it is current, someone changed them: do not type the password again; compare fingerprints with another device.',
  );
}
