/** A vault store over Postgres: the header on the server, the pin on the device. */
import type { VaultStore } from 'rowseal';

/** The call with which an app reaches its server: one statement of SQL, and the rows it gives. */
export type Query = (
  sql: string,
  params: readonly unknown[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

export const VAULTS_SQL = `
  CREATE TABLE vaults (
    owner  text PRIMARY KEY,
    epoch  bigint NOT NULL,
    hash   text NOT NULL,
    header text NOT NULL
  );`;

const INSERT = `
  INSERT INTO vaults (owner, epoch, hash, header) VALUES ($1, $2, $3, $4)
  ON CONFLICT (owner) DO NOTHING`;

/** One statement, so that of two devices that change the header at once only one succeeds. */
const COMPARE_AND_SWAP = `
  UPDATE vaults SET epoch = $2, hash = $3, header = $4
  WHERE owner = $1 AND epoch = $5 AND hash = $6`;

/** What one device uses: make another for each device, as each remembers its own pin. */
export function postgresVaultStore(query: Query, owner: string): VaultStore {
  let pin: string | null = null; // an app keeps it in a file or a local database
  return {
    async loadHeader() {
      const [row] = await query('SELECT header FROM vaults WHERE owner = $1', [owner]);
      return row ? String(row.header) : null;
    },
    async saveHeader({ epoch, hash, header, expected }) {
      const next = [owner, epoch, hash, header];
      if (expected === null) await query(INSERT, next);
      else await query(COMPARE_AND_SWAP, [...next, expected.epoch, expected.hash]);
    },
    async loadPin() {
      return pin;
    },
    async savePin(next) {
      pin = next;
    },
  };
}
