/**
 * Names from outside that stand on a sheet which a user must be able to trust.
 */
import { isWellFormed } from '../bytes/utf8.js';

/**
 * Control characters, line and paragraph separators, and the marks that turn writing round: each
 * could make the sheet say what the app does not.
 */
const UNSEEN = /[\p{Cc}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/u;

/** @param limit in characters, as Unicode counts them */
export function assertName(name: string, option: string, limit: number): void {
  if (typeof name !== 'string' || name.trim() === '') {
    throw new TypeError(`A recovery kit needs a text for { ${option} }.`);
  }
  if (isUnseen(name)) {
    throw new TypeError(`{ ${option} } has a line break or another character that prints nothing.`);
  }
  if ([...name].length > limit) {
    throw new RangeError(`{ ${option} } of a recovery kit has at most ${limit} characters.`);
  }
}

/** Whether a text has a character that prints nothing but changes what is printed. */
export function isUnseen(text: string): boolean {
  return UNSEEN.test(text) || !isWellFormed(text);
}
