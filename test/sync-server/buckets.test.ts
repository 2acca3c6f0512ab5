import { expect, test } from 'vitest';
import { connect, syncedDevice, syncServer, until, untilRows } from '../support/synced-devices.js';

const NOTES = 'SELECT id, body FROM notes ORDER BY id';
const A = { id: 'n1', body: 'A' };
const B = { id: 'n2', body: 'B' };

test("a row leaves a device's scope, enters another's, and comes back", async () => {
  const server = await syncServer();
  const ada = await syncedDevice(server, 'laptop');
  const bob = await syncedDevice(server, 'tablet', { owner: 'bob' });
  await server.query("INSERT INTO notes VALUES ('n1', 'ada', 'A'), ('n2', 'ada', 'B')");
  await untilRows(ada, NOTES, [A, B]);
  await server.query("UPDATE notes SET owner_id = 'bob' WHERE id = 'n1'");
  await untilRows(ada, NOTES, [B]);
  await untilRows(bob, NOTES, [A]);
  await server.query("UPDATE notes SET owner_id = 'ada' WHERE id = 'n1'");
  await untilRows(ada, NOTES, [A, B]);
  await untilRows(bob, NOTES, []);
});

test('a whole table is withheld from one device, and given back', async () => {
  const server = await syncServer();
  await server.query("INSERT INTO notes VALUES ('n1', 'ada', 'A')");
  await server.query("INSERT INTO tags VALUES ('t1', 'ada', 'shop')");
  const laptop = await syncedDevice(server, 'laptop');
  const phone = await syncedDevice(server, 'phone');
  await untilRows(phone, NOTES, [A]);
  await server.withhold('phone', 'notes', true);
  await untilRows(phone, NOTES, []);
  await server.query("INSERT INTO notes VALUES ('n2', 'ada', 'B')");
  await untilRows(laptop, NOTES, [A, B]);
  expect(await phone.getAll('SELECT id FROM tags')).toEqual([{ id: 't1' }]);
  await server.withhold('phone', 'notes', false);
  await untilRows(phone, NOTES, [A, B]);
});

test('devices that are behind, in step and new follow MOVE and CLEAR', async () => {
  const server = await syncServer();
  await server.query(
    "INSERT INTO notes VALUES ('n1', 'ada', 'A'), ('n2', 'ada', 'b'), ('n3', 'ada', 'c')",
  );
  const behind = await syncedDevice(server, 'behind');
  const inStep = await syncedDevice(server, 'in step');
  await untilRows(behind, 'SELECT count(*) AS n FROM notes', [{ n: 3 }]);
  await behind.disconnect();
  // n3 goes: CLEAR at the beginning. n2 is replaced after n1, which stays: MOVE behind it.
  await server.query("DELETE FROM notes WHERE id = 'n3'");
  await server.query("UPDATE notes SET body = 'A' WHERE id = 'n1'");
  await server.query("UPDATE notes SET body = 'between' WHERE id = 'n2'");
  await server.query("UPDATE notes SET body = 'B' WHERE id = 'n2'");
  await untilRows(inStep, NOTES, [A, B]);
  await server.compact();

  const fresh = await syncedDevice(server, 'new');
  await untilRows(fresh, NOTES, [A, B]);
  void connect(behind, server, 'behind');
  await untilRows(behind, NOTES, [A, B]);
  await server.query("INSERT INTO notes VALUES ('n4', 'ada', 'D')");
  for (const db of [behind, inStep, fresh]) {
    await untilRows(db, NOTES, [A, B, { id: 'n4', body: 'D' }]);
    const [bucket] = await db.getAll(`SELECT count_at_last AS n FROM ps_buckets
      WHERE name = 'notes["ada"]'`);
    expect(bucket).toEqual({ n: 5 }); // CLEAR, n1, MOVE, n2, n4
  }
});

test('all rows are sent anew, and the old operations cleared', async () => {
  const server = await syncServer();
  await server.query("INSERT INTO notes VALUES ('n1', 'ada', 'A'), ('n2', 'ada', 'B')");
  const phone = await syncedDevice(server, 'phone');
  await untilRows(phone, NOTES, [A, B]);
  await server.touchAll();
  await server.compact();
  await until(async () => {
    const ops = await phone.getAll('SELECT row_id, op_id FROM ps_oplog ORDER BY op_id');
    expect(ops).toEqual([
      { row_id: 'n1', op_id: 3 },
      { row_id: 'n2', op_id: 4 },
    ]);
  });
  expect(await phone.getAll(NOTES)).toEqual([A, B]);
});

test('what is urgent is seen before the rest has come', async () => {
  const server = await syncServer({ priorities: { news: 1 } });
  await server.query("INSERT INTO notes VALUES ('n1', 'ada', 'A')");
  await server.query("INSERT INTO news VALUES ('w1', 'urgent')");
  // A checkpoint, the news, their partial end, and there it breaks, until the faults are forgotten.
  await server.failStreams({ kind: 'cut', afterLines: 3, times: 1_000_000 });
  const phone = await syncedDevice(server, 'phone');
  await untilRows(phone, 'SELECT id FROM news', [{ id: 'w1' }]);
  // It says so a moment after the rows are there.
  await until(() => expect(phone.currentStatus.statusForPriority(1)?.hasSynced).toBe(true));
  expect(phone.currentStatus.hasSynced).toBe(false);
  expect(await phone.getAll(NOTES)).toEqual([]);
  await server.clearFaults();
  await untilRows(phone, NOTES, [A]);
});
