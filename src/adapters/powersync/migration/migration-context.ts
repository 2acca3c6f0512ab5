/** What every step of one migration works with. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import type { Mirror } from '../../../sync/mirror.js';
import type { ColumnMap } from './column-map.js';
import type { CopyAttempts } from './copy-attempts.js';
import type { Freshness } from './freshness.js';
import type { MovingTable } from './moving-table.js';

export interface MigrationContext {
  readonly db: CommonPowerSyncDatabase;
  readonly mirror: Mirror;
  readonly moving: MovingTable;
  readonly map: ColumnMap;
  readonly freshness: Freshness;
  readonly attempts: CopyAttempts;
}
