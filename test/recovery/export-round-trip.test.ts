import { expect, it } from 'vitest';
import {
  byPassword,
  byRecoveryKey,
  cleartext,
  createVault,
  defineTable,
  encrypted,
  encryptRow,
  exportVault,
  memoryStore,
  openExport,
} from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';

const kdf = fastKdf();
const opener = byPassword('correct horse battery staple', { kdf });
const notes = defineTable('notes', { body: encrypted.text(), folder: cleartext.text() });

it('a file opens with the password or the recovery key, and nothing else', async () => {
  const { vault, recoveryKey } = await createVault(memoryStore(), opener);
  const plain = ['n1', 'n2', 'n3'].map((id) => ({ id, body: `body of ${id}`, folder: 'inbox' }));
  const sealed = plain.map((row) => encryptRow(vault, notes, row));
  const file = exportVault(
    vault,
    sealed.map((row) => ({ table: notes, row })),
  );
  const chunks: string[] = [];
  for await (const chunk of file) chunks.push(chunk);
  expect(file.report()).toEqual({ done: true, rows: 3, leftOut: {}, missingKeys: [], refused: {} });
  for (const each of [opener, byRecoveryKey(recoveryKey as string)]) {
    const opened = await openExport(chunks, each, { tables: [notes] });
    const rows: unknown[] = [];
    for await (const entry of opened) {
      rows.push(entry.ok && entry.row);
      expect(entry.sealed).toEqual(sealed[rows.length - 1]);
    }
    expect(rows).toEqual(plain);
    expect(opened.report()).toEqual({ state: 'complete', opened: 3, deleted: 0, refused: {} });
  }
  const wrong = openExport(chunks, byPassword('wrong', { kdf }));
  await expect(wrong).rejects.toMatchObject({ code: 'UNLOCK_FAILED' });
});
