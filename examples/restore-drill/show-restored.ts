/** What a restorer says at the end: numbers to be compared with those of the app. */
import type { Restored } from './restore-file.js';

const REASONS: Readonly<Record<string, string>> = {
  EXPORT_DAMAGED: 'the file itself is damaged here',
  KEY_RETIRED: 'written with a key that was revoked',
  NOT_ENCRYPTED: 'never sealed: not written by a device of yours',
  ROW_AUTH_FAILED: 'changed or moved after it was sealed',
  ROW_MALFORMED: 'damaged',
  UNKNOWN_KEY: 'sealed under a key that this file lacks: a later export has it',
  UNSUPPORTED_VERSION: 'of a later version of the app',
};

const STATES: Readonly<Record<Restored['state'], string>> = {
  complete: 'The file is whole: every line is there, as it was written.',
  truncated: 'The end of the file is missing, and with it some of the rows. Look for another copy.',
  altered:
    'The file was changed after it was written: rows may be missing, or old. Look for another copy.',
  reading: 'The file was not read to its end.',
};

export function showRestored({ rows, deleted, state, losses }: Restored): string {
  const restored = [...rows].map(([table, count]) => `${table}: ${count} rows restored`);
  const lost = Object.entries(losses).map(
    ([code, count]) => `not restored: ${count} × ${code} (${REASONS[code] ?? 'see the manual'})`,
  );
  const more = lost.length > 0 ? ['Each is listed in not-restored.jsonl.'] : [];
  const lines = [...restored, `deleted rows: ${deleted}`, ...lost, ...more, STATES[state]];
  return lines.map((line) => `${line}\n`).join('');
}

/** Whether everything was restored that had been exported. */
export function isWhole({ state, losses }: Restored): boolean {
  return state === 'complete' && Object.keys(losses).length === 0;
}
