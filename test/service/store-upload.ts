/** What an app's backend does with an upload: one transaction in Postgres, an upsert per row. */
import type { RefusedRow, Write } from '../../examples/sync-server/sync-server.js';
import type { Connection, Connections } from './connections.js';
import { OWNER, SEALED } from './tables.js';

/** Bad data, a broken constraint, a row of somebody else's: trying again won't help. */
const PERMANENT = /^(22|23|42501)/;

/** Stores all of it, or nothing and says which row will never be taken. */
export async function storeUpload(
  pool: Connections,
  owner: string,
  writes: readonly Write[],
): Promise<{ readonly refused: RefusedRow[] }> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    for (const write of writes) {
      const refused = await upsert(client, owner, write);
      if (!refused) continue;
      await client.query('ROLLBACK');
      return { refused: [refused] };
    }
    await client.query('COMMIT');
    return { refused: [] };
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

async function upsert(client: Connection, owner: string, write: Write): Promise<RefusedRow | null> {
  const { table, id } = write;
  try {
    const { rowCount } = await client.query(...upsertOf(owner, write));
    if (rowCount === 1) return null;
    return { table, id, code: '42501', reason: 'The row belongs to another user.' };
  } catch (error) {
    const { code = '', message: reason } = error as { code?: string; message: string };
    if (!PERMANENT.test(code)) throw error;
    return { table, id, code, reason };
  }
}

/** The statement of the guide. What the upload says of the owner does not count. */
export function upsertOf(owner: string, { op, table, id, data }: Write): [string, unknown[]] {
  if (op !== 'PUT' || !SEALED.includes(table)) throw new Error(`This takes no ${op} of ${table}.`);
  const columns = Object.keys(data ?? {}).filter((name) => name !== 'id' && name !== OWNER);
  const names = columns.map((name) => `"${name.replaceAll('"', '""')}"`);
  const values = columns.map((name) => data?.[name]);
  const text = `INSERT INTO ${table} (id, ${OWNER}, ${names.join(', ')})
    VALUES ($1, $2, ${names.map((_, at) => `$${at + 3}`).join(', ')})
    ON CONFLICT (id) DO UPDATE SET ${names.map((name) => `${name} = EXCLUDED.${name}`).join(', ')}
    WHERE ${table}.${OWNER} = $2`;
  return [text, [id, owner, ...values]];
}
