import { Schema, type TriggerDiffRecord } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import { expectTypeOf, test } from 'vitest';
import {
  decryptDiff,
  sealedTables,
  trackDecryptedDiff,
} from '../../src/adapters/powersync/powersync.js';
import { cleartext, defineTable, encrypted, type Vault } from '../../src/index.js';

const notes = defineTable('notes', {
  body: encrypted.text(),
  tags: encrypted.json<string[]>().optional(),
  folder: cleartext.text(),
});
interface Note {
  id: string;
  body: string;
  tags?: string[] | undefined;
  folder: string;
}
declare const db: PowerSyncDatabase;
declare const vault: Vault;
declare const records: TriggerDiffRecord[];
declare const text: TriggerDiffRecord<string>[];

test('changes have the rows of their table, by their kind', () => {
  for (const change of decryptDiff(vault, notes, records)) {
    if (change.kind === 'insert') {
      expectTypeOf(change.row).toEqualTypeOf<Note>();
      expectTypeOf(change.previous).toEqualTypeOf<null>();
    }
    if (change.kind === 'update') expectTypeOf(change.previous).toEqualTypeOf<Note | null>();
    if (change.kind === 'delete') expectTypeOf(change.proven).toEqualTypeOf<boolean>();
    expectTypeOf(change.row).toEqualTypeOf<Note | null>();
  }
  decryptDiff(vault, notes, text);
});

test('a handler is given them too, and may be synchronous', () => {
  const options = { table: notes, vault: () => vault, onError: () => {} };
  const stop = trackDecryptedDiff(db, options, ({ whole, changes }) => {
    expectTypeOf(whole).toEqualTypeOf<boolean>();
    for (const { row } of changes) expectTypeOf(row).toEqualTypeOf<Note | null>();
  });
  expectTypeOf(stop).resolves.toEqualTypeOf<() => Promise<void>>();
});

test('a schema of sealed tables has those and no other', () => {
  const schema = new Schema({ ...sealedTables([notes]) });
  type Database = (typeof schema)['types'];
  type Flat<T> = { [K in keyof T]: T[K] };
  expectTypeOf<keyof Database>().toEqualTypeOf<'notes_sealed'>();
  expectTypeOf<Flat<Database['notes_sealed']>>().toEqualTypeOf<{
    id: string;
    folder: string | null;
    payload: string | null;
    parents: string | null;
    siblings: string | null;
  }>();
});
