/**
 * `npm run lock-times`: how long a mirror holds the write lock at most, for 10,000 rows out and in,
 * or `-- --rows` as many.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { PowerSyncDatabase } from '@powersync/node';
import { startMirror } from '../../src/adapters/powersync/powersync.js';
import { encryptRow } from '../../src/index.js';
import { createFeed } from '../support/fed-powersync.js';
import { watchedDatabase } from '../support/watched-powersync.js';
import {
  accounts,
  entries,
  markedNumber,
  markedText,
  openAppDatabase,
  openUserVault,
  tables,
} from './soak-app.js';

const { values: options } = parseArgs({ options: { rows: { type: 'string', default: '10000' } } });
const rows = Number(options.rows);
const vault = await openUserVault();
const numbers = Array.from({ length: rows }, (_, n) => n);

await measure('out, a transaction for each row', async (db) => {
  for (const n of numbers) {
    await db.execute('INSERT INTO entries (id, amount, memo) VALUES (?, ?, ?)', [
      `n${n}`,
      markedNumber(n),
      markedText(n),
    ]);
  }
});
await measure('out, one transaction', async (db) => {
  await db.execute(
    `INSERT INTO entries (id, amount, memo)
    SELECT 'n' || value, value, 'memo ' || value FROM json_each(?)`,
    [JSON.stringify(numbers)],
  );
});
await measure('out, two tables by turns in transactions of two rows', async (db) => {
  for (const n of numbers.slice(0, rows / 2)) {
    await db.writeTransaction(async (tx) => {
      await tx.execute(
        "INSERT INTO accounts (id, name, balance, region) VALUES (?, ?, ?, 'north')",
        [`n${n}`, markedText(n), markedNumber(n)],
      );
      await tx.execute('INSERT INTO entries (id, amount) VALUES (?, ?)', [
        `n${n}`,
        markedNumber(n),
      ]);
    });
  }
});
await measure('in', async (db) => {
  const feed = createFeed();
  feed.add(
    numbers.map((n) => {
      const inEntries = n % 2 === 0;
      const { id, ...row } = inEntries
        ? encryptRow(vault, entries, { id: `n${n}`, amount: markedNumber(n), memo: markedText(n) })
        : encryptRow(vault, accounts, {
            id: `n${n}`,
            name: markedText(n),
            balance: markedNumber(n),
            region: 'north',
          });
      const table = inEntries ? 'entries_sealed' : 'accounts_sealed';
      return { table, id, data: JSON.stringify(row) };
    }),
  );
  await feed.deliver(db);
});

/** The work comes first, so that the mirror finds all of it at once. */
async function measure(name: string, work: (db: PowerSyncDatabase) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'rowseal-locks-'));
  const db = await openAppDatabase(folder);
  const { db: given, watch } = watchedDatabase(db);
  const locked = await startMirror({ db: given, tables, vault: null });
  await work(db);
  watch.reset();
  const began = performance.now();
  await locked.unlock(vault);
  await locked.flush();
  const took = performance.now() - began;
  const longest = Math.max(...watch.lockTimes);
  const perPass = watch.lockTimes.filter((ms) => ms > 5).length;
  console.log(
    `${rows} rows ${name}: the lock was held ${longest.toFixed(0)} ms at most, ${perPass} times above 5 ms; ${took.toFixed(0)} ms in all`,
  );
  await locked.close();
  await db.close();
  await rm(folder, { recursive: true });
}
