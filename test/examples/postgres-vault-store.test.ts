import type { PGlite } from '@electric-sql/pglite';
import { byPassword, changePassword, createVault, openVault } from 'rowseal';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  postgresVaultStore,
  VAULTS_SQL,
} from '../../examples/bank-statement/postgres-vault-store.js';
import { emptyPostgres } from '../../examples/sync-server/empty-postgres.js';
import { fastKdf } from '../support/fast-kdf.js';

let db: PGlite;
beforeAll(async () => {
  db = await emptyPostgres();
  await db.exec(VAULTS_SQL);
});
beforeEach(() => db.exec('DELETE FROM vaults'));
afterAll(() => db.close());

const query = async (sql: string, params: readonly unknown[]) =>
  (await db.query<Record<string, unknown>>(sql, [...params])).rows;

const kdf = fastKdf();
const by = (password: string) => byPassword(password, { kdf });

describe('the vault store over Postgres', () => {
  it('shares the header between devices, and pins with none', async () => {
    const [laptop, phone] = [postgresVaultStore(query, 'ada'), postgresVaultStore(query, 'ada')];
    await createVault(laptop, by('first'));
    expect(await laptop.loadPin()).not.toBe(null);
    expect(await phone.loadPin()).toBe(null);
    expect((await openVault(phone, by('first'))).freshness).toBe('first-use');
    expect(await postgresVaultStore(query, 'grace').loadHeader()).toBe(null);
  });

  it('lets one of two devices win that change the vault at the same time', async () => {
    const [laptop, phone] = [postgresVaultStore(query, 'ada'), postgresVaultStore(query, 'ada')];
    const { vault } = await createVault(laptop, by('first'));
    const there = await openVault(phone, by('first'));
    const change = { current: by('first'), kdf };
    const results = await Promise.allSettled([
      changePassword(laptop, vault, { ...change, next: 'from the laptop' }),
      changePassword(phone, there, { ...change, next: 'from the phone' }),
    ]);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toMatchObject({ code: 'HEADER_CONFLICT' });
    const winner = results[0]?.status === 'fulfilled' ? 'from the laptop' : 'from the phone';
    expect((await openVault(postgresVaultStore(query, 'ada'), by(winner))).epoch).toBe(2);
  });

  it('replaces a header only while epoch and hash are as expected', async () => {
    const store = postgresVaultStore(query, 'ada');
    await createVault(store, by('first'));
    const header = await store.loadHeader();
    const next = { header: 'next', vaultId: '', epoch: 2, hash: 'b' };
    for (const expected of [
      null,
      { epoch: 1, hash: 'a' },
      { epoch: 7, hash: await storedHash() },
    ]) {
      await store.saveHeader({ ...next, expected });
      expect(await store.loadHeader()).toBe(header);
    }
    await store.saveHeader({ ...next, expected: { epoch: 1, hash: await storedHash() } });
    expect(await store.loadHeader()).toBe('next');
  });
});

async function storedHash(): Promise<string> {
  const { rows } = await db.query<{ hash: string }>('SELECT hash FROM vaults');
  return rows[0]?.hash ?? '';
}
