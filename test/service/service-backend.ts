/** What the end-to-end suite needs: a service, its Postgres, and what an app has as its backend. */
import type { PowerSyncBackendConnector } from '@powersync/common';
import type { HeaderChange, HeaderVersion } from 'rowseal';
import type { Send } from '../../examples/sync-server/connector.js';

/** One device of one user. */
export interface User {
  /** What the token has as `sub`. */
  readonly owner: string;
  readonly device: string;
}

export type PostgresRow = Readonly<Record<string, unknown>>;

export interface ServiceBackend {
  /** What an app gives to `db.connect`: a token, and uploads that reach Postgres. */
  connector(
    user: User,
    uploadData: (send: Send) => PowerSyncBackendConnector['uploadData'],
  ): PowerSyncBackendConnector;
  /** What an app gives to `powerSyncVaultStore`: a call of its backend. */
  saveHeader(user: User, change: HeaderChange): Promise<HeaderVersion | null>;
  /** Runs one statement in Postgres, past the app's backend. */
  query(sql: string, params?: readonly unknown[]): Promise<readonly PostgresRow[]>;
  close(): Promise<void>;
}
