/** What the app's `send` makes of writes; a server's JSON, which it may pass on, can be anything. */
import { assertGiven } from '../../sync/arguments.js';
import { isRowName, rowKey } from '../../sync/row-name.js';
import type { UploadWrite } from '../../sync/to-server.js';

/** A row that your server will never take as it is. */
export interface UploadRefusal {
  /** The table's name, as in the write. */
  readonly table: string;
  /** The row's id, as in the write; text of 1 to 256 bytes in a sealed table. */
  readonly id: string;
  /** Why, for the user or for a log; it is kept on the device. */
  readonly reason: string;
}

/** What your server says to a transaction; nothing at all when it took the whole of it. */
export interface UploadAnswer {
  /** The rows that it refuses for good. */
  readonly refused: readonly UploadRefusal[];
}

/** Sends until nothing more is refused; the reasons, by row. */
export async function sendWrites(
  writes: readonly UploadWrite[],
  send: (writes: readonly UploadWrite[]) => Promise<unknown>,
): Promise<ReadonlyMap<string, string>> {
  const reasons = new Map<string, string>();
  for (let left = writes; left.length > 0; ) {
    const refused = refusalsIn(await send(left));
    if (refused.length === 0) break;
    assertSent(refused, left);
    for (const refusal of refused) reasons.set(rowKey(refusal), reasonText(refusal));
    left = left.filter((write) => !reasons.has(rowKey(write)));
  }
  return reasons;
}

/** What is taken for "stored" leaves the queue, and the device soon after: nothing else may be. */
function refusalsIn(answer: unknown): readonly UploadRefusal[] {
  if (answer === undefined) return [];
  const { refused } = Object(answer) as { readonly refused?: unknown };
  // Without a reason it is still a refusal.
  if (Array.isArray(refused) && refused.every(isRowName)) return refused as UploadRefusal[];
  throw new TypeError(
    'Let `send` resolve with nothing once all is stored, with { refused: [{ table, id, reason }] } for rows that are refused for good, and reject otherwise.',
  );
}

/** Refused under another name, a row would count as stored. */
function assertSent(refused: readonly UploadRefusal[], writes: readonly UploadWrite[]): void {
  const sent = new Set(writes.map(rowKey));
  for (const { table, id } of refused) {
    assertGiven(
      sent.has(rowKey({ table, id })),
      `the table and id of a write for what \`send\` refuses, not '${table}', '${id}'`,
    );
  }
}

/** A server's JSON may give something else, which SQLite can't hold and which must not stop uploads. */
function reasonText({ reason }: UploadRefusal): string {
  return typeof reason === 'string' ? reason : String(JSON.stringify(reason));
}
