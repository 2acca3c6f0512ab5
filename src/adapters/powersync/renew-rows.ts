/** Which sealed rows are under a key that is not the primary, and what waits for upload. */
import type { CommonPowerSyncDatabase, LockContext, Transaction } from '@powersync/common';
import { SIBLING_LIMIT } from '../../rows/sibling-limit.js';
import type { RowName } from '../../sync/row-name.js';
import type { PrefixUse, RenewedRows, WaitingUploads } from '../../sync/sealing.js';
import { NOW_MS } from './bookkeeping.js';
import { executeOver } from './json-chunks.js';
import { literal, type MirroredTable, SERVED_LENGTH_LIMIT } from './mirrored-table.js';

const PREFIX_LENGTH = 44;

type Reader = Pick<LockContext, 'get' | 'getAll' | 'getOptional'>;

/**
 * The `renewRows` of a store; `queue` writes unless the database was cleared.
 *
 * The rows are looked for outside the write lock: where most are done already, that takes a while.
 */
export async function renewRows(
  db: CommonPowerSyncDatabase,
  tables: ReadonlyMap<string, MirroredTable>,
  { prefix, after, limit }: RenewRequest,
  queue: (work: (tx: Transaction) => Promise<void>) => Promise<'queued' | 'replaced'>,
): Promise<RenewedRows | 'replaced'> {
  const rows = await db.readTransaction((tx) => outdatedRows(tx, tables, { prefix, after, limit }));
  const result = await queue(async (tx) => {
    await executeOver(
      tx,
      `INSERT INTO rowseal_queue (dir, tbl, id, at)
      SELECT 'renew', json_extract(value, '$[0]'), json_extract(value, '$[1]'), ${NOW_MS}
      FROM json_each(?)`,
      rows.map(({ table, id }) => [table, id]),
    );
  });
  if (result === 'replaced') return result;
  return { queued: rows.length, last: rows[limit - 1] ?? null };
}

interface RenewRequest {
  readonly prefix: string;
  readonly after: RowName | null;
  readonly limit: number;
}

async function outdatedRows(
  tx: Reader,
  tables: ReadonlyMap<string, MirroredTable>,
  { prefix, after, limit }: RenewRequest,
): Promise<readonly RowName[]> {
  const found: RowName[] = [];
  for (const table of inOrder(tables)) {
    if (after && table.name < after.table) continue;
    const from = after?.table === table.name ? after.id : '';
    const ids = await outdatedIds(tx, table, { prefix, from, limit: limit - found.length });
    found.push(...ids.map(({ id }) => ({ table: table.name, id })));
    if (found.length >= limit) break;
  }
  return found;
}

function outdatedIds(
  tx: Reader,
  { name, sealed }: MirroredTable,
  { prefix, from, limit }: { prefix: string; from: string; limit: number },
): Promise<{ id: string }[]> {
  const ofRow = `tbl = ${literal(name)} AND id = s.id`;
  const isUnder = (text: string) => `substr(${text}, 1, ${PREFIX_LENGTH}) = g.prefix`;
  return tx.getAll(
    `SELECT s.id FROM (SELECT ? AS prefix) AS g CROSS JOIN ${sealed.table} AS s WHERE s.id > ?
    AND (NOT ${isUnder(served('payload'))} OR EXISTS (
      SELECT 1 FROM ${siblings()} AS b WHERE NOT ${isUnder('b.value')}
    ))
    AND NOT EXISTS (SELECT 1 FROM rowseal_queue WHERE ${ofRow} AND dir = 'renew')
    AND NOT EXISTS (SELECT 1 FROM rowseal_rejected WHERE ${ofRow})
    ORDER BY s.id LIMIT ?`,
    [prefix, from, limit],
  );
}

/** The `anyRow` of a store: rows have numbers below their ids, in the order in which they came. */
export async function anyRow(
  tx: Reader,
  tables: ReadonlyMap<string, MirroredTable>,
): Promise<RowName | null> {
  const rows: RowName[] = [];
  for (const { name, sealed } of tables.values()) {
    const row = await tx.getOptional<{ id: string }>(
      `SELECT id FROM ${sealed.table} WHERE rowid >= (
        SELECT abs(random()) % max(rowid) + 1 FROM ${sealed.table}
      ) LIMIT 1`,
    );
    if (row) rows.push({ table: name, id: row.id });
  }
  const { at } = await tx.get<{ at: number }>('SELECT abs(random()) % max(?, 1) AS at', [
    rows.length,
  ]);
  return rows[at] ?? null;
}

/** The `keyUse` of a store, in one statement. */
export function keyUse(
  tx: Reader,
  tables: ReadonlyMap<string, MirroredTable>,
): Promise<PrefixUse[]> {
  const payloads = [...tables.values()].map(
    ({ sealed: { table } }) => `SELECT ${served('payload')} AS payload FROM ${table} AS s
    UNION ALL SELECT b.value FROM ${table} AS s, ${siblings()} AS b`,
  );
  return tx.getAll<PrefixUse>(
    `SELECT coalesce(substr(payload, 1, ${PREFIX_LENGTH}), '') AS prefix, count(*) AS payloads
    FROM (${payloads.join(' UNION ALL ')}) GROUP BY 1`,
  );
}

/** The `uploadsWaiting` of a store; its numbers are never used twice. */
export function uploadsWaiting(tx: Reader): Promise<WaitingUploads> {
  return tx.get<WaitingUploads>(
    `SELECT count(*) AS writes, coalesce(min(id), 0) AS first, coalesce(max(id), 0) AS last
    FROM ps_crud`,
  );
}

function inOrder(tables: ReadonlyMap<string, MirroredTable>): readonly MirroredTable[] {
  return [...tables.keys()].sort().map((name) => tables.get(name) as MirroredTable);
}

/** SQL for a column of the sealed row `s` as text; empty for what is no row of ours. */
function served(column: 'payload' | 'siblings'): string {
  const isRow = `length(s.data) <= ${SERVED_LENGTH_LIMIT} AND json_valid(s.data)`;
  return `coalesce(iif(${isRow}, json_extract(s.data, '$.${column}'), '') || '', '')`;
}

/**
 * SQL for its siblings, one a row: none of our own text has a quote or an escape, and no other gets out.
 *
 * To take millions apart, of which no more than the first are opened, would take a device many seconds.
 */
function siblings(): string {
  const text = served('siblings');
  const list = `'[' || replace(json_quote(${text}), ' ', '","') || ']'`;
  const isTooMany = `length(${text}) - length(replace(${text}, ' ', '')) >= ${SIBLING_LIMIT}`;
  return `json_each(CASE WHEN ${text} = '' THEN '[]' WHEN ${isTooMany} THEN '[""]' ELSE ${list} END)`;
}
