import { assertOptions } from '../errors.js';
import type { Vault } from '../keys/vault.js';
import type { KeyUse } from '../rows/key-use.js';
import { adviceFor, type HealthAdvice } from './health-advice.js';
import { type HealthFacts, healthFacts } from './health-facts.js';

/** Options of {@link vaultHealth}. */
export interface HealthOptions {
  /**
   * What `countKeyUse` counted, of all tables; nothing is said about rows without it.
   *
   * A key may be in it more than once, so that the counts of several tables can be put together.
   */
  readonly keyUse?: readonly KeyUse[];
  /** Milliseconds since 1970; the clock of this device unless told. */
  readonly now?: number;
}

/** How a vault is, as data and as sentences. */
export interface VaultHealth extends HealthFacts {
  /** What to do, the most urgent first; one piece of advice is there in any case, if only `all-good`. */
  readonly advice: readonly HealthAdvice[];
}

/**
 * How a vault is: what a forgotten password would mean, whether the recovery key is known to be
 * right, which rows are still under old keys, and what to do about each.
 *
 * For a settings screen: show the sentences of `advice` in their order; for texts of your own, go
 * by `code`. It needs no network and no key, so it works on a locked vault too, and asks nobody
 * whether the vault was changed elsewhere.
 *
 * Security: public. Neither slots nor counts say anything that the server does not know.
 *
 * @throws `TypeError` for what is no vault or no count.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, memoryStore, vaultHealth } from 'rowseal';
 *
 * const { vault } = await createVault(memoryStore(), byPassword('correct horse battery staple'));
 * const { ifPasswordForgotten, advice } = vaultHealth(vault);
 * console.assert(ifPasswordForgotten === 'recovery-key');
 * console.assert(advice[0]?.code === 'recovery-key-never-proved');
 * ```
 */
export function vaultHealth(vault: Vault, options: HealthOptions = {}): VaultHealth {
  assertOptions(options, ['keyUse', 'now'], 'vaultHealth');
  const { keyUse = null, now = Date.now() } = options;
  if (keyUse) assertKeyUse(keyUse);
  if (!Number.isFinite(now)) throw new TypeError('vaultHealth takes now in milliseconds.');
  const facts = healthFacts(vault, keyUse, now);
  return Object.freeze({ ...facts, advice: adviceFor(facts) });
}

function assertKeyUse(keyUse: readonly KeyUse[]): void {
  if (Array.isArray(keyUse) && keyUse.every(isKeyUse)) return;
  throw new TypeError(
    'vaultHealth takes keyUse as what countKeyUse returns: { keyId, payloads } for each key.',
  );
}

/** Databases return counts as text or bigint, which would be added up as something else. */
function isKeyUse(use: KeyUse | null | undefined): boolean {
  if (!use || (use.keyId !== null && typeof use.keyId !== 'string')) return false;
  return Number.isSafeInteger(use.payloads) && use.payloads >= 0;
}
