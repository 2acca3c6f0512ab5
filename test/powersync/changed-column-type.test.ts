/** A column whose type was wrong: a second one beside it, and an app that keeps both in step. */
import { defineTable, encrypted } from 'rowseal';
import { it } from 'vitest';
import { migrate, serverOf, updated } from '../support/app-versions.js';
import { powersyncDevice, untilUploaded } from '../support/mirrored-powersync.js';
import { untilRows } from '../support/synced-devices.js';

const [title, amount] = [encrypted.text(), encrypted.real()];
const euros = [defineTable('items', { title, amount })];
const cents = encrypted.integer().optional();
const both = [defineTable('items', { title, amount, cents })];
const centsAlone = [defineTable('items', { title, cents })];

/** What the version with both runs at its start and whenever the table changes. */
const CONVERT = `UPDATE items SET cents = CAST(round(amount * 100) AS INTEGER)
  WHERE cents IS NOT CAST(round(amount * 100) AS INTEGER)`;

it('is converted by the app, with edits of old versions, and nothing is rounded unseen', async () => {
  const server = await serverOf(euros);
  const laptop = await powersyncDevice('laptop', euros);
  const phone = await powersyncDevice('phone', euros);
  await Promise.all([laptop.connect(server), phone.connect(server)]);
  await laptop.db.execute(
    `INSERT INTO items (id, title, amount) VALUES ('a', 'A', 12.5), ('b', 'B', 0.1), ('c', 'C', 3)`,
  );
  const OLD = 'SELECT id, amount FROM items ORDER BY id';
  const row = (id: string, amount: number) => ({ id, amount });
  await untilRows(phone.db, OLD, [row('a', 12.5), row('b', 0.1), row('c', 3)]);
  await untilUploaded(laptop.db);
  await Promise.all([laptop.db.disconnect(), phone.db.disconnect()]);
  await phone.db.execute("UPDATE items SET amount = 3.33 WHERE id = 'c'");
  await laptop.mirror.close();
  await laptop.db.execute("UPDATE items SET amount = 13.75 WHERE id = 'a'");

  await migrate(server, both);
  const next = await updated(laptop, both);
  const NEW = 'SELECT id, amount, cents FROM items ORDER BY id';
  await next.mirror.flush();
  await next.db.execute(CONVERT);
  const a = { ...row('a', 13.75), cents: 1375 };
  const b = { ...row('b', 0.1), cents: 10 };
  await untilRows(next.db, NEW, [a, b, { ...row('c', 3), cents: 300 }]);
  await Promise.all([next.connect(server), phone.connect(server)]);
  await untilRows(next.db, NEW, [a, b, { ...row('c', 3.33), cents: 300 }]);
  await next.db.execute(CONVERT); // as a watch of the table does
  await next.db.execute("UPDATE items SET amount = 0.2, cents = 20 WHERE id = 'b'");
  await untilRows(phone.db, OLD, [row('a', 13.75), row('b', 0.2), row('c', 3.33)]);
  await untilUploaded(next.db);

  const last = await updated(phone, centsAlone);
  await last.connect(server);
  await untilRows(last.db, 'SELECT id, cents FROM items ORDER BY id', [
    { id: 'a', cents: 1375 },
    { id: 'b', cents: 20 },
    { id: 'c', cents: 333 },
  ]);
  await last.db.execute("UPDATE items SET title = 'Last' WHERE id = 'a'");
  await untilRows(next.db, "SELECT title, amount, cents FROM items WHERE id = 'a'", [
    { title: 'Last', amount: 13.75, cents: 1375 },
  ]);
});

it('under its old name is another column: rows say nothing of it, and keep what they had', async () => {
  const device = await powersyncDevice('laptop', euros);
  await device.db.execute("INSERT INTO items (id, title, amount) VALUES ('a', 'A', 12.5)");
  await device.mirror.flush();
  const optional = encrypted.integer().optional();
  const wrong = await updated(device, [defineTable('items', { title, amount: optional })]);
  await untilRows(wrong.db, 'SELECT amount FROM items', [{ amount: null }]);
  await wrong.db.execute("UPDATE items SET title = 'B'");
  await wrong.mirror.flush();
  const right = await updated(wrong, euros);
  await untilRows(right.db, 'SELECT title, amount FROM items', [{ title: 'B', amount: 12.5 }]);
});
