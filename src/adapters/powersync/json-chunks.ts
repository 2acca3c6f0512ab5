/** JSON arrays for statements that read their rows from one parameter. */
import type { Transaction } from '@powersync/common';

/** In characters. A text may not be much longer than a hundred times this anywhere. */
const CHUNK_LENGTH = 4 * 1024 * 1024;

/** Arrays of all items in their order, each as long as it may be, or with one item that is longer. */
export function* jsonChunks(items: readonly unknown[]): Generator<string> {
  let texts: string[] = [];
  let length = 0;
  for (const item of items) {
    const text = JSON.stringify(item);
    if (texts.length > 0 && length + text.length > CHUNK_LENGTH) {
      yield `[${texts.join(',')}]`;
      texts = [];
      length = 0;
    }
    texts.push(text);
    length += text.length;
  }
  if (texts.length > 0) yield `[${texts.join(',')}]`;
}

/** Executes a statement over all items, in as many parts as they need; not at all for none. */
export async function executeOver(
  tx: Transaction,
  sql: string,
  items: readonly unknown[],
): Promise<void> {
  for (const chunk of jsonChunks(items)) await tx.execute(sql, [chunk]);
}
