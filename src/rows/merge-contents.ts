/**
 * Merging two contents of one row: commutative, associative and idempotent, so that devices agree
 * whatever order rows arrive in.
 *
 * The higher life wins whole: a delete beats a concurrent edit. Equal lives merge column by
 * column: the later stamp wins, and at equal stamps (a restored backup) the greater value.
 */
import { compareBytes } from '../bytes/compare.js';
import type { Extension } from '../bytes/extension-list.js';
import { laterStamp } from '../bytes/stamp.js';
import type { Cell, EncodedValue, RowContent } from './row-content.js';

export function mergeContents(a: RowContent, b: RowContent): RowContent {
  if (a.life !== b.life) return a.life > b.life ? a : b;
  const cells = new Map(a.cells);
  for (const [id, cell] of b.cells) {
    const other = cells.get(id);
    cells.set(id, other ? laterCell(other, cell) : cell);
  }
  return {
    life: a.life,
    lifeStamp: laterStamp(a.lifeStamp, b.lifeStamp),
    cells,
    extensions: mergeExtensions(a.extensions, b.extensions),
  };
}

/** By type tag, then bytes: every total order would do, as long as every device has the same. */
function compareValues(a: EncodedValue, b: EncodedValue): number {
  return a.tag - b.tag || compareBytes(a.bytes, b.bytes);
}

function laterCell(a: Cell, b: Cell): Cell {
  return (compareBytes(a.stamp, b.stamp) || compareValues(a, b)) >= 0 ? a : b;
}

function mergeExtensions(a: readonly Extension[], b: readonly Extension[]): Extension[] {
  const merged = new Map(a.map((extension) => [extension.id, extension]));
  for (const extension of b) {
    const other = merged.get(extension.id);
    const greater = !other || compareBytes(extension.bytes, other.bytes) > 0;
    if (greater) merged.set(extension.id, extension);
  }
  return [...merged.values()].sort((x, y) => x.id - y.id);
}
