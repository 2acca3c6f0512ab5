import { decryptRows, encryptRow, tryDecryptRow, type Vault } from 'rowseal';
import { compareShown, isComplete } from '../../bank-statement/claims.js';
import type { Device } from '../../bank-statement/device.js';
import { shownRows } from '../../bank-statement/device.js';
import type { Story } from '../../bank-statement/story.js';
import { count, number } from '../../bank-statement/text-width.js';
import type { Finder } from '../finder.js';
import { rowHistory } from '../row-history.js';

export interface Today {
  readonly vault: Vault;
  readonly phone: Device;
}

/** The keys of the lost laptop against every row version that the server has ever had. */
export async function tryEverything(story: Story, finder: Finder, today: Today): Promise<void> {
  const { terminal, server, rowsById, statement } = story;
  terminal.chapter('What the lost laptop still opens');
  const known = new Set(finder.rows.map(({ payload }) => payload));
  const all = await rowHistory(server, rowsById.keys());
  const before = all.filter(({ payload }) => known.has(payload));
  const since = all.filter(({ payload }) => !known.has(payload));
  const opened = (rows: typeof all) =>
    decryptRows(finder.vault, statement.table, rows).filter(({ ok }) => ok).length;
  const openedBefore = opened(before);
  const openedSince = opened(since);
  terminal.fact(
    'written before',
    `${number(openedBefore)} of ${count(before.length, 'row version')} open`,
  );
  terminal.fact(
    'written since',
    `${number(openedSince)} of ${count(since.length, 'row version')} open`,
  );
  story.claim(
    'What the finder copied before stays readable to the finder: nothing can take that back',
    before.length > 0 && openedBefore === before.length,
  );
  story.claim(
    "The lost laptop's keys open nothing that was written since",
    since.length >= rowsById.size && openedSince === 0,
  );
  forge(story, finder, today);
  const shown = await shownRows(today.phone);
  const found = compareShown(statement, rowsById, shown);
  story.claim('The user still has every row, as it was', isComplete(found));
}

function forge(
  { terminal, statement, claim, rowsById }: Story,
  finder: Finder,
  { vault }: Today,
): void {
  const [id = ''] = rowsById.keys();
  const forged = encryptRow(finder.vault, statement.table, { id, my_note: 'send money' });
  const result = tryDecryptRow(vault, statement.table, forged);
  const code = result.ok ? 'it opens' : result.error.code;
  terminal.fact('a row it forges', `${code} on the user's devices`);
  claim("A row that the finder writes is not taken for the user's own", !result.ok);
}
