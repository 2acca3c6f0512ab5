/**
 * Padding lengths: a floor, then Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted
 * Files and Communication with PURBs", PoPETs 2019, section 4).
 *
 * Padmé alone still tells short contents apart (33 sizes for 1 to 100 bytes), so everything up to
 * the floor has one size. Above it the overhead is at most 12 %, falling with length.
 */

/** How a table's payloads are padded: to a floor in bytes, then Padmé; or not at all. */
export type Padding = { readonly floor: number } | 'none';

export const DEFAULT_PADDING: Padding = { floor: 256 };

/** The length in bytes to which `length` bytes are padded. */
export function paddedLength(length: number, padding: Padding): number {
  if (padding === 'none') return length;
  return length <= padding.floor ? padding.floor : padme(length);
}

/** For lengths above the least floor, 16: below, the step would not be a whole number. */
function padme(length: number): number {
  const exponent = Math.floor(Math.log2(length));
  const exponentBits = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** (exponent - exponentBits);
  return Math.ceil(length / step) * step;
}
