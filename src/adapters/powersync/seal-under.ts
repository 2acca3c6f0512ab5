/** What waits for upload under a key that is not the primary any more is queued, to be sealed again. */
import type { LockContext, Transaction } from '@powersync/common';
import { type RowName, rowKey } from '../../sync/row-name.js';
import { sealedName } from '../../sync/sealed-name.js';
import type { Sealing } from '../../sync/sealing.js';
import { NOW_MS, readLastSeq } from './bookkeeping.js';
import { executeOver } from './json-chunks.js';

interface PendingPut extends RowName {
  /** Its number in the upload queue. */
  readonly put: number;
  /** That of its transaction there. */
  readonly tx: number;
}

/** All that waits of one row. */
interface OutdatedRow extends RowName {
  readonly puts: number[];
  readonly firstTx: number;
  lastTx: number;
}

/** The `sealUnder` of the store that works; `names` are its tables. */
export function sealUnder(
  tx: Transaction,
  names: readonly string[],
  sealing: Sealing,
): Promise<'noted' | 'outdated'> {
  const [primary = ''] = sealing.prefixes;
  return lookUnder(tx, names, sealing, async (puts) => {
    await queueOutdated(tx, puts);
    await tx.execute('UPDATE rowseal_sealing SET prefix = ?, held = 0, headers = ?', [
      primary,
      JSON.stringify(sealing.headers),
    ]);
    return 'noted' as const;
  });
}

/** What it comes to where nothing is to be written; otherwise what `otherwise` makes of what waits. */
export async function lookUnder<T>(
  tx: Transaction,
  names: readonly string[],
  { prefixes, headers }: Sealing,
  otherwise: (puts: readonly PendingPut[]) => T | Promise<T>,
): Promise<'noted' | 'outdated' | T> {
  const [primary = ''] = prefixes;
  const noted = await tx.get<{ prefix: string; held: number; headers: string }>(
    'SELECT prefix, held, headers FROM rowseal_sealing',
  );
  const { prefix, held } = noted;
  if (prefix !== '' && !prefixes.includes(prefix)) return 'outdated';
  const puts = await pendingPuts(tx, names, primary);
  const isSame = prefix === primary && noted.headers === JSON.stringify(headers);
  const isDone = isSame && held === 0 && puts.length === 0;
  return isDone ? 'noted' : otherwise(puts);
}

/** The `notedHeaders` of a store. */
export async function notedHeaders(tx: Pick<LockContext, 'get'>): Promise<readonly string[]> {
  const { headers } = await tx.get<{ headers: string }>('SELECT headers FROM rowseal_sealing');
  return JSON.parse(headers) as readonly string[];
}

/** The `holdUploads` of the store that works. */
export async function holdUploads(tx: Transaction): Promise<void> {
  await tx.execute('UPDATE rowseal_sealing SET held = 1');
}

async function queueOutdated(tx: Transaction, puts: readonly PendingPut[]) {
  const rows = outdatedRows(puts);
  const before = await readLastSeq(tx);
  // What is held of a row would be held without a reason once that is noted to be in step.
  await executeOver(
    tx,
    `UPDATE rowseal_queue SET held = 0 WHERE held = 1 AND (tbl, id) IN (
      SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)
    )`,
    rows.map(({ table, id }) => [table, id]),
  );
  await executeOver(
    tx,
    `INSERT INTO rowseal_queue (dir, tbl, id, at, base)
    SELECT 'reseal', json_extract(value, '$[0]'), json_extract(value, '$[1]'), ${NOW_MS},
      json_extract(value, '$[2]')
    FROM json_each(?)`,
    rows.map(({ table, id, puts }) => [table, id, puts]),
  );
  await executeOver(
    tx,
    'INSERT OR IGNORE INTO rowseal_ends (seq) SELECT value FROM json_each(?)',
    endsAmong(rows).map((at) => before + at + 1),
  );
}

/** In the order of the upload queue; plaintext there is for the upload to refuse. */
function pendingPuts(
  tx: Transaction,
  names: readonly string[],
  primary: string,
): Promise<PendingPut[]> {
  return tx.getAll<PendingPut>(
    `SELECT json_extract(w.value, '$[1]') AS "table", json_extract(c.data, '$.id') AS id,
      c.id AS put, coalesce(c.tx_id, 0) AS tx
    FROM ps_crud AS c JOIN json_each(?) AS w
      ON json_extract(w.value, '$[0]') = json_extract(c.data, '$.type')
    WHERE json_extract(c.data, '$.op') = 'PUT'
    AND substr(json_extract(c.data, '$.data.payload'), 1, ${primary.length}) <> ?
    AND json_extract(c.data, '$.data.payload') NOT GLOB '*[^A-Za-z0-9_-]*'
    AND c.id NOT IN (
      SELECT b.value FROM rowseal_queue AS q, json_each(q.base) AS b WHERE q.dir = 'reseal'
    )
    ORDER BY c.id`,
    [JSON.stringify(names.map((name) => [sealedName({ name }), name])), primary],
  );
}

function outdatedRows(puts: readonly PendingPut[]): readonly OutdatedRow[] {
  const rows = new Map<string, OutdatedRow>();
  for (const { table, id, put, tx } of puts) {
    const key = rowKey({ table, id });
    const row = rows.get(key) ?? { table, id, puts: [], firstTx: tx, lastTx: tx };
    row.puts.push(put);
    row.lastTx = tx;
    rows.set(key, row);
  }
  return [...rows.values()];
}

/** After which of them no row before waits in one upload with a row behind. */
function endsAmong(rows: readonly OutdatedRow[]): number[] {
  const ends: number[] = [];
  let open = 0;
  rows.forEach(({ lastTx }, at) => {
    open = Math.max(open, lastTx);
    const next = rows[at + 1];
    if (!next || next.firstTx > open) ends.push(at);
  });
  return ends;
}
