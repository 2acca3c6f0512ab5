/** What a device that is to be killed is told, and what it tells. */
import type { VerifiedRow } from '../../src/adapters/powersync/powersync.js';

export interface MovedRow {
  readonly id: string;
  readonly cents: number;
  readonly merchant: string;
  readonly note: string | null;
}

export type MigrationOrder =
  | { readonly to: 'go'; readonly upTo: 'copied' | 'switched' | 'removed' }
  | { readonly to: 'removed'; readonly ids: readonly string[] };

export type MigrationReport =
  | { readonly is: 'loaded' }
  | { readonly is: 'writing' | 'wrote'; readonly row: MovedRow }
  | { readonly is: 'removing'; readonly rows: readonly VerifiedRow[] }
  | { readonly is: 'done'; readonly rows: readonly MovedRow[] };
