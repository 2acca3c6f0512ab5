/**
 * The recovery key: 128 random bits as text that survives paper, telephone and tired eyes.
 *
 * | characters | field |
 * | --- | --- |
 * | 1–26 | version 0 (2 bits) and 128 key bits, Crockford's base32, first bits first |
 * | 27–32 | checksum: the BCH code of Bech32m (BIP 350), without a human-readable part |
 *
 * Written in eight groups of four. The code catches every error in up to four characters, so
 * every single typo and every swap of neighbours.
 */
import { BASE32_ALPHABET } from '../bytes/base32.js';
import { randomBytes } from '../crypto/random.js';
import { RowsealError, refuseNewer } from '../errors.js';

const RECOVERY_SECRET_LENGTH = 16;
const DATA_CHARACTERS = 26;
const CHECKSUM_CHARACTERS = 6;
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;
const BECH32M_CONSTANT = 0x2bc830a3;

/**
 * Makes a recovery key without using it yet.
 *
 * For the few calls that would otherwise leave a vault openable by a key nobody has seen: show
 * this one, let the user confirm it, then pass it on.
 *
 * Security: it opens the vault for ever. Show it, print it; never send, log or store it.
 *
 * @throws `NO_SECURE_RANDOM`.
 *
 * @example
 * ```ts
 * import { generateRecoveryKey } from 'rowseal';
 *
 * const recoveryKey = generateRecoveryKey();
 * console.assert(/^([0-9A-Z]{4}-){7}[0-9A-Z]{4}$/.test(recoveryKey));
 * ```
 */
export function generateRecoveryKey(): string {
  return formatRecoveryKey(randomBytes(RECOVERY_SECRET_LENGTH));
}

/** Text of 16 key bytes. */
export function formatRecoveryKey(secret: Uint8Array): string {
  const data = symbolsOf(secret);
  const text = [...data, ...checksumOf(data)].map((symbol) => BASE32_ALPHABET[symbol]).join('');
  return (text.match(/.{4}/g) as string[]).join('-');
}

/**
 * The 16 key bytes of a recovery key as somebody typed it.
 *
 * Throws `RECOVERY_KEY_TYPO`, or `UNSUPPORTED_VERSION` for a key of a later version.
 */
export function parseRecoveryKey(text: string): Uint8Array {
  const symbols = recoverySymbols(text);
  const isComplete = symbols.length === DATA_CHARACTERS + CHECKSUM_CHARACTERS;
  if (!isComplete || symbols.includes(-1) || polymod(symbols) !== BECH32M_CONSTANT) typo();
  if ((symbols[0] as number) >= 8) refuseNewer('This recovery key');
  return secretOf(symbols.slice(0, DATA_CHARACTERS));
}

/**
 * What somebody typed of a recovery key, as a number below 32 for each character; -1 for what is in
 * no key. Lower case, spaces, hyphens, and O for 0, I or L for 1 are accepted.
 */
export function recoverySymbols(text: string): number[] {
  if (typeof text !== 'string') throw new TypeError('A recovery key is text.');
  const plain = text
    .replace(/[\s\u2010-\u2015-]/g, '')
    .toUpperCase()
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  return [...plain].map((character) => BASE32_ALPHABET.indexOf(character));
}

function typo(): never {
  throw new RowsealError(
    'RECOVERY_KEY_TYPO',
    'This recovery key has a typing error. Compare its eight groups of four with the printed key.',
  );
}

/** 2 zero bits and 128 bits, five at a time. */
function symbolsOf(secret: Uint8Array): number[] {
  const symbols: number[] = [];
  let bits = 2;
  let value = 0;
  for (const byte of secret) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      symbols.push((value >>> bits) & 31);
    }
    value &= 31;
  }
  return symbols;
}

function secretOf(symbols: readonly number[]): Uint8Array {
  const secret = new Uint8Array(RECOVERY_SECRET_LENGTH);
  let bits = -2;
  let value = 0;
  let at = 0;
  for (const symbol of symbols) {
    value = (value << 5) | symbol;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    secret[at++] = value >>> bits;
  }
  return secret;
}

function checksumOf(data: readonly number[]): number[] {
  const zeros = new Array<number>(CHECKSUM_CHARACTERS).fill(0);
  const value = polymod([...data, ...zeros]) ^ BECH32M_CONSTANT;
  return zeros.map((_, i) => (value >>> (5 * (CHECKSUM_CHARACTERS - 1 - i))) & 31);
}

/** The remainder of BIP 173's polynomial division, for symbols with nothing before them. */
function polymod(symbols: readonly number[]): number {
  let remainder = 1;
  for (const symbol of symbols) {
    const top = remainder >>> 25;
    remainder = ((remainder & 0x1ffffff) << 5) ^ symbol;
    GENERATOR.forEach((generator, i) => {
      if ((top >>> i) & 1) remainder ^= generator;
    });
  }
  return remainder;
}
