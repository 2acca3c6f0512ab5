/** The forms in which a value could stand on a disk: raw, hex, and base64 at its three offsets. */

/** One form of one value. */
export interface Needle {
  readonly value: string;
  readonly form: string;
  readonly bytes: Uint8Array;
}

/** Shorter values are everywhere by chance; the search hashes this many bytes as well. */
export const SHORTEST_NEEDLE = 6;

/** The form of a value that stands there as UTF-8. */
export const RAW = 'as it is';

/** Every form of a value, each different form once. */
export function needlesOf(value: string): Needle[] {
  return needlesOfBytes(value, Buffer.from(value));
}

/** The same for a value that stands there in another encoding than UTF-8. */
export function needlesOfBytes(value: string, bytes: Buffer): Needle[] {
  const hex = bytes.toString('hex');
  const forms = new Map([
    [hex, 'hex'],
    [hex.toUpperCase(), 'hex'],
  ]);
  for (const offset of [0, 1, 2]) {
    forms.set(base64At(bytes, offset, 'base64url'), 'base64url');
    forms.set(base64At(bytes, offset, 'base64'), 'base64');
  }
  forms.set(bytes.toString('latin1'), RAW);
  return [...forms].map(([text, form]) => ({ value, form, bytes: Buffer.from(text, 'latin1') }));
}

/**
 * The characters that a value always gives inside longer base64 text, when `offset` more bytes
 * than a multiple of three stand before it. Those it shares with its neighbours are left out.
 */
function base64At(bytes: Uint8Array, offset: number, encoding: 'base64' | 'base64url'): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString(encoding);
  const first = Math.ceil((offset * 8) / 6);
  const end = Math.floor(((offset + bytes.length) * 8) / 6);
  return text.slice(first, end);
}
