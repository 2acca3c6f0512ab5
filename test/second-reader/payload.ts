import { compare, concat, same, toHex } from './bytes.js';
import { type Extension, readExtensions, writeExtensions } from './extensions.js';
import { demand, refuse } from './refusal.js';
import { isStamp, stampLength } from './stamp.js';
import type { Encoded } from './value.js';
import { varint, type Wire, wireOf } from './wire.js';

// Section 11.

export interface StampedColumn extends Encoded {
  readonly id: Uint8Array;
  readonly stamp: Uint8Array;
}

export interface Payload {
  readonly life: number;
  readonly lifeStamp: Uint8Array;
  readonly extensions: readonly Extension[];
  /** By rising id. */
  readonly columns: readonly StampedColumn[];
  readonly paddingLength: number;
}

export const greatestColumnCount = 256;
const greatestLife = 2_147_483_646;
const greatestLength = 1_048_576;

export const isDeleted = ({ life }: Payload): boolean => life % 2 === 0;

export function parsePayload(bytes: Uint8Array): Payload {
  const wire = wireOf(bytes, 'ROW_MALFORMED');
  const life = wire.varint();
  demand(life >= 1 && life <= greatestLife, 'ROW_MALFORMED');
  const extensions = readExtensions(wire, 'ROW_MALFORMED');
  const groups = readGroups(wire);
  const lifeIndex = wire.varint();
  const padding = wire.take(wire.left());
  demand(
    padding.every((byte) => byte === 0),
    'ROW_MALFORMED',
  );
  const lifeStamp = groups[lifeIndex]?.stamp ?? refuse('ROW_MALFORMED');
  demand(
    groups.every(({ columns }, i) => columns.length > 0 || i === lifeIndex),
    'ROW_MALFORMED',
  );
  const columns = groups.flatMap((group) => group.columns).sort((a, b) => compare(a.id, b.id));
  demand(columns.length <= greatestColumnCount, 'ROW_MALFORMED');
  demand(new Set(columns.map(({ id }) => toHex(id))).size === columns.length, 'ROW_MALFORMED');
  const payload = { life, lifeStamp, extensions, columns, paddingLength: padding.length };
  demand(!isDeleted(payload) || columns.length === 0, 'ROW_MALFORMED');
  return payload;
}

interface Group {
  readonly stamp: Uint8Array;
  readonly columns: readonly StampedColumn[];
}

function readGroups(wire: Wire): readonly Group[] {
  const count = wire.varint();
  demand(count >= 1 && count <= greatestColumnCount + 1, 'ROW_MALFORMED');
  const groups: Group[] = [];
  for (let i = 0; i < count; i++) {
    const group = readGroup(wire);
    const before = groups.at(-1);
    demand(!before || compare(before.stamp, group.stamp) < 0, 'ROW_MALFORMED');
    groups.push(group);
  }
  return groups;
}

function readGroup(wire: Wire): Group {
  const stamp = wire.take(stampLength);
  demand(isStamp(stamp), 'ROW_MALFORMED');
  const count = wire.varint();
  demand(count <= greatestColumnCount, 'ROW_MALFORMED');
  const columns: StampedColumn[] = [];
  for (let i = 0; i < count; i++) {
    const id = wire.take(4);
    const before = columns.at(-1);
    demand(!before || compare(before.id, id) < 0, 'ROW_MALFORMED');
    const tag = wire.number(1);
    const value = wire.sized();
    demand(tag > 1 || value.length === 0, 'ROW_MALFORMED');
    columns.push({ id, tag, value, stamp });
  }
  return { stamp, columns };
}

/** Without padding. */
export function writePayload(payload: Omit<Payload, 'paddingLength'>): Uint8Array {
  const stamps = [payload.lifeStamp, ...payload.columns.map(({ stamp }) => stamp)]
    .sort(compare)
    .filter((stamp, i, all) => i === 0 || !same(stamp, all[i - 1] as Uint8Array));
  const bytes = concat(
    varint(payload.life),
    writeExtensions(payload.extensions),
    varint(stamps.length),
    ...stamps.map((stamp) => writeGroup(stamp, payload.columns)),
    varint(stamps.findIndex((stamp) => same(stamp, payload.lifeStamp))),
  );
  demand(bytes.length <= greatestLength, 'LIMIT_EXCEEDED');
  return bytes;
}

function writeGroup(stamp: Uint8Array, all: readonly StampedColumn[]): Uint8Array {
  const columns = all.filter((column) => same(column.stamp, stamp));
  const written = columns.map(({ id, tag, value }) =>
    concat(id, Uint8Array.of(tag), varint(value.length), value),
  );
  return concat(stamp, varint(columns.length), ...written);
}

/** The length of a payload with its padding. */
export function paddedLength(length: number, floor: number | 'none'): number {
  const padded = floor === 'none' ? length : Math.max(floor, length <= floor ? 0 : padme(length));
  demand(padded <= greatestLength, 'LIMIT_EXCEEDED');
  return padded;
}

function padme(length: number): number {
  const exponent = Math.floor(Math.log2(length));
  const significant = Math.floor(Math.log2(exponent)) + 1;
  const step = significant >= exponent ? 1 : 2 ** (exponent - significant);
  return Math.ceil(length / step) * step;
}
