/**
 * A password as bytes: the same bytes for the same password, whatever the keyboard or system.
 *
 * The mapping is that of OpaqueString (RFC 8265, section 4.2): non-ASCII spaces become U+0020, then
 * NFC. No case folding, no trimming, no truncation. Control characters are refused; invisible and
 * unassigned ones, which OpaqueString forbids too, are kept: engines disagree about which they are.
 * The rule's number stands in every password slot, so that a later rule can't lock anybody out.
 */
import { isBytes } from '../bytes/is-bytes.js';
import { decodeUtf8, encodeUtf8, isWellFormed } from '../bytes/utf8.js';
import { RowsealError } from '../errors.js';

export const PASSWORD_RULE = 1;
/** Written out, so that no engine's Unicode version changes what a password is. */
const NON_ASCII_SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;
const PASSWORD_LENGTH_LIMIT = 1024;
/** NFC may shorten a text: up to three UTF-16 units (a letter, two marks) to two bytes. */
const UNPREPARED_LENGTH_LIMIT = 2 * PASSWORD_LENGTH_LIMIT;

/** Prepared bytes, at most 1024 of them. Throws `PASSWORD_REFUSED`. */
export function preparePassword(password: string | Uint8Array): Uint8Array {
  if (typeof password !== 'string' && !isBytes(password)) {
    throw new TypeError('A password is a string, or a Uint8Array of UTF-8.');
  }
  const text = typeof password === 'string' ? password : decodeUtf8(password);
  if (text === null || !isWellFormed(text)) refuse('is not well-formed Unicode');
  if (text.length > UNPREPARED_LENGTH_LIMIT) tooLong();
  const prepared = text.replace(NON_ASCII_SPACES, ' ').normalize('NFC');
  if (prepared === '') refuse('is empty');
  if (/\p{Cc}/u.test(prepared)) refuse('has a control character, such as a tab or line break');
  const bytes = encodeUtf8(prepared) as Uint8Array;
  if (bytes.length > PASSWORD_LENGTH_LIMIT) tooLong();
  return bytes;
}

function tooLong(): never {
  return refuse(`is longer than ${PASSWORD_LENGTH_LIMIT} bytes`);
}

function refuse(reason: string): never {
  throw new RowsealError('PASSWORD_REFUSED', `This password ${reason}. Ask for another one.`);
}
