/** A device that was offline while its vault changed keys twice and dropped the old ones, on real databases. */
import { expect, it } from 'vitest';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import {
  createVault,
  dropRetiredKeys,
  openVault,
  reencryptRow,
  rekeyVault,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { databaseFile } from '../support/open-powersync.js';
import { payloadIdOf } from '../support/payload-text.js';
import {
  notes,
  payloadsIn,
  prefixOf,
  type RekeyedDevice,
  rekeyedDevice,
  rekeyingServer,
  untilSettled,
} from '../support/rekeyed-devices.js';
import { until, untilRows } from '../support/synced-devices.js';
import { quick } from '../vault/users.js';

const NOTES = 'SELECT id, title, body FROM notes ORDER BY id';
const IDS = ['deleted', 'gone', 'lost', 'mine', 'ours', 'sealed', 'theirs', 'unsealed'];
const EXPECTED = [
  { id: 'inserted', title: 'phone', body: null },
  { id: 'late', title: 'phone', body: null },
  { id: 'lost', title: 'before', body: null },
  { id: 'mine', title: 'phone', body: null },
  { id: 'ours', title: 'laptop', body: 'phone' },
  { id: 'sealed', title: 'phone', body: 'phone' },
  { id: 'theirs', title: 'laptop', body: null },
  { id: 'unsealed', title: 'before', body: 'phone' },
];

async function run({ db }: RekeyedDevice, ...statements: readonly string[]): Promise<void> {
  await db.writeTransaction(async (tx) => {
    for (const sql of statements) await tx.execute(sql);
  });
}

/** Every row under the primary, and no old key in the vault. */
async function finish(server: SyncServer, { store }: RekeyedDevice, vault: Vault): Promise<Vault> {
  for (const row of await server.query('SELECT id, payload, folder FROM notes_sealed')) {
    const { payload } = reencryptRow(vault, notes, row as never);
    await server.query('UPDATE notes_sealed SET payload = $1, parents = $2 WHERE id = $3', [
      payload,
      payloadIdOf(String(row.payload)),
      row.id,
    ]);
  }
  const { vault: lean, left } = await dropRetiredKeys(store, vault, {
    closeKeys: async (prefixes) =>
      (await server.query('SELECT prefix, payloads FROM rowseal_close_keys($1, $2)', [
        'ada',
        prefixes,
      ])) as never,
  });
  expect(left).toBe(0);
  return lean;
}

it('loses no edit, seals all under the newest key, and merges as it would have', async () => {
  const server = await rekeyingServer();
  const laptop = await rekeyedDevice(server, 'laptop');
  laptop.connect();
  const { vault } = await createVault(laptop.store, quick());
  await laptop.start(vault);
  const values = IDS.map((id) => `('${id}', 'before')`).join();
  await run(laptop, `INSERT INTO notes (id, title) VALUES ${values}`);
  await untilSettled(laptop);
  const file = await databaseFile();
  let phone = await rekeyedDevice(server, 'phone', file);
  phone.connect();
  await phone.start(await openVault(phone.store, quick()));
  await phone.mirror().waitForFirstSync();
  await untilRows(phone.db, 'SELECT count(*) AS count FROM notes', [{ count: IDS.length }]);
  await server.dropRow('notes_sealed', 'lost');
  await until(() => expect(phone.mirror().status.withdrawn).toBe(1));
  await untilSettled(laptop, phone);
  await phone.db.disconnect();

  await run(laptop, "UPDATE notes SET title = 'laptop' WHERE id IN ('ours', 'mine')");
  await untilSettled(laptop);
  await run(
    phone,
    "UPDATE notes SET title = 'phone' WHERE id IN ('mine', 'theirs', 'sealed')",
    "UPDATE notes SET body = 'phone' WHERE id = 'ours'",
    "DELETE FROM notes WHERE id = 'deleted'",
    "INSERT INTO notes (id, title) VALUES ('inserted', 'phone')",
  );
  await phone.mirror().flush();
  const waiting = await phone.waiting();
  expect(waiting.map(({ payload }) => payload?.startsWith(prefixOf(vault)))).toEqual(
    Array(6).fill(true),
  );
  await phone.mirror().close();
  await run(
    phone,
    "UPDATE notes SET body = 'phone' WHERE id IN ('sealed', 'unsealed')",
    "DELETE FROM notes WHERE id = 'gone'",
    "INSERT INTO notes (id, title) VALUES ('late', 'phone')",
  );
  await phone.db.close();

  let lean = await finish(server, laptop, await rotateDataKey(laptop.store, vault));
  await run(laptop, "UPDATE notes SET title = 'laptop' WHERE id = 'theirs'");
  await untilSettled(laptop);
  const { vault: rekeyed } = await rekeyVault(laptop.store, lean, { keep: [quick()] });
  lean = await finish(server, laptop, rekeyed);
  await laptop.mirror().unlock(lean);

  phone = await rekeyedDevice(server, 'phone', file);
  phone.mayUpload = false;
  phone.connect();
  const opened = await until(async () => {
    const newest = await openVault(phone.store, quick());
    expect(newest.header).toBe(lean.header);
    return newest;
  });
  await phone.start(opened);
  await phone.mirror().flush();
  phone.mayUpload = true;
  await untilSettled(phone);
  await phone.mirror().retry({ withdrawn: [{ table: 'notes', id: 'lost' }] });
  for (const { db } of [laptop, phone]) await untilRows(db, NOTES, EXPECTED);
  await untilSettled(laptop, phone);
  const old = payloadsIn(phone.sent).filter((payload) => !payload.startsWith(prefixOf(lean)));
  expect(old).toEqual([]);
  const used = await server.query("SELECT prefix FROM rowseal_key_use('ada')");
  expect(used).toEqual([{ prefix: prefixOf(lean) }]);
  for (const { mirror } of [laptop, phone]) {
    expect(await mirror().troubledRows()).toEqual([]);
    expect(mirror().status).toMatchObject({ header: null, findings: 0 });
    expect(mirror().vault?.keys.map(({ status }) => status)).toEqual(['primary']);
  }
});
