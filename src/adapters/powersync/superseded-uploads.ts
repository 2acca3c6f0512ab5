/** Taking back what waits for upload under an earlier key, once the row is sealed again. */
import type { Transaction } from '@powersync/common';
import { payloadIdOf } from '../../sync/payload-id.js';
import { type RowName, rowKey } from '../../sync/row-name.js';
import type { RowOutcome } from '../../sync/sync-store.js';
import { jsonChunks } from './json-chunks.js';

interface SupersededPut extends RowName {
  readonly payload: string;
  readonly parents: string | null;
}

/** Entries of the upload queue that these rows had when their key was found outdated, and still have. */
const SUPERSEDED = `json_each(?) AS w
  CROSS JOIN rowseal_queue AS q ON q.dir = 'reseal'
    AND q.tbl = json_extract(w.value, '$[0]') AND q.id = json_extract(w.value, '$[1]')
  CROSS JOIN json_each(q.base) AS b
  CROSS JOIN ps_crud AS c ON c.id = b.value`;

/**
 * Takes back what outcomes supersede; returns them with the parents of that.
 *
 * An upload may be under way with what is taken back: then the server has it, and the row is sent once
 * more, which harms nobody.
 */
export async function takeBack(
  tx: Transaction,
  outcomes: readonly RowOutcome[],
): Promise<readonly RowOutcome[]> {
  const places = outcomes.filter((each) => each.supersedes).map(({ table, id }) => [table, id]);
  const byRow = new Map<string, SupersededPut[]>();
  for (const chunk of jsonChunks(places)) {
    for (const put of await superseded(tx, chunk)) {
      byRow.set(rowKey(put), [...(byRow.get(rowKey(put)) ?? []), put]);
    }
    await tx.execute(`DELETE FROM ps_crud WHERE id IN (SELECT c.id FROM ${SUPERSEDED})`, [chunk]);
  }
  return outcomes.map((each) => withParents(each, byRow.get(rowKey(each)) ?? []));
}

function superseded(tx: Transaction, places: string): Promise<SupersededPut[]> {
  return tx.getAll<SupersededPut>(
    `SELECT DISTINCT q.tbl AS "table", q.id, c.id AS put,
      json_extract(c.data, '$.data.payload') AS payload,
      json_extract(c.data, '$.data.parents') AS parents
    FROM ${SUPERSEDED} ORDER BY c.id`,
    [places],
  );
}

/**
 * What was merged before is merged now. Of the payloads that are taken back, only the first can have
 * reached the server: the others need not be named.
 */
function withParents(outcome: RowOutcome, puts: readonly SupersededPut[]): RowOutcome {
  const [first, ...others] = puts.map(({ payload }) => payloadIdOf({ payload }));
  if (!outcome.sealed || first === undefined) return outcome;
  const named = [first, ...puts.flatMap(({ parents }) => idsIn(parents))];
  const wanted = new Set(idsIn(outcome.sealed.parents));
  for (const id of named) if (!others.includes(id)) wanted.add(id);
  return { ...outcome, sealed: { ...outcome.sealed, parents: [...wanted].join(' ') } };
}

function idsIn(parents: unknown): readonly string[] {
  return typeof parents === 'string' && parents !== '' ? parents.split(' ') : [];
}
