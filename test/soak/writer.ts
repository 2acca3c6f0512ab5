/** An app that writes with plain SQL, one random transaction after another. */

import type { Transaction } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import type { JournalWrite, TableName, Values } from './journal.js';
import type { Random } from './random.js';
import { markedNumber, markedText } from './soak-app.js';

const TABLES: readonly TableName[] = ['accounts', 'entries'];
/** Above this, deletes are likelier than inserts. */
const ENOUGH_ROWS = 100;
const BULK = 50;

export interface Writer {
  /** Commits one transaction with its journal entry; resolves with that entry's number. */
  write(): Promise<number>;
}

interface Writing {
  readonly tx: Transaction;
  readonly random: Random;
  readonly writes: JournalWrite[];
  newId(): string;
  newNumber(): number;
}

/** `life` keeps the ids of one process apart from those of the others. */
export function createWriter(
  db: PowerSyncDatabase,
  random: Random,
  life: number,
  last: number,
): Writer {
  let n = last;
  let ids = 0;
  const newId = () => `${life}-${ids++}-${random.below(10)}`;
  const newNumber = () => random.below(1_000_000);
  return {
    async write() {
      const next = n + 1;
      await db.writeTransaction(async (tx) => {
        const writing: Writing = { tx, random, writes: [], newId, newNumber };
        if (random.chance(0.03)) await insertMany(writing);
        else for (let left = 1 + random.below(5); left > 0; left--) await writeOne(writing);
        await tx.execute('INSERT INTO journal (id, n, writes) VALUES (?, ?, ?)', [
          String(next),
          next,
          JSON.stringify(writing.writes),
        ]);
      });
      n = next;
      return n;
    },
  };
}

async function writeOne(writing: Writing): Promise<void> {
  const { tx, random } = writing;
  const table = random.pick(TABLES);
  const { count } = await tx.get<{ count: number }>(`SELECT count(*) AS count FROM ${table}`);
  if (count === 0 || random.chance(count < ENOUGH_ROWS ? 0.35 : 0.1)) {
    return put(writing, 'INSERT', table, await freshOrDeletedId(writing, table));
  }
  const { id } = await tx.get<{ id: string }>(`SELECT id FROM ${table} LIMIT 1 OFFSET ?`, [
    random.below(count),
  ]);
  if (random.chance(count < ENOUGH_ROWS ? 0.15 : 0.5)) {
    await remove(writing, table, id);
    if (random.chance(0.3)) await put(writing, 'INSERT', table, id);
  } else if (random.chance(0.2)) await put(writing, 'INSERT OR REPLACE', table, id);
  else await set(writing, table, id);
}

/** Sometimes a row that was deleted before, in this process or in another. */
async function freshOrDeletedId({ tx, random, newId }: Writing, table: TableName): Promise<string> {
  if (random.chance(0.6)) return newId();
  const gone = await tx.getOptional<{ id: string }>(
    `SELECT json_extract(w.value, '$.id') AS id
    FROM (SELECT writes FROM journal ORDER BY n DESC LIMIT 20) AS j, json_each(j.writes) AS w
    WHERE json_extract(w.value, '$.kind') = 'remove' AND json_extract(w.value, '$.table') = ?
    AND json_extract(w.value, '$.id') NOT IN (SELECT id FROM ${table}) LIMIT 1`,
    [table],
  );
  return gone?.id ?? newId();
}

function valuesOf({ newNumber, random }: Writing, table: TableName): Values {
  const n = newNumber();
  return table === 'accounts'
    ? {
        name: markedText(n),
        balance: markedNumber(n),
        flag: null,
        region: random.pick(['north', 'south']),
      }
    : {
        memo: random.chance(0.3) ? null : markedText(n),
        amount: markedNumber(n),
        flag: null,
      };
}

async function put(writing: Writing, verb: string, table: TableName, id: string): Promise<void> {
  const values = valuesOf(writing, table);
  const names = Object.keys(values);
  await writing.tx.execute(
    `${verb} INTO ${table} (id, ${names.join(', ')}) VALUES (?${', ?'.repeat(names.length)})`,
    [id, ...Object.values(values)],
  );
  writing.writes.push({ kind: 'put', table, id, values });
}

async function set(writing: Writing, table: TableName, id: string): Promise<void> {
  const { flag, ...values } = valuesOf(writing, table);
  const name = writing.random.pick(Object.keys(values));
  await writing.tx.execute(`UPDATE ${table} SET ${name} = ? WHERE id = ?`, [values[name], id]);
  writing.writes.push({ kind: 'set', table, id, values: { [name]: values[name] } });
}

async function remove({ tx, writes }: Writing, table: TableName, id: string): Promise<void> {
  await tx.execute(`DELETE FROM ${table} WHERE id = ?`, [id]);
  writes.push({ kind: 'remove', table, id, values: {} });
}

async function insertMany(writing: Writing): Promise<void> {
  for (let left = BULK; left > 0; left--) {
    await put(writing, 'INSERT', 'entries', writing.newId());
  }
}
