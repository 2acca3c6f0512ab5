/**
 * Whether a user has the recovery key on paper: one of its groups, typed back.
 */
import { randomBytes } from '../crypto/random.js';
import { equalSecrets, useOnce } from '../crypto/secrets.js';
import { formatRecoveryKey, parseRecoveryKey, recoverySymbols } from '../keys/recovery-key.js';

const GROUPS = 8;
const GROUP_LENGTH = 4;

/**
 * Draws which of the eight groups of a recovery key to ask for: 1 to 8, by the platform's random
 * generator.
 *
 * Ask once the user says that the kit is printed or written down, with the key no longer on the
 * screen; draw again after a wrong answer.
 *
 * Security: the number is public, the key is not.
 *
 * @returns the group's number, counted from 1, as the kit prints it
 *
 * @throws `RECOVERY_KEY_TYPO`, `UNSUPPORTED_VERSION` for what is no recovery key;
 * `NO_SECURE_RANDOM`.
 *
 * @example
 * ```ts
 * import { generateRecoveryKey } from 'rowseal';
 * import { confirmsGroup, kitQuestion } from 'rowseal/kit';
 *
 * const recoveryKey = generateRecoveryKey();
 * const group = kitQuestion(recoveryKey);
 * const typed = recoveryKey.split('-')[group - 1] ?? ''; // by the user, from paper
 * console.assert(confirmsGroup(recoveryKey, group, typed.toLowerCase()));
 * ```
 */
export function kitQuestion(recoveryKey: string): number {
  groupsOf(recoveryKey);
  return ((randomBytes(1)[0] as number) % GROUPS) + 1;
}

/**
 * Whether somebody typed one group of a recovery key right: case, spaces, hyphens and O/0, I/L/1
 * don't matter.
 *
 * @param group number of the group, 1 to 8
 * @param typed what the user typed; anything but the four characters of this group is `false`
 *
 * @throws `RECOVERY_KEY_TYPO`, `UNSUPPORTED_VERSION` for what is no recovery key; `RangeError` for
 * a group that does not exist.
 *
 * @example
 * ```ts
 * import { generateRecoveryKey } from 'rowseal';
 * import { confirmsGroup } from 'rowseal/kit';
 *
 * const recoveryKey = generateRecoveryKey();
 * console.assert(confirmsGroup(recoveryKey, 3, recoveryKey.slice(10, 14)));
 * console.assert(!confirmsGroup(recoveryKey, 3, ''));
 * ```
 */
export function confirmsGroup(recoveryKey: string, group: number, typed: string): boolean {
  const expected = groupsOf(recoveryKey)[group - 1];
  if (expected === undefined) throw new RangeError(`A recovery key has groups 1 to ${GROUPS}.`);
  // Modulo 256 a character that is in no key is 255, which equals none of the 32 that are.
  return equalSecrets(Uint8Array.from(recoverySymbols(typed)), expected);
}

/** The symbols of each group. */
function groupsOf(recoveryKey: string): Uint8Array[] {
  const symbols = recoverySymbols(useOnce(parseRecoveryKey(recoveryKey), formatRecoveryKey));
  return Array.from({ length: GROUPS }, (_, group) =>
    Uint8Array.from(symbols.slice(group * GROUP_LENGTH, (group + 1) * GROUP_LENGTH)),
  );
}
