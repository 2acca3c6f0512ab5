/** What a vault's public data says of its health. */
import { encodeBase64url } from '../bytes/base64url.js';
import { KDF_POLICY, type KdfParameters } from '../crypto/kdf.js';
import type { SlotType } from '../keys/key-slot.js';
import { KEY_COUNT_LIMIT, type KeyStatus } from '../keys/keyset.js';
import { recoveryProofOf } from '../keys/recovery-proof.js';
import { assertVault, type Vault } from '../keys/vault.js';
import type { KeyUse } from '../rows/key-use.js';

/**
 * What would be left of the ways in.
 *
 * `recovery-key`: the recovery key opens the vault. `passkey-or-device`: only secrets do, which get
 * lost with devices. `newer-way`: only what a later version of rowseal made, if that. `data-lost`:
 * nothing does. `no-password`: there is none that could be forgotten.
 */
export type IfPasswordForgotten =
  | 'recovery-key'
  | 'passkey-or-device'
  | 'newer-way'
  | 'data-lost'
  | 'no-password';

/** What the password slot costs somebody who guesses. */
export interface PasswordCosts extends KdfParameters {
  /** Whether this version would choose more: `changePassword` does, also to the same password. */
  readonly isBelowPolicy: boolean;
}

/** The data keys of a vault, counted. */
export interface KeyHealth {
  /** Id of the key that seals new rows: 32 bytes as base64url text. */
  readonly primary: string;
  /** Number of earlier keys that were replaced. */
  readonly rotated: number;
  /** Number of earlier keys that somebody may know. */
  readonly revoked: number;
  /** Number of dropped keys that `recallKeys` brought back. */
  readonly recalled: number;
  /** How many keys the vault has room for; `rotateDataKey` takes one, `rekeyVault` two. */
  readonly room: number;
}

/** Stored payloads, by what the vault says of the key that each is under. */
export interface RowHealth {
  /** Number under the primary key: nothing to do. */
  readonly underPrimary: number;
  /** Number under keys that were replaced. */
  readonly underRotated: number;
  /** Number under keys that somebody may know. */
  readonly underRevoked: number;
  /** Number under dropped keys that `recallKeys` brought back. */
  readonly underRecalled: number;
  /** Number under keys that this vault does not hold. */
  readonly underUnknown: number;
  /** Number that begin as no payload of this version does. */
  readonly notEncrypted: number;
}

/** How a vault is, as data, all of it public. */
export interface HealthFacts {
  /** Slot ids by kind, 8 bytes each as base64url text; `unknown` are those of a later version. */
  readonly waysIn: Readonly<Record<SlotType | 'unknown', readonly string[]>>;
  /** Whether a forgotten password means lost data, as the vault is now. */
  readonly ifPasswordForgotten: IfPasswordForgotten;
  /** `null` without a password. */
  readonly passwordCosts: PasswordCosts | null;
  /**
   * When the user was last seen to have the recovery key: within 365 days, before (or, by a wrong
   * clock, in the future), or never.
   */
  readonly recoveryKeyProved: 'lately' | 'long-ago' | 'never' | 'no-recovery-key';
  /** Milliseconds since 1970; `null` when it was never proved. */
  readonly recoveryKeyProvedAt: number | null;
  /** The data keys, counted. */
  readonly keys: KeyHealth;
  /** Stored payloads, counted; `null` without `keyUse`. */
  readonly rows: RowHealth | null;
  /** As in the vault: `first-use` when the server alone says that this is the newest header. */
  readonly freshness: Vault['freshness'];
}

const DAY = 24 * 60 * 60 * 1000;
/** Once a year: papers are lost when people move, and nobody types a key in every month. */
const PROOF_LASTS = 365 * DAY;
/** Clocks of honest devices differ by less. */
const CLOCK_TOLERANCE = DAY;

/** Reads public data alone, so that a locked vault has its health too. */
export function healthFacts(
  vault: Vault,
  keyUse: readonly KeyUse[] | null,
  now: number,
): HealthFacts {
  const { header } = assertVault(vault);
  const waysIn = waysInto(vault);
  const recoveryKeyProvedAt = recoveryProofOf(header)?.provedAt ?? null;
  const hasRecoveryKey = waysIn['recovery-key'].length > 0;
  return {
    waysIn,
    ifPasswordForgotten: ifPasswordForgotten(waysIn),
    passwordCosts: passwordCosts(vault),
    recoveryKeyProved: hasRecoveryKey ? proved(recoveryKeyProvedAt, now) : 'no-recovery-key',
    recoveryKeyProvedAt,
    keys: keyHealth(vault),
    rows: keyUse && rowHealth(vault, keyUse),
    freshness: vault.freshness,
  };
}

function waysInto({ slots }: Vault): HealthFacts['waysIn'] {
  const idsOf = (type: SlotType | 'unknown') =>
    Object.freeze(slots.filter((slot) => slot.type === type).map(({ id }) => id));
  return Object.freeze({
    password: idsOf('password'),
    'recovery-key': idsOf('recovery-key'),
    secret: idsOf('secret'),
    unknown: idsOf('unknown'),
  });
}

function ifPasswordForgotten(waysIn: HealthFacts['waysIn']): IfPasswordForgotten {
  if (waysIn.password.length === 0) return 'no-password';
  if (waysIn['recovery-key'].length > 0) return 'recovery-key';
  if (waysIn.secret.length > 0) return 'passkey-or-device';
  return waysIn.unknown.length > 0 ? 'newer-way' : 'data-lost';
}

/** A header has at most one password slot. */
function passwordCosts(vault: Vault): PasswordCosts | null {
  const { slots } = assertVault(vault).header;
  const costs = slots.find(({ content }) => content?.type === 'password')?.content?.costs;
  if (!costs) return null;
  const isBelowPolicy =
    costs.memoryKiB < KDF_POLICY.memoryKiB ||
    costs.memoryKiB * costs.passes < KDF_POLICY.memoryKiB * KDF_POLICY.passes;
  return Object.freeze({ ...costs, isBelowPolicy });
}

function proved(at: number | null, now: number): 'lately' | 'long-ago' | 'never' {
  if (at === null) return 'never';
  return at <= now + CLOCK_TOLERANCE && now - at <= PROOF_LASTS ? 'lately' : 'long-ago';
}

function keyHealth(vault: Vault): KeyHealth {
  const { dataKeys, earlierVaultKeys } = assertVault(vault);
  const count = (status: KeyStatus) => dataKeys.filter((key) => key.status === status).length;
  const recalled = count('recalled');
  const inHeader = dataKeys.length - recalled + earlierVaultKeys.length;
  return Object.freeze({
    primary: encodeBase64url((dataKeys[0] as { id: Uint8Array }).id),
    rotated: count('rotated'),
    revoked: count('revoked'),
    recalled,
    room: KEY_COUNT_LIMIT - inHeader,
  });
}

function rowHealth({ keys }: Vault, keyUse: readonly KeyUse[]): RowHealth {
  const under = (of: KeyStatus | 'unknown') =>
    sum(keyUse, ({ keyId }) => keyId !== null && statusOf(keys, keyId) === of);
  return Object.freeze({
    underPrimary: under('primary'),
    underRotated: under('rotated'),
    underRevoked: under('revoked'),
    underRecalled: under('recalled'),
    underUnknown: under('unknown'),
    notEncrypted: sum(keyUse, ({ keyId }) => keyId === null),
  });
}

function statusOf(keys: Vault['keys'], keyId: string): KeyStatus | 'unknown' {
  return keys.find(({ id }) => id === keyId)?.status ?? 'unknown';
}

function sum(keyUse: readonly KeyUse[], of: (use: KeyUse) => boolean): number {
  return keyUse.filter(of).reduce((total, { payloads }) => total + payloads, 0);
}
