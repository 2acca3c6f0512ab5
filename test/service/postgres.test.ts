import { inMemory } from './connections.js';
import { describePostgres } from './postgres-cases.js';
import { SERVER_SQL } from './tables.js';

describePostgres(async () => {
  const pool = await inMemory();
  await pool.query(SERVER_SQL);
  return pool;
});
