/** An uploaded transaction in one Postgres transaction: an upsert of the columns given, no more. */
import type { Transaction } from '@electric-sql/pglite';
import { quoted, type TableFacts } from './changes.js';
import type { Database } from './database.js';
import type { RefusedRow, Write } from './sync-server.js';

/** The server will never take these rows, and has taken nothing of their transaction. */
export class UploadRefused extends Error {
  override readonly name = 'UploadRefused';
  readonly refused: readonly RefusedRow[];
  constructor(refused: readonly RefusedRow[]) {
    super('Rows are refused.');
    this.refused = refused;
  }
}

/** @throws {UploadRefused} naming every row that Postgres does not take. */
export async function applyWrites(
  database: Database,
  owner: string,
  writes: readonly Write[],
): Promise<void> {
  const batches = batchesOf(writes);
  try {
    await database.commit(async (tx) => {
      for (const batch of batches) await applyBatch(tx, database.tables, owner, batch);
    });
  } catch (error) {
    if (!isPermanent(error)) throw error;
    await database.commit(async (tx) => {
      const refused: RefusedRow[] = [];
      for (const batch of batches) {
        refused.push(...(await refusedOf(tx, database.tables, owner, batch)));
      }
      throw new UploadRefused(refused); // which also undoes the rest of it
    });
  }
}

/** Which of these writes fail: what fails together is tried in halves. */
async function refusedOf(
  tx: Transaction,
  tables: ReadonlyMap<string, TableFacts>,
  owner: string,
  batch: readonly Write[],
): Promise<RefusedRow[]> {
  await tx.exec('SAVEPOINT batch');
  try {
    await applyBatch(tx, tables, owner, batch);
    return [];
  } catch (error) {
    await tx.exec('ROLLBACK TO batch');
    const [first, ...others] = batch;
    if (first && others.length === 0) {
      if (!isPermanent(error)) throw error; // the others are named when it is its turn again
      const { code, message: reason } = error as { code: string; message: string };
      return [{ table: first.table, id: first.id, code, reason }];
    }
  }
  const middle = Math.ceil(batch.length / 2);
  return [
    ...(await refusedOf(tx, tables, owner, batch.slice(0, middle))),
    ...(await refusedOf(tx, tables, owner, batch.slice(middle))),
  ];
}

/** Neighbours that one statement can apply: alike, and no row twice. */
function batchesOf(writes: readonly Write[]): Write[][] {
  const batches: Write[][] = [];
  let ids = new Set<string>();
  let form = '';
  for (const write of writes) {
    const formOfThis = `${write.op} ${write.table} ${Object.keys(write.data ?? {})}`;
    if (formOfThis !== form || ids.has(write.id)) {
      batches.push([]);
      ids = new Set();
      form = formOfThis;
    }
    ids.add(write.id);
    batches.at(-1)?.push(write);
  }
  return batches;
}

async function applyBatch(
  tx: Transaction,
  tables: ReadonlyMap<string, TableFacts>,
  owner: string,
  batch: readonly Write[],
): Promise<void> {
  const { op, table, data } = batch[0] as Write;
  const facts = tables.get(table);
  if (!facts) throw permanent('42P01', `There is no table ${table}.`);
  if (facts.ownerColumn === 'id') throw permanent('42501', `Nobody uploads to ${table}.`);
  const columns = Object.keys(data ?? {}).filter(
    (name) => name !== 'id' && name !== facts.ownerColumn,
  );
  const foreign = batch.find(({ data }) => isForeign(data?.[facts.ownerColumn ?? ''], owner));
  if (foreign) throw permanent('42501', 'The row is given to another user.');
  const rows = JSON.stringify(batch.map(({ id, data }) => ({ ...data, id })));
  const params = facts.ownerColumn === null ? [rows] : [rows, owner];
  const { affectedRows } = await tx.query(statement(op, facts, columns), params);
  const missing = op === 'PUT' && (affectedRows ?? 0) < batch.length;
  if (missing) throw permanent('42501', 'The row belongs to another user.');
}

function isForeign(given: unknown, owner: string): boolean {
  return given !== undefined && given !== null && given !== owner;
}

function statement(op: Write['op'], facts: TableFacts, columns: readonly string[]): string {
  const table = quoted(facts.name);
  const owner = facts.ownerColumn === null ? null : quoted(facts.ownerColumn);
  const given = `json_populate_recordset(NULL::${table}, $1::json) AS given`;
  const own = owner === null ? 'true' : `${table}.${owner}::text = $2`;
  const set = columns.map((name) => `${quoted(name)} = given.${quoted(name)}`).join(', ');
  if (op === 'DELETE')
    return `DELETE FROM ${table} USING ${given} WHERE ${table}.id = given.id AND ${own}`;
  if (op === 'PATCH') {
    return `UPDATE ${table} SET ${set || 'id = given.id'} FROM ${given} WHERE ${table}.id = given.id AND ${own}`;
  }
  const names = ['id', ...columns].map(quoted);
  const values = names.map((name) => `given.${name}`);
  const upsert = names.map((name) => `${name} = EXCLUDED.${name}`).join(', ');
  return `INSERT INTO ${table} (${[...names, ...(owner ? [owner] : [])].join(', ')})
    SELECT ${[...values, ...(owner ? ['$2'] : [])].join(', ')} FROM ${given}
    ON CONFLICT (id) DO UPDATE SET ${upsert} WHERE ${own}`;
}

/**
 * Bad data, a broken constraint, no such column, a trigger that objects: trying again won't help.
 * 55000 is not among them: a key was closed, and the device seals its rows again under the next one.
 */
function isPermanent(error: unknown): boolean {
  return /^(22|23|42|P0001)/.test((error as { code?: string }).code ?? '');
}

function permanent(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
