import { type Code, demand } from './refusal.js';

/** Reads fields one after another, and refuses with one code whatever ends too early. */
export interface Wire {
  readonly position: () => number;
  readonly left: () => number;
  readonly take: (length: number) => Uint8Array;
  readonly number: (length: number) => number;
  readonly varint: () => number;
  readonly sized: () => Uint8Array;
  /** Refuses bytes after the end. */
  readonly end: () => void;
}

export function wireOf(bytes: Uint8Array, malformed: Code): Wire {
  let position = 0;
  const left = () => bytes.length - position;

  const take = (length: number) => {
    demand(length <= left(), malformed);
    position += length;
    return bytes.slice(position - length, position);
  };

  const number = (length: number) => take(length).reduce((value, byte) => value * 256 + byte, 0);

  const varint = () => {
    let value = 0;
    for (let place = 0; ; place++) {
      const byte = number(1);
      value += (byte & 0x7f) * 2 ** (7 * place);
      demand(place < 5 && value < 2 ** 32, malformed);
      if (byte >= 0x80) continue;
      demand(byte !== 0 || place === 0, malformed);
      return value;
    }
  };

  return {
    position: () => position,
    left,
    take,
    number,
    varint,
    sized: () => take(varint()),
    end: () => demand(left() === 0, malformed),
  };
}

/** Unsigned LEB128 in the shortest form. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}
