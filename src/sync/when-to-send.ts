/**
 * Whether a merged version is sent, and when: so that no edit stays unseen, and no server can make
 * devices send for ever.
 */
import { encodePayload } from '../rows/payload.js';
import type { RowVersion } from '../rows/row-version.js';
import type { OpenedRow } from '../rows/seal-row.js';
import { LONGEST_MERGE_DELAY_MS } from './merge-delay.js';
import { openedPayloadId } from './payload-id.js';
import { digestBytes } from './row-record.js';
import type { RowRecord } from './sync-store.js';

/** What was sent, and which payloads it answered: kept in the record. */
type Sent = NonNullable<RowRecord['sent']>;

export type Sending =
  | { readonly when: 'never' }
  | { readonly when: 'now'; readonly sent: Sent | null }
  | { readonly when: 'later'; readonly due: number };

/**
 * For a version that the app did not write just now, and that says more than the payload in place.
 *
 * It is sent once for each payload that stands in its place: by the writer of that payload at once,
 * by others after a while if it is needed then.
 */
export function whenToSend(
  merged: RowVersion,
  main: OpenedRow,
  record: RowRecord,
  now: number,
  mergeDelay: () => number,
): Sending {
  const content = digestBytes(encodePayload(merged.content, 'none'));
  const answered = record.sent?.content === content ? record.sent.answered : [];
  const id = openedPayloadId(main);
  // Siblings need not be counted: one that adds something makes another content.
  if (answered.includes(id)) return { when: 'never' };
  if (id === record.own || isDue(record, now)) {
    return { when: 'now', sent: { content, answered: [...answered, id] } };
  }
  return { when: 'later', due: record.due ?? now + mergeDelay() };
}

/** Whether it is time for a merge: a clock that was set back since must not put it off for years. */
export function isDue({ due }: RowRecord, now: number): boolean {
  return due !== null && (due <= now || due > now + LONGEST_MERGE_DELAY_MS);
}
