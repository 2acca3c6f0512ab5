import { expect, test } from 'vitest';
import { NOTES_SQL, syncedDevice, syncServer, untilRows } from '../support/synced-devices.js';

const NOTES = 'SELECT id, body, stars FROM notes ORDER BY id';
const WATCHED = `${NOTES_SQL};
  ALTER TABLE notes ADD siblings text NOT NULL DEFAULT '', ALTER owner_id SET NOT NULL;
  CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN NEW.body := upper(NEW.body); RETURN NEW; END $$;
  CREATE TRIGGER shout BEFORE INSERT OR UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION shout()`;

async function world() {
  const server = await syncServer({ tables: WATCHED });
  const laptop = await syncedDevice(server, 'laptop');
  await laptop.execute("INSERT INTO notes (id, body, stars) VALUES ('n1', 'first', 1)");
  await untilRows(laptop, NOTES, [{ id: 'n1', body: 'FIRST', stars: 1 }]);
  await laptop.execute("UPDATE notes SET body = 'second' WHERE id = 'n1'");
  await untilRows(laptop, NOTES, [{ id: 'n1', body: 'SECOND', stars: 1 }]);
  return { server, laptop };
}

test('columns are overwritten past triggers, and other columns stay', async () => {
  const { server, laptop } = await world();
  await server.setColumns('notes', 'n1', { body: 'forged' });
  await untilRows(laptop, NOTES, [{ id: 'n1', body: 'forged', stars: 1 }]);
});

test('an earlier state is served again, also of a row that was dropped', async () => {
  const { server, laptop } = await world();
  const bodies = (await server.versions('notes', 'n1')).map(({ body }) => body);
  expect(bodies).toEqual(['FIRST', 'SECOND']);
  await server.replay('notes', 'n1', 0);
  await untilRows(laptop, NOTES, [{ id: 'n1', body: 'FIRST', stars: 1 }]);
  await server.dropRow('notes', 'n1');
  await untilRows(laptop, NOTES, []);
  await server.replay('notes', 'n1', -2);
  await untilRows(laptop, NOTES, [{ id: 'n1', body: 'SECOND', stars: 1 }]);
  await expect(server.replay('notes', 'n1', 9)).rejects.toThrow(RangeError);
});

test('siblings are added to those that are there', async () => {
  const { server } = await world();
  await server.addSiblings('notes', 'n1', ['one', 'two']);
  await server.addSiblings('notes', 'n1', ['three']);
  expect(await server.query('SELECT body, siblings FROM notes')).toEqual([
    { body: 'SECOND', siblings: 'one two three' },
  ]);
});

test('a server lies past its own checks once it has dropped them', async () => {
  const { server, laptop } = await world();
  const lie = () => server.setColumns('notes', 'n1', { stars: 99 });
  await expect(lie()).rejects.toThrow('check constraint');
  await server.dropChecks();
  await lie();
  await untilRows(laptop, NOTES, [{ id: 'n1', body: 'SECOND', stars: 99 }]);
});

test('an operation is sent with whatever fields', async () => {
  const { server, laptop } = await world();
  const fields = { object_type: 'news', object_id: 'x', data: '{"title":"forged"}' };
  await server.forge('notes', 'ada', fields);
  await untilRows(laptop, 'SELECT * FROM news', [{ id: 'x', title: 'forged' }]);
});
