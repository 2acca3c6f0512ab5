/**
 * Integers as two's complement, big-endian, in as few bytes as hold the value (at least one): one
 * encoding per number.
 */

/** For safe integers; seven bytes hold them all. */
export function encodeInteger(value: number): Uint8Array {
  let length = 1;
  for (let limit = 0x80; value >= limit || value < -limit; limit *= 0x100) length++;
  const bytes = new Uint8Array(length);
  // Storing a number in a byte keeps its lowest eight bits in two's complement.
  for (let i = length - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 0x100)) {
    bytes[i] = rest;
  }
  return bytes;
}

/** The safe integer, or `undefined` when it is none or not in its shortest form. */
export function decodeInteger(bytes: Uint8Array): number | undefined {
  if (bytes.length > 7 || !isShortest(bytes)) return undefined;
  const first = bytes[0] as number;
  let value = first < 0x80 ? first : first - 256;
  for (let i = 1; i < bytes.length; i++) value = value * 256 + (bytes[i] as number);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Longer numbers would take quadratic time to convert, which an attacker could use. */
export const BIGINT_LENGTH_LIMIT = 1024;

export function encodeBigint(value: bigint): Uint8Array | null {
  const bytes: number[] = [];
  let rest = value;
  let byte: number;
  do {
    byte = Number(BigInt.asUintN(8, rest));
    bytes.push(byte);
    rest >>= 8n;
  } while (rest !== (byte < 0x80 ? 0n : -1n) && bytes.length <= BIGINT_LENGTH_LIMIT);
  return bytes.length > BIGINT_LENGTH_LIMIT ? null : Uint8Array.from(bytes.reverse());
}

export function decodeBigint(bytes: Uint8Array): bigint | undefined {
  if (bytes.length > BIGINT_LENGTH_LIMIT || !isShortest(bytes)) return undefined;
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(8 * bytes.length, value);
}

function isShortest(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if (first === undefined) return false;
  if (second === undefined) return true;
  return second < 0x80 ? first !== 0x00 : first !== 0xff;
}
