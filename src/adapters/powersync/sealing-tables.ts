/** Where it is noted under which key this device seals. */

export const SEALING_TABLES: readonly string[] = [
  // `prefix`: how payloads under it begin; empty before there was one. `held`: 1 while no payload may
  // leave.
  `CREATE TABLE IF NOT EXISTS rowseal_sealing (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    prefix TEXT NOT NULL DEFAULT '',
    held INTEGER NOT NULL DEFAULT 0
  )`,
  'INSERT OR IGNORE INTO rowseal_sealing (one) VALUES (1)',
  "CREATE INDEX IF NOT EXISTS rowseal_queue_reseal ON rowseal_queue (seq) WHERE dir = 'reseal'",
];

/** Part of every clear. */
export const FORGET_KEY = "UPDATE rowseal_sealing SET prefix = '', held = 0";
