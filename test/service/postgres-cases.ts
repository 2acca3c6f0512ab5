/** The server's side in Postgres; over several connections, what they do to it at once. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { payloadText } from '../support/payload-text.js';
import type { Connections } from './connections.js';
import { describeVaultFunction } from './postgres-vault-cases.js';
import { storeUpload } from './store-upload.js';
import { accounts, OWNER, SEALED, SERVER_SQL } from './tables.js';

const [TABLE = ''] = SEALED;
const AT_ONCE = 10;

export function describePostgres(open: () => Promise<Connections>): void {
  describe('Postgres', () => {
    const owner = `test-${randomUUID()}`;
    let pool: Connections;
    beforeAll(async () => {
      pool = await open();
      return async () => {
        await pool.query(`DELETE FROM ${TABLE} WHERE ${OWNER} = $1`, [owner]);
        await pool.end();
      };
    });
    const stored = async (id: string) =>
      (await pool.query(`SELECT * FROM ${TABLE} WHERE id = $1`, [id])).rows;

    it('takes the SQL again, and rows after it', async () => {
      await pool.query(SERVER_SQL);
      const write = newRow();
      expect(await storeUpload(pool, owner, [write])).toEqual({ refused: [] });
      expect(await stored(write.id)).toMatchObject([{ ...write.data, [OWNER]: owner }]);
    });

    it('refuses a whole upload because of one row, and names the row', async () => {
      const [theirs, fine, plain] = [newRow(), newRow(), newRow()];
      await storeUpload(pool, owner, [theirs]);
      const foreign = await storeUpload(pool, `${owner}, too`, [fine, theirs]);
      expect(foreign.refused).toMatchObject([{ id: theirs.id, code: '42501' }]);
      const wrong = { ...plain, data: { ...plain.data, payload: 'dinner at eight' } };
      const readable = await storeUpload(pool, owner, [fine, wrong]);
      expect(readable.refused).toMatchObject([{ id: plain.id, code: '23514' }]);
      expect(await stored(fine.id)).toEqual([]);
    });

    it('keeps whatever devices replace unseen when all of them write at once', async () => {
      const { id } = newRow();
      const writes = Array.from({ length: AT_ONCE }, () => ({ ...newRow(), id }));
      const answers = await Promise.all(writes.map((write) => storeUpload(pool, owner, [write])));
      expect(answers.flatMap(({ refused }) => refused)).toEqual([]);
      const [row] = await stored(id);
      const kept = [row?.payload, ...String(row?.siblings).split(' ')];
      expect(kept.sort()).toEqual(writes.map(({ data }) => data.payload).sort());
    });

    it('gives a row to no other user', async () => {
      const { id, ...write } = newRow();
      await storeUpload(pool, owner, [{ id, ...write }]);
      const move = `UPDATE ${TABLE} SET ${OWNER} = 'somebody else' WHERE id = $1`;
      await expect(pool.query(move, [id])).rejects.toMatchObject({ code: '42501' });
    });

    it.each([
      `rowseal_purge_${accounts.name}`,
      'rowseal_save_vault',
      'rowseal_close_keys',
      'rowseal_key_use',
    ])('lets nobody call %s who was not granted it', async (name) => {
      const sql = 'SELECT proacl::text AS acl FROM pg_proc WHERE proname = $1';
      const { rows } = await pool.query(sql, [name]);
      expect(rows).toHaveLength(1);
      expect(rows[0]?.acl).not.toMatch(/[{,]=/); // before it would stand nobody's name: everybody
    });

    describeVaultFunction(() => pool);
  });
}

/** A row as a device seals it, with a payload like no other. */
function newRow() {
  const payload = payloadText(randomUUID());
  const data = { currency: 'EUR', payload, parents: '' };
  return { op: 'PUT' as const, table: TABLE, id: randomUUID(), data };
}
