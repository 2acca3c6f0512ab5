/** What each type of column is in plain SQL, and what it refuses to seal. */
import { decryptRow, defineTable, encrypted } from 'rowseal';
import { expect, it } from 'vitest';
import { openUserVault, powersyncDevice } from '../support/mirrored-powersync.js';

const things = defineTable('things', {
  real: encrypted.real().optional(),
  integer: encrypted.integer().optional(),
  boolean: encrypted.boolean().optional(),
  bigint: encrypted.bigint().optional(),
  decimal: encrypted.decimal().optional(),
  bytes: encrypted.bytes().optional(),
  date: encrypted.date().optional(),
  timestamp: encrypted.timestamp().optional(),
  json: encrypted.json().optional(),
  label: encrypted.text(),
});

type Name = Exclude<keyof typeof things.columns, 'label'>;

async function thingsWith(values: readonly (readonly [column: Name, value: string])[]) {
  const vault = await openUserVault();
  const { db, mirror } = await powersyncDevice('laptop', [things], { vault });
  for (const [at, [column, value]] of values.entries()) {
    await db.execute(
      `INSERT INTO things (id, label, ${column}) VALUES ('t${at}', '${column}', ${value})`,
    );
  }
  await mirror.flush();
  return { db, vault, troubled: await mirror.troubledRows() };
}

const SEALED: readonly (readonly [Name, string, unknown, unknown])[] = [
  ['real', '5', 5, 5],
  ['real', '-0.25', -0.25, -0.25],
  ['integer', '-9007199254740991', -9007199254740991, -9007199254740991],
  ['integer', '2.5', 2, 2], // the view says 2 too
  ['boolean', '1', 1, true],
  [
    'bigint',
    "'123456789012345678901234567890'",
    '123456789012345678901234567890',
    123456789012345678901234567890n,
  ],
  ['decimal', "'12.50'", '12.50', '12.50'],
  ['bytes', "'AP8'", 'AP8', Uint8Array.of(0, 255)],
  ['date', "'2026-02-28'", '2026-02-28', '2026-02-28'],
  ['timestamp', "'2026-01-05T09:00:00.000Z'", '2026-01-05T09:00:00.000Z', new Date(1767603600000)],
  [
    'timestamp',
    "strftime('%Y-%m-%dT%H:%M:%fZ', 0, 'unixepoch')",
    new Date(0).toISOString(),
    new Date(0),
  ],
  ['json', `'{ "b": [1, null], "a": "x" }'`, '{"b":[1,null],"a":"x"}', { b: [1, null], a: 'x' }],
];

it('shows each value as it was sealed', async () => {
  const { db, vault, troubled } = await thingsWith(SEALED.map(([name, text]) => [name, text]));
  expect(troubled).toEqual([]);
  for (const [at, [name, , shown, opened]] of SEALED.entries()) {
    const id = `t${at}`;
    expect(await db.get(`SELECT ${name} AS shown FROM things WHERE id = ?`, [id])).toEqual({
      shown,
    });
    const { payload } = await db.get<{ payload: string }>(
      'SELECT payload FROM things_sealed WHERE id = ?',
      [id],
    );
    expect(decryptRow(vault, things, { id, payload })[name]).toEqual(opened);
  }
});

const REFUSED: readonly (readonly [Name, string])[] = [
  ['real', '9e999'],
  ['real', '-9e999'],
  ['integer', '9007199254740992'],
  ['boolean', '2'],
  ['bigint', "'007'"],
  ['decimal', "'1e3'"],
  ['bytes', "'AA=='"],
  ['date', "'2026-02-30'"],
  ['timestamp', "'2026-01-05 09:00:00'"],
  ['timestamp', "'2026-01-05T09:00:00Z'"],
  ['json', "'{oops'"],
];

it('leaves a value that it cannot seal as it is, readable here', async () => {
  const { db, troubled } = await thingsWith(REFUSED);
  expect(await db.getAll('SELECT id FROM things_sealed')).toEqual([]);
  for (const [at, [name, text]] of REFUSED.entries()) {
    const id = `t${at}`;
    // Compared there: not every SQLite for JavaScript reads an integer beyond 2^53.
    const is = `SELECT ${name} IS ${text} AS same FROM things WHERE id = ?`;
    expect(await db.get(is, [id])).toEqual({ same: 1 });
    const found = troubled.find((row) => row.id === id);
    expect(found).toMatchObject({ table: 'things', kind: 'unsealable', code: 'VALUE_UNSUPPORTED' });
    expect(found?.detail).toContain(`Column '${name}' of 'things'`);
  }
});
