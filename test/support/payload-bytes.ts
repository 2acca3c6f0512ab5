/**
 * Payloads written by hand, byte by byte, so that a test can break one rule of the format at a
 * time. Nothing here is shared with `src`.
 */

export type Bytes = readonly number[];

/** An unsigned LEB128 number in its shortest form. */
export function varint(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return [...bytes, rest];
}

export function bigEndian(value: number, length: number): Bytes {
  return Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) % 256);
}

/** A stamp of one writer. */
export function stamp(milliseconds: number, counter = 0): Bytes {
  return [...bigEndian(milliseconds, 6), ...bigEndian(counter, 2), 1, 2, 3, 4, 5, 6, 7, 8];
}

export interface CellParts {
  readonly id: number;
  readonly tag: number;
  readonly value: Bytes;
  /** The length as it is written, when that is not the value's. */
  readonly length?: Bytes;
}

export function cell({ id, tag, value, length = varint(value.length) }: CellParts): Bytes {
  return [...bigEndian(id, 4), tag, ...length, ...value];
}

export function group(at: Bytes, cells: readonly Bytes[], count = varint(cells.length)): Bytes {
  return [...at, ...count, ...cells.flat()];
}

export interface PayloadParts {
  readonly life?: Bytes;
  readonly extensions?: Bytes;
  readonly groups: readonly Bytes[];
  /** The number of groups as it is written, when that is not theirs. */
  readonly groupCount?: Bytes;
  readonly lifeGroup?: Bytes;
  readonly padding?: Bytes;
}

export function payloadBytes(parts: PayloadParts): Uint8Array {
  const { life = [1], extensions = [0], groups, lifeGroup = [0], padding = [] } = parts;
  const count = parts.groupCount ?? varint(groups.length);
  return Uint8Array.from([
    ...life,
    ...extensions,
    ...count,
    ...groups.flat(),
    ...lifeGroup,
    ...padding,
  ]);
}
