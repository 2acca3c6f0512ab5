/** Tells the payloads that devices sealed from everything else that was uploaded. */
import { tryDecryptRow, type Vault } from 'rowseal';
import type { SyncServer } from '../sync-server/sync-server.js';
import type { OwnTexts } from './own-texts.js';
import type { SealedStatementRow, StatementTable } from './statement-table.js';

/** Adds every uploaded payload that the vault opens in its row: nobody else can make such a one. */
export async function noteOwnPayloads(
  { payloads }: OwnTexts,
  sync: SyncServer,
  vault: Vault,
  table: StatementTable,
): Promise<void> {
  const uploads = await sync.uploads();
  for (const { id, data } of uploads.flatMap(({ writes }) => writes)) {
    const payload = data?.payload;
    if (typeof payload !== 'string' || payloads.has(payload)) continue;
    if (!opens({ ...data, id, payload }, vault, table)) continue;
    payloads.set(payload, id).set(payloadIdOf(payload), id);
  }
}

function opens(sealed: SealedStatementRow, vault: Vault, table: StatementTable): boolean {
  const result = tryDecryptRow(vault, table, sealed);
  return result.ok || result.error.code === 'ROW_DELETED';
}

/** Where the nonce stands, by which `parents` names a payload. */
function payloadIdOf(payload: string): string {
  return payload.slice(44, 76);
}
