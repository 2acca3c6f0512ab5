import { comesTrue } from '../comes-true.js';
import type { Device } from '../device.js';
import { countRows } from '../server.js';
import type { Story } from '../story.js';
import { count, cutTo, number, seconds } from '../text-width.js';
import { UserMistake } from '../user-mistake.js';

const ROWS_AT_ONCE = 500;

export async function importFile(story: Story, laptop: Device): Promise<void> {
  const { terminal, statement, rowsById, server } = story;
  terminal.chapter('The laptop imports the file with plain SQL');
  const names = ['id', ...statement.columns.map(({ name }) => name)];
  const sql = `INSERT INTO statement_rows (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
  terminal.line(`  ${terminal.dim(cutTo(sql.replaceAll('"', ''), 92))}`);

  const start = performance.now();
  const rows = [...rowsById].map(([id, cells]) => [id, ...cells.map((cell) => cell || null)]);
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const some = rows.slice(from, from + ROWS_AT_ONCE);
    await laptop.db.writeTransaction((tx) => tx.executeBatch(sql, some));
  }
  terminal.fact('written', `${count(rows.length, 'row')} in ${seconds(performance.now() - start)}`);

  const bar = terminal.progress('sealed and sent');
  await laptop.mirror.flush();
  await refuseUnsealable(story, laptop);
  const arrived = await comesTrue(
    async () => (await countRows(server)) / rows.length,
    story.patience,
    (share) => bar.update(share, `${number(Math.round(share * rows.length))} rows`),
  );
  bar.done();
  if (!arrived)
    throw new Error('The rows did not arrive on the server: nothing else can be shown.');
  terminal.fact('on the server', `all, after ${seconds(performance.now() - start)}`);
}

async function refuseUnsealable({ rowsById }: Story, { mirror }: Device): Promise<void> {
  if (mirror.status.unsealable === 0) return;
  const troubled = await mirror.troubledRows(rowsById.size);
  const ids = [...rowsById.keys()];
  const [first] = troubled
    .filter(({ kind }) => kind === 'unsealable')
    .map(({ id, detail }) => ({ line: ids.indexOf(id) + 1, detail }))
    .sort((a, b) => a.line - b.line);
  throw new UserMistake(`Data row ${first?.line} can't be sealed: ${first?.detail}`);
}
