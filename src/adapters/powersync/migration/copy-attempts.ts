/** An end to copying one row over and over: two versions of a map would copy over each other for ever. */
import { encodeUtf8 } from '../../../bytes/utf8.js';
import { digestBytes } from '../../../sync/row-record.js';
import type { MigratedRow } from './migrated-rows.js';

/** A stale copy that a clock ahead has stamped takes one or two. */
const LIMIT = 5;

export interface CopyAttempts {
  /** Whether a copy of this old row was written over another so often that it is no use. */
  areOver(row: MigratedRow): boolean;
  /** Notes that one is. */
  note(row: MigratedRow): void;
}

/** Of this run of the app: a row is looked at again only when it changes. */
export function countAttempts(): CopyAttempts {
  const counts = new Map<string, { readonly old: string; readonly times: number }>();
  const digest = ({ old }: MigratedRow) =>
    digestBytes(encodeUtf8(JSON.stringify(old)) as Uint8Array);
  const timesOf = (row: MigratedRow) => {
    const found = counts.get(row.id);
    return found?.old === digest(row) ? found.times : 0;
  };
  return {
    areOver: (row) => row.plain !== null && timesOf(row) >= LIMIT,
    note(row) {
      if (row.plain === null) return;
      counts.set(row.id, { old: digest(row), times: timesOf(row) + 1 });
    },
  };
}
