/** What a Postgres and a service have to be given before the suite can run against them. */
import { PUBLICATION_SQL, SERVER_SQL, SYNC_CONFIG } from './tables.js';

export function setUpText(): string {
  return `\
-- 1. For Postgres, which runs with wal_level = logical. The role that the service uses must be able to
--    read these tables. The suite runs the first part itself, at each run.

${SERVER_SQL}
-- Unless there is one already: then ALTER PUBLICATION powersync ADD TABLE the same.
${PUBLICATION_SQL}

# 2. For the service: its sync config.

${SYNC_CONFIG}`;
}
