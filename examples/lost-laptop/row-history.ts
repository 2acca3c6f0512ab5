/** Every state in which the server has ever had a row: a server that wants to keep them can. */
import { SEALED_TABLE, type Server } from '../bank-statement/server.js';
import type { SealedStatementRow } from '../bank-statement/statement-table.js';

export async function rowHistory(
  { sync }: Server,
  ids: Iterable<string>,
): Promise<SealedStatementRow[]> {
  const states: SealedStatementRow[] = [];
  for (const id of ids) {
    const versions = await sync.versions(SEALED_TABLE, id);
    for (const version of versions)
      states.push({ ...version, id } as unknown as SealedStatementRow);
  }
  return states;
}
