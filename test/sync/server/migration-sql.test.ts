/** The SQL of a migration in Postgres: old writes refused, verified rows removed and no others. */
import { cleartext, defineTable, encrypted, encryptRow } from 'rowseal';
import { migrationSql, serverSql } from 'rowseal/powersync';
import { vaultForTesting } from 'rowseal/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPostgres, type Postgres, upsert } from './open-postgres.js';

const entries = defineTable('entries', { amount: encrypted.integer() });
const { vault } = vaultForTesting('migration sql');
const sql = migrationSql({
  from: 'old "stuff"',
  table: entries,
  owner: 'owner_id',
  fromOwner: 'of',
});
const REMOVE = 'SELECT * FROM "rowseal_remove_old ""stuff"""($1, $2, $3) AS id';
const NO_OWNER = { from: 'old', table: entries, owner: '' };

let postgres: Postgres;
beforeAll(async () => {
  postgres = await openPostgres();
  await postgres.exec(serverSql([entries], { owner: 'owner_id' }));
  await postgres.exec('CREATE TABLE "old ""stuff""" (id uuid PRIMARY KEY, "of" uuid, amount int)');
  await postgres.exec(sql);
});
beforeEach(async () => {
  await postgres.exec(
    `ALTER TABLE "old ""stuff""" DISABLE TRIGGER rowseal_refuse_old;
    DELETE FROM "old ""stuff"""; DELETE FROM entries_sealed`,
  );
});
afterAll(() => postgres.close());

const uuid = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const ADA = uuid(8);
const BOB = uuid(9);

/** An old row and its sealed copy; returns the copy's payload id. */
async function row(
  n: number,
  { owner = ADA, sealedOwner }: { owner?: string; sealedOwner?: string } = {},
): Promise<string> {
  await postgres.run('INSERT INTO "old ""stuff""" VALUES ($1, $2, 1)', [uuid(n), owner]);
  return sealed(n, sealedOwner ?? owner);
}

async function sealed(n: number, owner = ADA, parents = ''): Promise<string> {
  const { id, payload } = encryptRow(vault, entries, { id: uuid(n), amount: 1 });
  await postgres.run(...upsert({ id, owner_id: owner, payload, parents }, 'entries_sealed'));
  return payload.slice(44, 76);
}

async function remove(ids: readonly string[], payloadIds: readonly string[], owner = ADA) {
  const rows = await postgres.run(REMOVE, [owner, ids, payloadIds]);
  return rows.map(({ id }) => id);
}

const refuse = () => postgres.exec('ALTER TABLE "old ""stuff""" ENABLE TRIGGER rowseal_refuse_old');
const left = () => postgres.run('SELECT id FROM "old ""stuff""" ORDER BY id');

describe('old writes', () => {
  it('pass until the trigger is enabled, and are then refused for the time being', async () => {
    await row(1);
    await postgres.exec(sql);
    await row(2);
    await refuse();
    await postgres.exec(sql);
    const writes = ['UPDATE "old ""stuff""" SET amount = 2', 'DELETE FROM "old ""stuff"""'];
    for (const text of [...writes, ...writes.map((each) => `${each} WHERE false`)]) {
      expect(await postgres.refusal(text)).toBe('55000');
    }
    const insert = 'INSERT INTO "old ""stuff""" VALUES ($1, $2, 1)';
    expect(await postgres.refusal(insert, [uuid(3), ADA])).toBe('55000');
    expect(await left()).toHaveLength(2);
  });

  it('can be made by hand in a transaction that says so', async () => {
    await row(1);
    await refuse();
    await postgres.exec(`BEGIN; SET LOCAL "rowseal.removing" = 'on';
      UPDATE "old ""stuff""" SET amount = 2; DELETE FROM "old ""stuff"""; COMMIT`);
    expect(await left()).toEqual([]);
    expect(await postgres.refusal('INSERT INTO "old ""stuff""" VALUES ($1)', [ADA])).toBe('55000');
  });
});

describe('the removal', () => {
  it('is refused while old versions may still write', async () => {
    const payloadId = await row(1);
    expect(await postgres.refusal(REMOVE, [ADA, [uuid(1)], [payloadId]])).toBe('55000');
    expect(await postgres.refusal(REMOVE, [ADA, [], []])).toBe('55000');
    expect(await left()).toHaveLength(1);
    await refuse();
    expect(await remove([], [])).toEqual([]);
    expect(await remove([uuid(1)], [payloadId])).toEqual([uuid(1)]);
    expect(await left()).toEqual([]);
  });

  it('takes rows of which the verified payload stands, or was merged, or is kept beside', async () => {
    const ids = [await row(1), await row(2), await row(3), await row(4)] as const;
    await sealed(2, ADA, ids[1]);
    await sealed(3);
    await sealed(4, ADA, ids[3]);
    await sealed(
      4,
      ADA,
      (
        await postgres.run(
          'SELECT substr(payload, 45, 32) AS id FROM entries_sealed WHERE id = $1',
          [uuid(4)],
        )
      )[0]?.id as string,
    );
    await refuse();
    const named = [1, 2, 3, 4].map(uuid);
    expect(await remove(named, ids)).toEqual([1, 2, 3].map(uuid));
    expect(await left()).toEqual([{ id: uuid(4) }]);
    expect(await remove(named, ids)).toEqual([]);
  });

  it('takes no row that has no such sealed row of the same user', async () => {
    const mine = await row(1);
    const theirs = await row(2, { owner: BOB });
    const mixed = await row(3, { owner: ADA, sealedOwner: BOB });
    const other = await row(4, { owner: BOB, sealedOwner: ADA });
    await postgres.run('INSERT INTO "old ""stuff""" VALUES ($1, $2, 1)', [uuid(5), ADA]);
    await refuse();
    const ids = [2, 3, 4, 5].map(uuid);
    expect(await remove(ids, [theirs, mixed, other, mine])).toEqual([]);
    expect(await remove([uuid(1)], [theirs])).toEqual([]);
    expect(await remove([uuid(1), uuid(2)], [])).toEqual([]);
    expect(await left()).toHaveLength(5);
  });

  it('is for nobody until it is granted', async () => {
    await postgres.exec('CREATE ROLE anybody; SET ROLE anybody');
    expect(await postgres.refusal(REMOVE, [ADA, [], []])).toBe('42501');
    await postgres.exec('RESET ROLE');
  });
});

it.each([
  [{ ...NO_OWNER, owner: 'owner_id', from: 'entries' }, /not 'entries'/],
  [{ ...NO_OWNER, owner: 'owner_id', from: 'entries_sealed' }, /not 'entries_sealed'/],
  [{ ...NO_OWNER, owner: 'owner_id', from: '' }, /Postgres can't hold/],
  [{ ...NO_OWNER, owner: 'owner_id', from: undefined as never }, /Postgres can't hold/],
  [{ ...NO_OWNER, owner: 'owner_id', from: 't\n; DROP TABLE x; --' }, /Give names without/],
  [{ ...NO_OWNER, owner: 'owner_id', from: 'a $rowseal$ b' }, /Give names without/],
  [NO_OWNER, /Give owner: /],
  [{ ...NO_OWNER, owner: 'payload' }, /can't be the owner/],
  [{ ...NO_OWNER, owner: 'amount' }, /can't be the owner/],
  [{ ...NO_OWNER, owner: 'owner_id', fromOwner: 'ctid' }, /can't be named/],
  [
    { ...NO_OWNER, owner: 'owner_id', table: undefined as never },
    /Give table: what defineTable returned/,
  ],
  [{ ...NO_OWNER, owner: 'owner_id', owners: 1 } as never, /owners/],
])('refuses %j', (options, message) => {
  expect(() => migrationSql(options)).toThrow(message);
});

it('names the owner by a declared column', () => {
  const owned = defineTable('owned', { owner_id: cleartext.text() });
  expect(migrationSql({ from: 'old', table: owned, owner: 'owner_id' })).toContain('"owner_id"');
});
