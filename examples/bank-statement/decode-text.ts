/** From the bytes of a text file to its text, in whichever encoding spreadsheets write. */
import { UserMistake } from './user-mistake.js';

export type Encoding = 'UTF-8' | 'UTF-16' | 'Windows-1252';

export interface DecodedText {
  readonly text: string;
  readonly encoding: Encoding;
}

/** A byte order mark is dropped. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const decoded = decodeMarked(bytes) ?? decodeUnmarked(bytes);
  if (decoded.text.includes('\0')) {
    throw new UserMistake('The file holds NUL characters; save it as CSV in UTF-8 and try again.');
  }
  return decoded;
}

/** By a byte order mark of UTF-16, if there is one. */
function decodeMarked(bytes: Uint8Array): DecodedText | null {
  const mark = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  if (mark !== 0xfffe && mark !== 0xfeff) return null;
  const text = decodeStrictly(bytes, mark === 0xfffe ? 'utf-16le' : 'utf-16be');
  if (text !== null) return { text, encoding: 'UTF-16' };
  throw new UserMistake(
    'The file begins as UTF-16 and is damaged; save it as CSV in UTF-8 and try again.',
  );
}

/** Old programs write Windows-1252, in which every byte is a character. */
function decodeUnmarked(bytes: Uint8Array): DecodedText {
  const text = decodeStrictly(bytes, 'utf-8');
  if (text !== null) return { text, encoding: 'UTF-8' };
  return { text: decodeWindows1252(bytes), encoding: 'Windows-1252' };
}

function decodeStrictly(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** What Windows-1252 has where Latin-1 has control characters; five bytes stay such. */
const FROM_0X80 =
  '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f' + // 0x80 to 0x8f
  '\x90‘’“”•–—˜™š›œ\x9džŸ'; // 0x90 to 0x9f

/** By hand, since some versions of Node decode it as Latin-1. */
function decodeWindows1252(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (control) => FROM_0X80[control.charCodeAt(0) - 0x80] ?? control);
}
