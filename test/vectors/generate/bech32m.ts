/** Recovery keys by section 5 of docs/format.md, with nothing from `src`. */
export const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

export function polymod(symbols: readonly number[]): number {
  let r = 1;
  for (const symbol of symbols) {
    const top = r >>> 25;
    r = (((r & 0x1ffffff) << 5) ^ symbol) >>> 0;
    for (const [i, g] of GENERATOR.entries()) if ((top >> i) & 1) r = (r ^ g) >>> 0;
  }
  return r;
}

/** 32 characters without hyphens. `version` and `checksum` are those of version 1 unless told. */
export function recoveryText(key: Uint8Array, version = 0, checksum = 0x2bc830a3): string {
  const bits = `${version.toString(2).padStart(2, '0')}${[...key]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')}`;
  const data = (bits.match(/.{5}/g) as string[]).map((five) => Number.parseInt(five, 2));
  const check = (polymod([...data, 0, 0, 0, 0, 0, 0]) ^ checksum) >>> 0;
  const symbols = [...data, ...[25, 20, 15, 10, 5, 0].map((shift) => (check >>> shift) & 31)];
  return symbols.map((symbol) => ALPHABET[symbol]).join('');
}

export const hyphenated = (text: string): string => (text.match(/.{4}/g) as string[]).join('-');
