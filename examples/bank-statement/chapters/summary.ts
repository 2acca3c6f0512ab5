import { downloadRows } from '../server.js';
import type { Story } from '../story.js';
import { count, number } from '../text-width.js';

/** A line for each claim, what the server still sees, and the exit code. */
export async function summarise({ terminal, claims, server, statement }: Story): Promise<number> {
  terminal.chapter('Summary');
  for (const { text, holds } of claims) terminal.verdict(holds, text);
  const lengths = (await downloadRows(server)).map(({ payload }) => payload.length);
  const visible = statement.columns.flatMap(({ name, visible }) => (visible ? name : []));

  terminal.chapter('What the server still sees');
  const rows = `${number(lengths.length)}, deleted ones among them, and when each was written`;
  terminal.fact('how many rows', rows);
  terminal.fact(
    'parents, siblings',
    'that two devices wrote one row apart, and which of them merged',
  );
  terminal.fact('row ids', 'random; they tell nothing of the content');
  terminal.fact('columns in the clear', visible.join(', ') || 'none');
  terminal.fact('sizes', sizesOf(lengths));
  terminal.fact(
    'the vault header',
    'wrapped keys; it can try passwords on them, one Argon2id each',
  );
  terminal.line();
  terminal.line(
    '  Password forgotten and recovery key lost: then the data is gone. Nobody can help.',
  );

  const broken = claims.filter(({ holds }) => !holds);
  terminal.line();
  for (const { text } of broken) terminal.line(`Does not hold: ${text}.`);
  if (broken.length === 0) terminal.line(`All ${claims.length} claims hold.`);
  terminal.line();
  return broken.length === 0 ? 0 : 1;
}

function sizesOf(lengths: readonly number[]): string {
  const rowsPerLength = new Map<number, number>();
  for (const length of lengths) rowsPerLength.set(length, (rowsPerLength.get(length) ?? 0) + 1);
  const distinct = count(rowsPerLength.size, 'different payload length');
  const commonest = [...rowsPerLength].sort((a, b) => b[1] - a[1]).slice(0, 4);
  const shown = commonest.map(([length, rows]) => `${length} (${count(rows, 'row')})`).join(', ');
  return `${distinct}: ${shown}${rowsPerLength.size > 4 ? ', …' : ''}`;
}
