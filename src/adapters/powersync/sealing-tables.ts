/** Where it is noted under which key this device seals. */

const HEADERS = "headers TEXT NOT NULL DEFAULT '[]'";

export const SEALING_TABLES: readonly string[] = [
  // `prefix`: how payloads under it begin; empty before there was one. `held`: 1 while no payload may
  // leave. `headers`: of the vault, as a JSON list, so that what this device sealed opens for good.
  `CREATE TABLE IF NOT EXISTS rowseal_sealing (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    prefix TEXT NOT NULL DEFAULT '',
    held INTEGER NOT NULL DEFAULT 0,
    ${HEADERS}
  )`,
  'INSERT OR IGNORE INTO rowseal_sealing (one) VALUES (1)',
  "CREATE INDEX IF NOT EXISTS rowseal_queue_reseal ON rowseal_queue (seq) WHERE dir = 'reseal'",
];

/** For a table of version 1. */
export const ADD_HEADERS = `ALTER TABLE rowseal_sealing ADD COLUMN ${HEADERS}`;

/** Part of every clear. */
export const FORGET_KEY = "UPDATE rowseal_sealing SET prefix = '', held = 0, headers = '[]'";
