/** Where the mirrors of a database note which of them works. */

/** Written when the work changes hands, so that the others can listen to it. */
export const LEASE_TABLE = 'rowseal_lease';

export const LEASE_TABLES: readonly string[] = [
  // `held`: 0 for nobody. `clears`: how often the database was cleared, which ends every mirror.
  `CREATE TABLE IF NOT EXISTS ${LEASE_TABLE} (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    held INTEGER NOT NULL DEFAULT 0,
    clears INTEGER NOT NULL DEFAULT 0
  )`,
  `INSERT OR IGNORE INTO ${LEASE_TABLE} (one) VALUES (1)`,
  // `beat`: rises while the mirror that works does so. `awaited`: 1 when another one has looked at it
  // since it last showed so, which it may never do again.
  `CREATE TABLE IF NOT EXISTS rowseal_beats (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    beat INTEGER NOT NULL DEFAULT 0,
    awaited INTEGER NOT NULL DEFAULT 0
  )`,
  'INSERT OR IGNORE INTO rowseal_beats (one) VALUES (1)',
];

/** Part of every clear. */
export const END_ALL = `UPDATE ${LEASE_TABLE} SET held = 0, clears = clears + 1`;

/** Part of every batch that is written. */
export const BEAT = 'UPDATE rowseal_beats SET beat = beat + 1';
