import { expect, test } from 'vitest';
import { syncedDevice, syncServer, untilRows } from '../support/synced-devices.js';

const NOTES = 'SELECT id, body, stars FROM notes ORDER BY id';

test('a row travels from one device to another, with its edits and its end', async () => {
  const server = await syncServer();
  const laptop = await syncedDevice(server, 'laptop');
  const phone = await syncedDevice(server, 'phone');

  await laptop.execute("INSERT INTO notes (id, body, stars) VALUES ('n1', 'Milk', 1)");
  await untilRows(phone, NOTES, [{ id: 'n1', body: 'Milk', stars: 1 }]);

  await phone.execute("UPDATE notes SET stars = 5 WHERE id = 'n1'");
  await untilRows(laptop, NOTES, [{ id: 'n1', body: 'Milk', stars: 5 }]);
  const stored = await server.query('SELECT owner_id, body, stars FROM notes');
  expect(stored).toEqual([{ owner_id: 'ada', body: 'Milk', stars: 5 }]);

  await laptop.execute("DELETE FROM notes WHERE id = 'n1'");
  await untilRows(phone, NOTES, []);
});
