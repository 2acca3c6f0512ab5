/**
 * A hostile server over the wire: operations that no honest one sends. Each title begins with the
 * classes of attack, as in `test/attacks/README.md`.
 */
import { expect, it } from 'vitest';
import {
  expectUnmoved,
  findingsOf,
  hostileWorld,
  NOTES,
  rowsOf,
  troublesOf,
} from '../support/hostile-world.js';
import { untilUploaded } from '../support/mirrored-powersync.js';
import { until, untilRows } from '../support/synced-devices.js';

const FORGED = JSON.stringify({ title: 'forged', folder: 'forged', list_id: 'l1' });

it('A08: rows for tables that are not synced reach none of them', async () => {
  const w = await hostileWorld(['a']);
  const before = await rowsOf(w.phone);
  const forgeries = [
    { object_type: 'notes', object_id: 'a', data: FORGED },
    { object_type: 'notes', object_id: 'new', data: FORGED },
    { object_type: 'ps_data_local__notes', object_id: 'a', data: FORGED },
    { object_type: 'ps_crud', object_id: '1', data: '{"data":"{}"}' },
    { object_type: 'rowseal_queue', object_id: '1', data: '{"dir":"out","tbl":"notes"}' },
    { object_type: 'sqlite_schema', object_id: '1', data: '{"name":"rowseal_queue"}' },
    { object_type: '"; DROP TABLE rowseal_queue; --', object_id: '1', data: FORGED },
  ];
  for (const fields of forgeries) await w.server.forge(NOTES, 'ada', fields);
  await expectUnmoved(w, before);
  expect(await troublesOf(w.phone)).toEqual({});
  await w.phone.db.execute("UPDATE notes SET title = 'still works'");
  await untilRows(w.laptop.db, 'SELECT title FROM notes', [{ title: 'still works' }]);
});

it('A08 D01 D02 D05: ids and columns of any kind are quarantined, each by itself', async () => {
  const w = await hostileWorld(['a']);
  const before = await rowsOf(w.phone);
  const uuid = 'C56A4180-65AA-42EC-A945-5FD21DEC0538';
  const ids = [
    '',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    uuid,
    "'; --",
    '\u0000',
    '{"a":1}',
  ];
  const columns: Readonly<Record<string, string>> = {
    array: '[1]',
    'no JSON': 'no json',
    text: '"text"',
    'payload a number': '{"payload":5}',
    'payload an object': '{"payload":{"a":1},"siblings":{"a":1},"parents":[1]}',
    'payload twice': '{"payload":"AQ","payload":"Blåbær"}',
    '__proto__ in it': '{"__proto__":{"payload":"AQ","title":"forged"}}',
  };
  const rows = [
    ...ids.map((id) => [id, FORGED] as const),
    ...Object.entries(columns),
    ['x'.repeat(100_000), FORGED] as const,
  ];
  for (const [object_id, data] of rows) {
    await w.server.forge(NOTES, 'ada', { object_type: NOTES, object_id, data });
  }
  await expectUnmoved(w, before);
  const troubles = await troublesOf(w.phone);
  const { 'payload twice': first, ...others } = troubles;
  expect(first).toBe('quarantined ROW_MALFORMED'); // of which SQLite reads the first
  expect(Object.keys(others)).toHaveLength(rows.length - 1);
  expect(new Set(Object.values(others))).toEqual(new Set(['quarantined NOT_ENCRYPTED']));
  expect(({} as Record<string, unknown>).payload).toBeUndefined();
  expect(await findingsOf(w.phone)).toEqual([]);
});

it('D02: what breaks the protocol stops the sync, and nothing else', async () => {
  const w = await hostileWorld(['a']);
  const before = await rowsOf(w.phone);
  const forgeries = [
    { object_type: NOTES, object_id: 5, data: FORGED },
    { object_type: NOTES, object_id: { a: 1 }, data: FORGED },
    { object_type: 5, object_id: 'a', data: FORGED },
    { object_type: NOTES, object_id: 'a', data: { title: 'forged' } },
    { object_type: NOTES, object_id: 'a', op: 'EXPLODE', data: FORGED },
  ];
  for (const fields of forgeries) {
    await w.server.forge(NOTES, 'ada', fields);
    await until(() => expect(w.phone.db.currentStatus.dataFlowStatus.downloadError).toBeDefined());
    expect(await rowsOf(w.phone)).toEqual(before);
    await w.server.compact(); // the server thinks better of it
  }
  await w.phone.db.execute("UPDATE notes SET title = 'still works'");
  await untilUploaded(w.phone.db);
  await untilRows(w.laptop.db, 'SELECT title FROM notes', [{ title: 'still works' }]);
  expect(await troublesOf(w.phone)).toEqual({});
  expect(await w.uploads()).toBe(1);
});
