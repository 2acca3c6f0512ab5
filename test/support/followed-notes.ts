/** Notes of one user for the tests of diffs: rows are sealed by hand, as another device would. */
import {
  cleartext,
  defineTable,
  encrypted,
  encryptRow,
  type SealedRowOf,
  type Vault,
} from 'rowseal';
import { vaultForTesting } from 'rowseal/testing';
import {
  type FedTable,
  type Followed,
  type FollowOptions,
  fedTable,
  follow,
} from './followed-table.js';

export const notes = defineTable('notes', {
  body: encrypted.text(),
  stars: encrypted.integer().default(0),
  folder: cleartext.text(),
});
export type SealedNote = SealedRowOf<typeof notes>;

export const { vault, store, opener } = vaultForTesting('followed notes');

export interface NoteOptions {
  readonly previous?: SealedNote;
  readonly vault?: Vault;
  readonly stars?: number;
}

export function seal(id: string, body: string, options: NoteOptions = {}): SealedNote {
  const { stars = 0, previous } = options;
  const row = { id, body, stars, folder: 'inbox' };
  return encryptRow(options.vault ?? vault, notes, row, { previous });
}

/** The same row with one bit of its payload changed. */
export function tampered(sealed: SealedNote): SealedNote {
  const last = sealed.payload.at(-5) === 'A' ? 'B' : 'A';
  return { ...sealed, payload: `${sealed.payload.slice(0, -5)}${last}${sealed.payload.slice(-4)}` };
}

/** A database that is followed from its first row on; the first diff is the empty table. */
export async function followedNotes(
  options: FollowOptions<typeof notes> = {},
): Promise<FedTable<typeof notes> & Followed<typeof notes>> {
  const table = await fedTable(notes);
  const followed = await follow(table, { vault: () => vault, ...options });
  return { ...table, ...followed };
}
