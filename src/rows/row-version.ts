/**
 * Versions of one row, as payloads bring them: merging two, and asking whether one says all that
 * another does.
 */
import { compareBytes } from '../bytes/compare.js';
import { type BoundValues, nextBoundValues, withoutBound } from './bound-set.js';
import { mergeContents } from './merge-contents.js';
import { equalContents, equalValues, type RowContent } from './row-content.js';
import type { Table } from './table.js';

export interface RowVersion {
  readonly id: string;
  readonly rowId: Uint8Array;
  readonly content: RowContent;
  /** Authenticated values of the bound set under which the row was sealed. */
  readonly bound: BoundValues;
  /** Of the payload that brought it; after a merge, of the version whose bound columns count. */
  readonly nonce: Uint8Array;
}

/** Throws `ROW_MALFORMED` where a row lacks what the table now binds. */
export function mergeVersions(table: Table, a: RowVersion, b: RowVersion): RowVersion {
  const [first, second] = inFixedOrder(a, b);
  const merged = mergeContents(first.content, second.content);
  const bound = nextBoundValues(table, merged, first.bound);
  return { ...first, content: withoutBound(merged, bound), bound };
}

/**
 * Whether a version says all that a merged one does; it may still have as a column what that one
 * binds.
 */
export function holdsAll(
  table: Table,
  version: RowVersion,
  { content, bound }: RowVersion,
): boolean {
  const { values } = nextBoundValues(table, version.content, version.bound);
  const bindsAlike = [...bound.values].every(([id, value]) => {
    const own = values.get(id);
    return own && equalValues(own, value);
  });
  return bindsAlike && equalContents(content, withoutBound(version.content, bound));
}

/**
 * The version that was inserted or deleted last comes first, and with it the bound columns, which
 * belong to that moment; then the one with the later bound set, whose columns no longer change.
 * Further ties are broken by bytes, so that every device decides alike.
 */
function inFixedOrder(a: RowVersion, b: RowVersion): [RowVersion, RowVersion] {
  const difference =
    b.content.life - a.content.life ||
    compareBytes(b.content.lifeStamp, a.content.lifeStamp) ||
    b.bound.set - a.bound.set ||
    compareBytes(a.nonce, b.nonce);
  return difference <= 0 ? [a, b] : [b, a];
}
