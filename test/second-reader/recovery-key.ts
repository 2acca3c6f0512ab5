import { refuse } from './refusal.js';

// Section 5, and Crockford's base32, which the fingerprint uses too.

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const valid = 0x2bc830a3;

export function recoveryKeyText(key: Uint8Array): string {
  const data = symbolsOf(`00${bitsOf(key)}`);
  const sum = polymod([...data, 0, 0, 0, 0, 0, 0]) ^ valid;
  const checksum = [25, 20, 15, 10, 5, 0].map((shift) => (sum >>> shift) & 31);
  return inGroups([...data, ...checksum]);
}

export function parseRecoveryKey(text: string): Uint8Array {
  const symbols = [...asWritten(text)].map((character) => alphabet.indexOf(character));
  if (symbols.length !== 32 || symbols.includes(-1)) refuse('RECOVERY_KEY_TYPO');
  if (polymod(symbols) !== valid) refuse('RECOVERY_KEY_TYPO');
  if ((symbols[0] as number) >= 8) refuse('UNSUPPORTED_VERSION');
  const bits = symbols.slice(0, 26).map((symbol) => symbol.toString(2).padStart(5, '0'));
  return bytesOf(bits.join('').slice(2));
}

/** Crockford's base32 of whole symbols, in groups of four with hyphens. */
export const crockford = (bytes: Uint8Array): string => inGroups(symbolsOf(bitsOf(bytes)));

const asWritten = (text: string): string =>
  text
    .replace(/[\s\u002d\u2010-\u2015]/g, '')
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');

function polymod(symbols: readonly number[]): number {
  let r = 1;
  for (const symbol of symbols) {
    const top = r >>> 25;
    r = ((r & 0x1ffffff) << 5) ^ symbol;
    generators.forEach((generator, i) => {
      if ((top >>> i) & 1) r ^= generator;
    });
  }
  return r;
}

const bitsOf = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');

const bytesOf = (bits: string): Uint8Array =>
  Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));

const symbolsOf = (bits: string): number[] =>
  (bits.match(/.{5}/g) ?? []).map((symbol) => Number.parseInt(symbol, 2));

const inGroups = (symbols: readonly number[]): string =>
  (
    symbols
      .map((symbol) => alphabet[symbol])
      .join('')
      .match(/.{4}/g) ?? []
  ).join('-');
