import { compare, toHex } from './bytes.js';
import { type Extension, greatestExtensionCount } from './extensions.js';
import { greatestColumnCount, type Payload, type StampedColumn } from './payload.js';
import { demand } from './refusal.js';

// Section 14, "Two contents of one row merge into one".

/** Rules 1 to 3. */
export function merge(a: Payload, b: Payload): Payload {
  if (a.life !== b.life) return a.life > b.life ? a : b;
  const columns = greatestOfEach([...a.columns, ...b.columns], (column) => toHex(column.id), later);
  const extensions = greatestOfEach(
    [...a.extensions, ...b.extensions],
    ({ id }) => String(id),
    (x, y) => compare(x.bytes, y.bytes),
  );
  demand(columns.length <= greatestColumnCount, 'LIMIT_EXCEEDED');
  demand(extensions.length <= greatestExtensionCount, 'LIMIT_EXCEEDED');
  return {
    life: a.life,
    lifeStamp: compare(a.lifeStamp, b.lifeStamp) >= 0 ? a.lifeStamp : b.lifeStamp,
    extensions: extensions.sort((x: Extension, y: Extension) => x.id - y.id),
    columns: columns.sort((x, y) => compare(x.id, y.id)),
    paddingLength: 0,
  };
}

const later = (x: StampedColumn, y: StampedColumn): number =>
  compare(x.stamp, y.stamp) || x.tag - y.tag || compare(x.value, y.value);

function greatestOfEach<T>(
  all: readonly T[],
  nameOf: (item: T) => string,
  order: (x: T, y: T) => number,
): T[] {
  const greatest = new Map<string, T>();
  for (const item of all) {
    const other = greatest.get(nameOf(item));
    if (other === undefined || order(item, other) > 0) greatest.set(nameOf(item), item);
  }
  return [...greatest.values()];
}

/** Where a content's bound columns come from. */
export interface Sealed {
  readonly payload: Payload;
  readonly boundSet: number;
  readonly nonce: Uint8Array;
}

/** Rule 4: the one whose bound columns the merge takes. */
export function boundColumnsFrom<T extends Sealed>(a: T, b: T): T {
  const order =
    a.payload.life - b.payload.life ||
    compare(a.payload.lifeStamp, b.payload.lifeStamp) ||
    a.boundSet - b.boundSet ||
    compare(b.nonce, a.nonce);
  return order >= 0 ? a : b;
}
