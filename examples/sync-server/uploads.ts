/** What becomes of an upload, when all is well and when a fault was ordered. */
import { applyWrites, UploadRefused } from './apply-writes.js';
import type { Database } from './database.js';
import type { Device } from './devices.js';
import type { Faults } from './faults.js';
import type { Write } from './sync-server.js';

/** Resolves to whether the device gets an answer. */
export async function takeUpload(
  database: Database,
  faults: Faults,
  { device, owner }: Device,
  writes: readonly Write[],
): Promise<'answer' | 'silence'> {
  const fault = faults.takeForUpload(device, writes);
  switch (fault?.kind) {
    case 'unavailable':
      throw Object.assign(new Error('Come back later.'), { status: 503 });
    case 'refused': {
      const { table, id } = fault.row ?? (writes[0] as Write);
      const reason = 'The server does not want this row.';
      throw new UploadRefused([{ table, id, code: 'refused', reason }]);
    }
    case 'partly':
      await applyWrites(database, owner, writes.slice(0, fault.writes ?? 1));
      throw new Error('The server stopped in the middle.');
    case 'lost-request':
      return 'silence';
    case 'twice':
      await applyWrites(database, owner, writes);
      break;
  }
  await applyWrites(database, owner, writes);
  return fault?.kind === 'lost-answer' ? 'silence' : 'answer';
}
