/**
 * What to do about a vault's health, in order, and how to say it to somebody who knows nothing of
 * keys: one row for each piece of advice.
 */
import type { HealthFacts, RowHealth } from './health-facts.js';

/** Which advice it is; stable, for an app that has texts of its own. */
export type AdviceCode =
  | 'forgotten-password-loses-data'
  | 'no-recovery-key-but-devices'
  | 'no-recovery-key-but-newer-way'
  | 'rows-not-encrypted'
  | 'rows-under-revoked-keys'
  | 'rows-under-recalled-keys'
  | 'rows-under-unknown-keys'
  | 'recovery-key-never-proved'
  | 'password-costs-low'
  | 'few-keys-left'
  | 'no-password'
  | 'recovery-key-proved-long-ago'
  | 'compare-fingerprints'
  | 'rows-under-rotated-keys'
  | 'key-use-unknown'
  | 'retired-keys-unused'
  | 'all-good';

/** How soon to act on it: data is lost at the next mishap, this week, when there is time, never. */
export type AdviceSeverity = 'urgent' | 'soon' | 'hint' | 'good';

/** The function of rowseal that does something about it. */
export type AdviceAction =
  | 'changePassword'
  | 'countKeyUse'
  | 'decryptRow'
  | 'dropRetiredKeys'
  | 'fingerprintOf'
  | 'proveRecoveryKey'
  | 'reencryptAll'
  | 'refreshVault'
  | 'replaceRecoveryKey'
  | 'tryDecryptRow';

/** One thing to tell the user. */
export interface HealthAdvice {
  /** Which advice it is. */
  readonly code: AdviceCode;
  /** How soon to act on it. */
  readonly severity: AdviceSeverity;
  /** In plain English, for a settings screen. */
  readonly sentence: string;
  /** For the developer: what the app calls when the user agrees; `null` when nothing is to be done. */
  readonly action: AdviceAction | null;
}

interface AdviceRow {
  readonly severity: AdviceSeverity;
  readonly action: AdviceAction | null;
  applies(facts: HealthFacts): boolean;
  readonly sentence: string | ((entries: string, isOne: boolean) => string);
  /** What a sentence counts. */
  readonly counts?: keyof RowHealth;
}

/** A rekey takes two, and nobody should meet the end in an emergency. */
const FEW_KEYS = 16;

/** Those of one severity in the order in which they are shown. */
const ROWS: Readonly<Record<Exclude<AdviceCode, 'all-good'>, AdviceRow>> = {
  'forgotten-password-loses-data': {
    severity: 'urgent',
    action: 'replaceRecoveryKey',
    applies: ({ ifPasswordForgotten }) => ifPasswordForgotten === 'data-lost',
    sentence:
      'If you forget your password, your data is lost for good: nobody can reset it. Make a recovery key now, and keep it on paper.',
  },
  'no-recovery-key-but-devices': {
    severity: 'soon',
    action: 'replaceRecoveryKey',
    applies: ({ waysIn }) => hasNo(waysIn['recovery-key']) && !hasNo(waysIn.secret),
    sentence:
      'You have no recovery key. Devices and passkeys get lost, and passwords forgotten; with the last of them your data is lost for good. Make a recovery key, and keep it on paper.',
  },
  'no-recovery-key-but-newer-way': {
    severity: 'soon',
    action: 'replaceRecoveryKey',
    applies: ({ waysIn }) =>
      hasNo(waysIn['recovery-key']) && hasNo(waysIn.secret) && !hasNo(waysIn.unknown),
    sentence:
      'You have no recovery key that this version of the app knows. Update the app; if it shows none either, make one, and keep it on paper.',
  },
  'rows-not-encrypted': {
    severity: 'soon',
    action: 'tryDecryptRow',
    applies: ({ rows }) => isSome(rows?.notEncrypted),
    counts: 'notEncrypted',
    sentence: (entries, isOne) =>
      `${entries} on the server ${isOne ? 'is' : 'are'} not encrypted, or damaged, or made by a newer version of the app. Update the app on all of your devices.`,
  },
  'rows-under-revoked-keys': {
    severity: 'soon',
    action: 'reencryptAll',
    applies: ({ rows }) => isSome(rows?.underRevoked),
    counts: 'underRevoked',
    sentence: (entries, isOne) =>
      `${entries} ${isOne ? 'is' : 'are'} still locked with a key that somebody else may have. Let the app move ${isOne ? 'it' : 'them'} to the new key.`,
  },
  'rows-under-recalled-keys': {
    severity: 'soon',
    action: 'decryptRow',
    applies: ({ rows }) => isSome(rows?.underRecalled),
    counts: 'underRecalled',
    sentence: (entries) =>
      `${entries} came with a key that you had given up: from a device that was away for long, or from somebody who should not have that key. Look before you keep anything.`,
  },
  'rows-under-unknown-keys': {
    severity: 'soon',
    action: 'refreshVault',
    applies: ({ rows }) => isSome(rows?.underUnknown),
    counts: 'underUnknown',
    sentence: (entries, isOne) =>
      `${entries} ${isOne ? 'is' : 'are'} locked with a key that this device has not got. Go online, here and on your other devices, so that it arrives.`,
  },
  'recovery-key-never-proved': {
    severity: 'soon',
    action: 'proveRecoveryKey',
    applies: ({ recoveryKeyProved }) => recoveryKeyProved === 'never',
    sentence:
      'Nobody has checked yet that what you wrote down as your recovery key is right. Type it in once.',
  },
  'password-costs-low': {
    severity: 'soon',
    action: 'changePassword',
    applies: ({ passwordCosts }) => passwordCosts?.isBelowPolicy === true,
    sentence:
      'Your password is protected in an older way, which makes it easier to guess. Set it again; it may stay the same.',
  },
  'few-keys-left': {
    severity: 'soon',
    action: 'dropRetiredKeys',
    applies: ({ keys }) => keys.room < FEW_KEYS,
    sentence:
      'Your keys were changed so often that soon they can’t be changed again. Let the app throw away those that nothing needs.',
  },
  'no-password': {
    severity: 'hint',
    action: 'changePassword',
    applies: ({ waysIn }) => hasNo(waysIn.password) && !hasNo(waysIn['recovery-key']),
    sentence:
      'You have no password, so if your devices are lost, only the recovery key opens your data. Keep it in two places, or set a password as well.',
  },
  'recovery-key-proved-long-ago': {
    severity: 'hint',
    action: 'proveRecoveryKey',
    applies: ({ recoveryKeyProved }) => recoveryKeyProved === 'long-ago',
    sentence:
      'It was not checked within the last year that you still have your recovery key. Take it out, and type it in once.',
  },
  'compare-fingerprints': {
    severity: 'hint',
    action: 'fingerprintOf',
    applies: ({ freshness }) => freshness === 'first-use',
    sentence:
      'This device has opened your data for the first time. If you have another one that opens it, compare the codes that both show.',
  },
  'rows-under-rotated-keys': {
    severity: 'hint',
    action: 'reencryptAll',
    applies: ({ rows }) => isSome(rows?.underRotated),
    counts: 'underRotated',
    sentence: (entries, isOne) =>
      `${entries} ${isOne ? 'is' : 'are'} still locked with an earlier key. ${isOne ? 'It is' : 'They are'} safe; the app can move ${isOne ? 'it' : 'them'} to the new key when there is time.`,
  },
  'key-use-unknown': {
    severity: 'hint',
    action: 'countKeyUse',
    applies: ({ keys, rows }) => retired(keys) + keys.recalled > 0 && rows === null,
    sentence:
      'You have earlier keys, and it was not counted what is still locked with them. Let the app count.',
  },
  'retired-keys-unused': {
    severity: 'hint',
    action: 'dropRetiredKeys',
    applies: ({ keys, rows }) =>
      retired(keys) > 0 && rows !== null && rows.underRotated + rows.underRevoked === 0,
    sentence: 'Nothing is locked with your earlier keys any more. Let the app throw them away.',
  },
};

const ALL_GOOD: HealthAdvice = {
  code: 'all-good',
  severity: 'good',
  sentence: 'All is well: if you forget your password, your recovery key opens your data.',
  action: null,
};

const SEVERITIES: readonly AdviceSeverity[] = ['urgent', 'soon', 'hint'];

/** All advice that applies, the most urgent first. */
export function adviceFor(facts: HealthFacts): readonly HealthAdvice[] {
  const all = Object.entries(ROWS)
    .filter(([, row]) => row.applies(facts))
    .map(([code, row]) => adviceOf(code as AdviceCode, row, facts));
  const inOrder = SEVERITIES.flatMap((each) => all.filter(({ severity }) => severity === each));
  return Object.freeze(inOrder.length > 0 ? inOrder : [Object.freeze({ ...ALL_GOOD })]);
}

function adviceOf(code: AdviceCode, row: AdviceRow, { rows }: HealthFacts): HealthAdvice {
  const { severity, action, sentence, counts } = row;
  const count = (counts && rows?.[counts]) ?? 0;
  const entries = count === 1 ? 'One entry' : `${count} entries`;
  const text = typeof sentence === 'string' ? sentence : sentence(entries, count === 1);
  return Object.freeze({ code, severity, sentence: text, action });
}

function retired({ rotated, revoked }: HealthFacts['keys']): number {
  return rotated + revoked;
}

function hasNo(slotIds: readonly string[]): boolean {
  return slotIds.length === 0;
}

function isSome(count: number | undefined): boolean {
  return count !== undefined && count > 0;
}
