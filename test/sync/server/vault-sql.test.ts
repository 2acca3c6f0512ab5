import {
  bySecret,
  createVault,
  defineTable,
  memoryStore,
  rotateDataKey,
  type Vault,
} from 'rowseal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseHeader } from '../../../src/keys/vault-header.js';
import { versionOf } from '../../../src/keys/vault-store.js';
import { serverSql } from '../../../src/sync/server/server-sql.js';
import { openPostgres, type Postgres } from './open-postgres.js';

const CHECK_VIOLATION = '23514';
const INSUFFICIENT_PRIVILEGE = '42501';

let db: Postgres;
beforeAll(async () => {
  db = await openPostgres();
  await db.exec(serverSql([defineTable('notes', {})], { vault: true }));
});
afterAll(() => db.close());

/** Three headers of one vault, and another after the first. */
async function headers() {
  const store = memoryStore();
  const { vault } = await createVault(store, bySecret(crypto.getRandomValues(new Uint8Array(32))));
  const fork = memoryStore(vault.header);
  const second = await rotateDataKey(store, vault);
  const third = await rotateDataKey(store, second);
  return { first: vault, second, third, other: await rotateDataKey(fork, vault) };
}

function rowOf({ header }: Vault) {
  return { ...versionOf(parseHeader(header)), header };
}

let owners = 0;
function newOwner() {
  owners += 1;
  const owner = `user ${owners}`;
  const call = 'SELECT * FROM rowseal_save_vault($1, $2, $3, $4, $5, $6)';
  const values = (next: Vault, expected: Vault | null) => {
    const { header, epoch, hash } = rowOf(next);
    const replaced = expected && rowOf(expected);
    return [owner, header, epoch, hash, replaced?.epoch ?? null, replaced?.hash ?? null];
  };
  return {
    owner,
    values,
    save: async (next: Vault, expected: Vault | null) => {
      const [row, ...others] = await db.run(call, values(next, expected));
      expect(others).toEqual([]);
      return row;
    },
  };
}

describe('rowseal_save_vault', () => {
  it('stores the first header where none is expected, and returns it', async () => {
    const { owner, save } = newOwner();
    const { first } = await headers();
    expect(await save(first, null)).toEqual({ id: owner, ...rowOf(first) });
  });

  it('replaces a header that is expected', async () => {
    const { owner, save } = newOwner();
    const { first, second } = await headers();
    await save(first, null);
    expect(await save(second, first)).toEqual({ id: owner, ...rowOf(second) });
  });

  it('changes nothing when another header is stored, and returns that', async () => {
    const { save } = newOwner();
    const { first, second, other, third } = await headers();
    await save(first, null);
    await save(second, first);
    expect(await save(other, first)).toMatchObject(rowOf(second));
    expect(await save(third, null)).toMatchObject(rowOf(second));
    expect(await save(third, other)).toMatchObject(rowOf(second)); // the epoch alone is not enough
  });

  it('lets one of two at once win, and tells both which', async () => {
    const { save } = newOwner();
    const { first, second, other } = await headers();
    const created = await Promise.all([save(first, null), save(second, null)]);
    expect(created).toEqual([created[0], created[0]]);
    await save(first, null);
    const changed = await Promise.all([save(other, first), save(second, first)]);
    expect(changed[0]).toMatchObject(rowOf(other));
    expect(changed).toEqual([changed[0], changed[0]]);
  });

  it('changes nothing when it is called again, and returns what is stored by then', async () => {
    const { save } = newOwner();
    const { first, second, third } = await headers();
    await save(first, null);
    expect(await save(first, null)).toMatchObject(rowOf(first));
    await save(second, first);
    expect(await save(second, first)).toMatchObject(rowOf(second));
    await save(third, second);
    expect(await save(second, first)).toMatchObject(rowOf(third));
  });

  it('returns no row when one is expected and none is stored', async () => {
    const { save } = newOwner();
    const { first, second } = await headers();
    expect(await save(second, first)).toBeUndefined();
  });

  it('stores none when only half of a version is expected', async () => {
    const { values } = newOwner();
    const { first, second } = await headers();
    for (const missing of [4, 5]) {
      const given = values(second, first).map((value, at) => (at === missing ? null : value));
      const found = await db.run('SELECT * FROM rowseal_save_vault($1, $2, $3, $4, $5, $6)', given);
      expect(found).toEqual([]);
    }
  });

  it('keeps users apart', async () => {
    const [ada, bob] = [newOwner(), newOwner()];
    const { first, second } = await headers();
    await ada.save(first, null);
    expect(await bob.save(second, first)).toBeUndefined();
    expect(await ada.save(first, null)).toMatchObject(rowOf(first));
  });

  it('may be called by nobody who was not granted it', async () => {
    await db.exec('CREATE ROLE app_vaults; GRANT ALL ON rowseal_vaults TO app_vaults');
    await db.exec('SET ROLE app_vaults');
    const { values } = newOwner();
    const { first } = await headers();
    const call = 'SELECT * FROM rowseal_save_vault($1, $2, $3, $4, $5, $6)';
    expect(await db.refusal(call, values(first, null))).toBe(INSUFFICIENT_PRIVILEGE);
    await db.exec('RESET ROLE; GRANT EXECUTE ON FUNCTION rowseal_save_vault TO app_vaults');
    await db.exec('SET ROLE app_vaults');
    expect(await db.refusal(call, values(first, null))).toBeNull();
    await db.exec('RESET ROLE');
  });

  it('writes for nobody else where row-level security says whose row it is', async () => {
    await db.exec(`
      CREATE ROLE app_user;
      ALTER TABLE rowseal_vaults ENABLE ROW LEVEL SECURITY;
      CREATE POLICY owner_only ON rowseal_vaults FOR ALL TO app_user
        USING (id = current_setting('app.owner')) WITH CHECK (id = current_setting('app.owner'));
      GRANT SELECT, INSERT, UPDATE ON rowseal_vaults TO app_user;
      GRANT EXECUTE ON FUNCTION rowseal_save_vault TO app_user`);
    const [ada, bob] = [newOwner(), newOwner()];
    const { first, second } = await headers();
    await ada.save(first, null);
    await db.exec(`SET ROLE app_user; SET app.owner = '${bob.owner}'`);
    const call = 'SELECT * FROM rowseal_save_vault($1, $2, $3, $4, $5, $6)';
    expect(await db.refusal(call, newOwner().values(first, null))).toBe(INSUFFICIENT_PRIVILEGE);
    expect(await ada.save(second, first)).toBeUndefined();
    expect(await bob.save(first, null)).toMatchObject(rowOf(first));
    await db.exec('RESET ROLE');
    expect(await ada.save(first, null)).toMatchObject(rowOf(first));
    await db.exec('ALTER TABLE rowseal_vaults DISABLE ROW LEVEL SECURITY');
  });

  it('stays as it is when the SQL is run again', async () => {
    const { save } = newOwner();
    const { first, second } = await headers();
    await save(first, null);
    await db.exec(serverSql([defineTable('notes', {})], { owner: 'owner_id', vault: true }));
    expect(await save(second, first)).toMatchObject(rowOf(second));
  });
});

describe('the table of vaults', () => {
  const insert = (row: Readonly<Record<string, unknown>>) =>
    db.refusal('INSERT INTO rowseal_vaults (id, epoch, hash, header) VALUES ($1, $2, $3, $4)', [
      newOwner().owner,
      row.epoch,
      row.hash,
      row.header,
    ]);

  it('holds nothing but headers under their own epoch and hash', async () => {
    const { first, second } = await headers();
    const row = rowOf(first);
    const { header } = row;
    expect(await insert(row)).toBeNull();
    const wrong = [
      { ...row, epoch: 2 },
      { ...row, hash: rowOf(second).hash },
      { ...row, hash: `${row.hash}=` },
      { ...row, header: second.header },
      { ...row, header: `${header}AAAA` },
      { ...row, header: `${header} ` },
      { ...row, header: `${header}\n` },
      { ...row, header: header.slice(0, -1) },
      { ...row, header: `B${header.slice(1)}` },
      { ...row, header: 'hunter2' },
      { ...row, header: '' },
      { ...row, header: 'A'.repeat(87_383) },
      { ...row, header: 'Blåbær '.repeat(100) },
    ];
    for (const each of wrong) expect(await insert(each), each.header).toBe(CHECK_VIOLATION);
  });

  it('takes epochs of four bytes', async () => {
    const { first } = await headers();
    const { bytes } = parseHeader(first.header);
    for (const epoch of [0x01020304, 0x80000000, 0xffffffff]) {
      const changed = bytes.slice();
      new DataView(changed.buffer).setUint32(49, epoch);
      const header = Buffer.from(changed).toString('base64url');
      const digest = await crypto.subtle.digest('SHA-256', changed);
      const hash = Buffer.from(digest).toString('base64url');
      expect(await insert({ epoch, hash, header })).toBeNull();
      expect(await insert({ epoch: epoch - 1, hash, header })).toBe(CHECK_VIOLATION);
    }
  });

  it('takes one text of a header only', async () => {
    const { first } = await headers();
    const { bytes } = parseHeader(first.header);
    for (const length of [bytes.length - 1, bytes.length - 2, bytes.length - 3]) {
      const part = bytes.slice(0, length);
      const header = Buffer.from(part).toString('base64url');
      const hash = Buffer.from(await crypto.subtle.digest('SHA-256', part)).toString('base64url');
      const row = { epoch: 1, hash, header };
      expect(await insert(row)).toBeNull();
      const next = String.fromCharCode(header.charCodeAt(header.length - 1) + 1);
      const sameBytes = header.slice(0, -1) + next;
      if (length % 3 === 0 || !Buffer.from(sameBytes, 'base64url').equals(part)) continue;
      expect(await insert({ ...row, header: sameBytes })).toBe(CHECK_VIOLATION);
    }
  });

  it('is there only when it is asked for', () => {
    expect(serverSql([defineTable('notes', {})])).not.toContain('rowseal_vaults');
  });
});
