/** Keys that are closed while others write, each over a connection of its own. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { payloadText } from '../support/payload-text.js';
import type { Connection, Connections } from './connections.js';
import { OWNER, SEALED } from './tables.js';

const [TABLE = ''] = SEALED;
const TRY_AGAIN = { code: '55000' };
const SERIALIZATION_FAILURE = { code: '40001' };
const LEVELS = ['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'] as const;
const WRITERS = 8;

export function describeClosing(open: () => Promise<Connections>): void {
  describe('a key that is closed', () => {
    let pool: Connections;
    beforeAll(async () => {
      pool = await open();
      return () => pool.end();
    });

    it.each(LEVELS)('waits for a writer that is %s, and counts it', async (level) => {
      const { write, close, connection, untilItWaits } = newUser(pool);
      const writer = await connection(level);
      await write(writer);
      const closing = close();
      await untilItWaits();
      await write(writer);
      await writer.query('COMMIT');
      expect(await closing).toBe(2);
      await expect(write(pool)).rejects.toMatchObject(TRY_AGAIN);
    });

    it('does not count a writer that gave up', async () => {
      const { write, close, connection, untilItWaits } = newUser(pool);
      const writer = await connection('READ COMMITTED');
      await write(writer);
      const closing = close();
      await untilItWaits();
      await writer.query('ROLLBACK');
      expect(await closing).toBe(0);
    });

    it('keeps writers waiting until that is done, and refuses them then', async () => {
      const { write, close, connection, untilItWaits } = newUser(pool);
      const closer = await connection('READ COMMITTED');
      expect(await close(closer)).toBe(0);
      const writing = write(pool).catch((error) => error);
      await untilItWaits();
      await closer.query('COMMIT');
      expect(await writing).toMatchObject(TRY_AGAIN);
      expect(await close()).toBe(0);
    });

    it('takes them when it was not closed after all', async () => {
      const { write, close, connection, untilItWaits } = newUser(pool);
      const closer = await connection('READ COMMITTED');
      await close(closer);
      const writing = write(pool);
      await untilItWaits();
      await closer.query('ROLLBACK');
      await writing;
      expect(await close()).toBe(1);
    });

    it.each(['REPEATABLE READ', 'SERIALIZABLE'] as const)(
      'fails a writer that is %s and began before, which then is refused',
      async (level) => {
        const { write, close, connection } = newUser(pool);
        const writer = await connection(level);
        await writer.query(`SELECT FROM ${TABLE}`); // its snapshot is of now
        expect(await close()).toBe(0);
        await expect(write(writer)).rejects.toMatchObject(SERIALIZATION_FAILURE);
        await writer.query(`ROLLBACK; BEGIN ISOLATION LEVEL ${level}`);
        await expect(write(writer)).rejects.toMatchObject(TRY_AGAIN);
      },
    );

    it('says 0 of nothing that arrives later, whoever writes and how', async () => {
      const { write, close, connection } = newUser(pool);
      let closed: Promise<number> | null = null;
      const writers = Array.from({ length: WRITERS }, async (_, i) => {
        const writer = await connection(LEVELS[i % LEVELS.length] as (typeof LEVELS)[number]);
        for (;;) {
          try {
            await write(writer);
            await writer.query(`COMMIT; BEGIN ISOLATION LEVEL ${LEVELS[i % LEVELS.length]}`);
          } catch (error) {
            await writer.query(`ROLLBACK; BEGIN ISOLATION LEVEL ${LEVELS[i % LEVELS.length]}`);
            const { code } = error as { code: string };
            if (code === TRY_AGAIN.code) return;
            expect(code).toBe(SERIALIZATION_FAILURE.code);
          }
          closed ??= close();
        }
      });
      await Promise.all(writers);
      expect(await close()).toBe(await closed);
    });
  });
}

/** One whose key is like nobody's. */
function newUser(pool: Connections) {
  const owner = `test-${randomUUID()}`;
  const prefix = payloadText(owner).slice(0, 44);
  onTestFinished(async () => {
    await pool.query(`DELETE FROM ${TABLE} WHERE ${OWNER} = $1`, [owner]);
    await pool.query('DELETE FROM rowseal_closed_keys WHERE owner = $1', [owner]);
  });
  return {
    async write(through: Pick<Connections, 'query'>): Promise<void> {
      const payload = prefix + payloadText(randomUUID()).slice(44);
      await through.query(
        `INSERT INTO ${TABLE} (id, ${OWNER}, currency, payload) VALUES ($1, $2, 'EUR', $3)`,
        [randomUUID(), owner, payload],
      );
    },
    async close(through: Pick<Connections, 'query'> = pool): Promise<number> {
      const call = 'SELECT * FROM rowseal_close_keys($1, $2)';
      const { rows } = await through.query(call, [owner, [prefix]]);
      return Number(rows[0]?.payloads);
    },
    async connection(level: string): Promise<Connection> {
      const client = await pool.connect();
      onTestFinished(async () => {
        await client.query('ROLLBACK');
        client.release();
      });
      await client.query(`BEGIN ISOLATION LEVEL ${level}`);
      return client;
    },
    /** Until somebody stands before the lock of this key. */
    async untilItWaits(): Promise<void> {
      const lock = 'SELECT FROM pg_locks WHERE NOT granted AND objid = hashtext($1) & 1023';
      while ((await pool.query(lock, [prefix])).rows.length === 0);
    },
  };
}
