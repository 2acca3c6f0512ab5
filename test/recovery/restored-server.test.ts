import { expect, it, onTestFinished } from 'vitest';
import { serverSql } from '../../src/adapters/powersync/powersync.js';
import { encryptDelete, encryptRow } from '../../src/index.js';
import { exportedLines, exportWorld, notes, readExport, rowsOf } from '../support/exports.js';
import { openPostgres, upsert } from '../sync/server/open-postgres.js';

const { vault, opener } = await exportWorld();
const row = { id: 'n1', body: 'body', folder: 'inbox' };
const first = encryptRow(vault, notes, row);
const one = encryptRow(vault, notes, { ...row, body: 'edited' }, { previous: first });
const other = encryptRow(vault, notes, { ...row, folder: 'archive' }, { previous: first });
const second = encryptRow(vault, notes, { ...row, id: 'n2' });

it('a new server has again what the old one had, siblings included', async () => {
  const server = await openPostgres();
  onTestFinished(() => server.close());
  await server.exec(serverSql([notes]));
  const upload = (row: Readonly<Record<string, unknown>>) =>
    server.run(...upsert(row, 'notes_sealed'));
  const stored = () => server.run('SELECT * FROM notes_sealed ORDER BY id');

  for (const each of [first, one, other, second, encryptDelete(vault, notes, second)]) {
    await upload(each);
  }
  const before = await stored();
  expect(String(before[0]?.siblings).split(' ')).toHaveLength(2);
  const lines = await exportedLines(vault, rowsOf(notes, before), { verify: true });

  await server.exec('DELETE FROM notes_sealed');
  const { entries, rows, report } = await readExport(lines, opener);
  expect(rows).toEqual([{ id: 'n1', body: 'edited', folder: 'archive' }, null]);
  expect(report).toMatchObject({ state: 'complete', refused: {} });
  for (const each of entries.flatMap(({ uploads }) => uploads)) await upload(each);
  expect(await stored()).toEqual(before);
});
