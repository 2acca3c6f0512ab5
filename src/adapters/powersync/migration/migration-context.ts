/** What every step of one migration works with. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import type { Mirror } from '../../../sync/mirror.js';
import type { ColumnMap } from './column-map.js';
import type { CopyAttempts } from './copy-attempts.js';
import type { Freshness } from './freshness.js';
import type { MigratedTable } from './migrated-table.js';

export interface MigrationContext {
  readonly db: CommonPowerSyncDatabase;
  readonly mirror: Mirror;
  readonly migrated: MigratedTable;
  readonly map: ColumnMap;
  readonly freshness: Freshness;
  readonly attempts: CopyAttempts;
}
