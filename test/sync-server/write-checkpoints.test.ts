import { expect, test } from 'vitest';
import { connect, syncedDevice, syncServer, until, untilRows } from '../support/synced-devices.js';

const NOTES = 'SELECT id, body FROM notes ORDER BY id';

for (const checkpointMode of ['legacy', 'requests'] as const) {
  test(`what is downloaded waits for what was uploaded (${checkpointMode})`, async () => {
    const server = await syncServer();
    const laptop = await syncedDevice(server, 'laptop', { checkpointMode });
    await until(() => expect(laptop.currentStatus.hasSynced).toBe(true));
    await server.holdWriteCheckpoints(true);

    await laptop.execute("INSERT INTO notes (id, body) VALUES ('n1', 'of the laptop')");
    await until(async () => expect(await server.uploads()).toHaveLength(1));
    const path =
      checkpointMode === 'legacy'
        ? '/write-checkpoint2.json?client_id='
        : '/sync/checkpoint-request';
    await until(async () => {
      const urls = (await server.received()).map(({ url }) => url);
      const later = urls.slice(urls.lastIndexOf('/upload'));
      expect(later).toContainEqual(expect.stringContaining(path));
    });
    await server.query("INSERT INTO notes VALUES ('n2', 'ada', 'of the server')");
    // A device without uploads gets it at once; the other has been sent it, but may not show it.
    const phone = await syncedDevice(server, 'phone');
    await untilRows(phone, NOTES, [
      { id: 'n1', body: 'of the laptop' },
      { id: 'n2', body: 'of the server' },
    ]);
    await until(async () => {
      const arrived = await laptop.getAll("SELECT row_id FROM ps_oplog WHERE row_id = 'n2'");
      expect(arrived).toHaveLength(1);
    });
    expect(await laptop.getAll(NOTES)).toEqual([{ id: 'n1', body: 'of the laptop' }]);

    await server.holdWriteCheckpoints(false);
    await untilRows(laptop, NOTES, [
      { id: 'n1', body: 'of the laptop' },
      { id: 'n2', body: 'of the server' },
    ]);
  });
}

test('a write checkpoint given before a restart still holds after it', async () => {
  const server = await syncServer();
  const laptop = await syncedDevice(server, 'laptop');
  await laptop.execute("INSERT INTO notes (id, body) VALUES ('n1', 'first')");
  await until(async () => {
    expect(await laptop.getAll('SELECT row_id FROM ps_oplog')).toHaveLength(1);
  });
  await laptop.disconnect();
  await laptop.execute("UPDATE notes SET body = 'second' WHERE id = 'n1'");
  void connect(laptop, server, 'laptop');
  const phone = await syncedDevice(server, 'phone');
  await untilRows(phone, NOTES, [{ id: 'n1', body: 'second' }]);
  await untilRows(laptop, NOTES, [{ id: 'n1', body: 'second' }]);
});
