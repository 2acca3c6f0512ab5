/** A vault store over Postgres: the header on the server, the pin on the device. */
import type { PGlite } from '@electric-sql/pglite';
import type { VaultStore } from 'rowseal';

export const VAULTS_SQL = `
  CREATE TABLE vaults (
    owner  text PRIMARY KEY,
    epoch  bigint NOT NULL,
    hash   text NOT NULL,
    header text NOT NULL
  )`;

const INSERT = `
  INSERT INTO vaults (owner, epoch, hash, header) VALUES ($1, $2, $3, $4)
  ON CONFLICT (owner) DO NOTHING`;

/** One statement, so that of two devices that change the header at once only one succeeds. */
const COMPARE_AND_SWAP = `
  UPDATE vaults SET epoch = $2, hash = $3, header = $4
  WHERE owner = $1 AND epoch = $5 AND hash = $6`;

/** What one device uses: make another for each device, as each remembers its own pin. */
export function postgresVaultStore(db: PGlite, owner: string): VaultStore {
  let pin: string | null = null; // an app keeps it in a file or a local database
  return {
    async loadHeader() {
      const query = 'SELECT header FROM vaults WHERE owner = $1';
      const { rows } = await db.query<{ header: string }>(query, [owner]);
      return rows[0]?.header ?? null;
    },
    async saveHeader({ epoch, hash, header, expected }) {
      const next = [owner, epoch, hash, header];
      if (expected === null) await db.query(INSERT, next);
      else await db.query(COMPARE_AND_SWAP, [...next, expected.epoch, expected.hash]);
    },
    async loadPin() {
      return pin;
    },
    async savePin(next) {
      pin = next;
    },
  };
}
