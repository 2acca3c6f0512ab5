import { expect, test } from 'vitest';
import { createChance } from '../../examples/bank-statement/seeded-chance.js';
import { connect, syncedDevice, syncServer, until } from '../support/synced-devices.js';

const DEVICES = ['laptop', 'phone', 'tablet'];

/** Whatever happens to rows, streams, uploads and history, devices end with what the server has. */
for (const seed of [1, 2, 3]) {
  test(`devices agree with the server after any history: ${seed}`, async () => {
    const { below, pick } = createChance(seed);
    const server = await syncServer({ priorities: { tags: 1 } });
    const dbs = new Map(
      await Promise.all(
        DEVICES.map(async (name) => [name, await syncedDevice(server, name)] as const),
      ),
    );
    const table = () => pick(['notes', 'tags']);
    const id = () => `r${below(12)}`;
    const write = async (name: string) => {
      const db = dbs.get(name);
      const [into, column] = pick([
        ['notes', 'body'],
        ['tags', 'name'],
      ] as const);
      if (below(4) === 0) await db?.execute(`DELETE FROM ${into} WHERE id = ?`, [id()]);
      else {
        const values = [id(), `${name} ${below(1000)}`];
        await db?.execute(`INSERT OR REPLACE INTO ${into} (id, ${column}) VALUES (?, ?)`, values);
      }
    };
    const away = new Set<string>();
    const news: string[] = [];
    const catchUp = async (name: string) => {
      if (away.has(name)) return;
      news.push(`w${news.length}`);
      await server.query('INSERT INTO news (id) VALUES ($1)', [news.at(-1)]);
      await until(async () => {
        const known = await dbs
          .get(name)
          ?.getAll('SELECT id FROM news WHERE id = ?', [news.at(-1)]);
        expect(known).toHaveLength(1);
      });
    };
    const events = [
      ...Array(8).fill(() => write(pick(DEVICES))),
      () => server.query(`UPDATE ${table()} SET owner_id = 'bob' WHERE id = $1`, [id()]),
      () => server.query("UPDATE notes SET owner_id = 'ada' WHERE owner_id = 'bob'"),
      () => server.dropRow(table(), id()),
      () => server.compact(),
      () => server.touchAll(),
      () => server.failStreams({ kind: 'torn', afterLines: below(4), device: pick(DEVICES) }),
      () => server.failStreams({ kind: 'checksum', device: pick(DEVICES) }),
      () => server.failUploads({ kind: pick(['lost-answer', 'lost-request', 'partly', 'twice']) }),
      () => server.expireTokens(pick(DEVICES)),
      () => server.withhold(pick(DEVICES), table(), below(2) === 0),
      async (name = pick(DEVICES)) => server.cutOff(name).then(() => away.add(name)),
      async (name = pick(DEVICES)) => server.letIn(name).then(() => away.delete(name)),
      () => catchUp(pick(DEVICES)),
      () => catchUp(pick(DEVICES)),
    ];
    for (let step = 0; step < 150; step++) await pick(events)();

    await server.clearFaults();
    for (const [name, db] of dbs) {
      await server.letIn(name);
      for (const withheld of ['notes', 'tags']) await server.withhold(name, withheld, false);
      void connect(db, server, name); // else the last upload may wait for the next write
    }
    for (const db of dbs.values()) {
      await until(async () => expect(await db.getAll('SELECT id FROM ps_crud')).toEqual([]));
    }
    for (const [from, column] of [
      ['notes', 'body'],
      ['tags', 'name'],
    ]) {
      const rows = `SELECT id, ${column} FROM ${from}`;
      for (const db of dbs.values()) {
        await until(async () => {
          const stored = await server.query(`${rows} WHERE owner_id = 'ada' ORDER BY id`);
          expect(await db.getAll(`${rows} ORDER BY id`)).toEqual(stored);
        });
      }
    }
  });
}
