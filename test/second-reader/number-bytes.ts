import { bigEndian, toHex } from './bytes.js';

// Section 10: integers and reals.

export function fromTwosComplement(bytes: Uint8Array): bigint | undefined {
  if (bytes.length === 0) return undefined;
  const value = BigInt.asIntN(8 * bytes.length, BigInt(`0x${toHex(bytes)}`));
  return toTwosComplement(value).length === bytes.length ? value : undefined;
}

/** In the fewest bytes, at least one. */
export function toTwosComplement(value: bigint): Uint8Array {
  const bits = (value < 0n ? ~value : value).toString(2).replace(/^0$/, '').length;
  const length = Math.floor(bits / 8) + 1;
  return bigEndian(BigInt.asUintN(8 * length, value), length);
}

/** NaN, infinities and -0 as text, since JSON has none of them. */
export function decodeReal(bytes: Uint8Array): number | string | undefined {
  if (bytes.length !== 8) return undefined;
  const value = new DataView(bytes.slice().buffer).getFloat64(0);
  if (Number.isNaN(value)) return toHex(bytes) === '7ff8000000000000' ? 'NaN' : undefined;
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

export function encodeReal(value: unknown): Uint8Array | undefined {
  const named = ['NaN', 'Infinity', '-Infinity', '-0'].includes(value as string);
  if (typeof value !== 'number' && !named) return undefined;
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, Number(value));
  return bytes;
}
