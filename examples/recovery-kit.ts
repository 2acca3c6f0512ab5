/** The recovery kit, from the first day to the day: shown, confirmed, printed, tried, used. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  byRecoveryKey,
  bySecret,
  createVault,
  decryptRow,
  defineTable,
  encrypted,
  encryptRow,
  generateRecoveryKey,
  memoryStore,
  openVault,
  proveRecoveryKey,
  replaceRecoveryKey,
} from 'rowseal';
import { confirmsGroup, kitQuestion, recoveryKit } from 'rowseal/kit';

const notes = defineTable('notes', { body: encrypted.text() });
const laptopStore = memoryStore();
const deviceKey = crypto.getRandomValues(new Uint8Array(32));
const { vault, recoveryKey } = await createVault(laptopStore, bySecret(deviceKey));
const sealed = encryptRow(vault, notes, { id: 'n1', body: 'the cat is fed at six' });

// A kit is made for this vault and this key, or not at all.
const names = { app: 'Ledger', account: 'ada@example.org' };
await assert.rejects(recoveryKit(vault, generateRecoveryKey(), names), { code: 'UNLOCK_FAILED' });
console.log('No kit for a key of another vault: UNLOCK_FAILED');
const kit = await recoveryKit(vault, recoveryKey, names);

// Printed: here into a folder, `npx tsx examples/recovery-kit.ts kit` to look at it.
const [, , wanted] = process.argv;
const folder = wanted ?? (await mkdtemp(join(tmpdir(), 'rowseal-kit-')));
try {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'recovery-kit.html'), kit.html, { mode: 0o600 });
  await writeFile(join(folder, 'recovery-kit.txt'), kit.text, { mode: 0o600 });
  for (const file of (await readdir(folder)).filter((name) => name.startsWith('recovery-kit.'))) {
    console.log(`${file}: ${(await stat(join(folder, file))).size} bytes`);
  }
} finally {
  if (!wanted) await rm(folder, { recursive: true });
}

// Does the user have it? One group, read from paper, says so.
const group = kitQuestion(recoveryKey);
const onPaper = kit.text.match(/\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){7}\b/)?.[0] ?? '';
const typed = onPaper.split('-')[group - 1]?.toLowerCase() ?? '';
assert.ok(confirmsGroup(recoveryKey, group, typed));
assert.ok(!confirmsGroup(recoveryKey, group, 'left it at home'));
console.log(`Group ${group} was typed back`);

// Months later: is the paper still there, and right?
const proved = await proveRecoveryKey(laptopStore, vault, onPaper);
console.log(`Tried on the vault, and noted in its header, at version ${proved.epoch}`);

// The laptop is gone. Paper, and what the server has:
const newLaptop = memoryStore(proved.header);
const opened = await openVault(newLaptop, byRecoveryKey(onPaper));
assert.equal(opened.vaultId, vault.vaultId);
console.log(`The paper opens the vault: ${decryptRow(opened, notes, sealed).body}`);

// A new key makes the old sheet void.
const next = await replaceRecoveryKey(newLaptop, opened, { recoveryKey: generateRecoveryKey() });
await assert.rejects(recoveryKit(next.vault, onPaper, names), { code: 'UNLOCK_FAILED' });
await recoveryKit(next.vault, next.recoveryKey, names);
console.log('After replaceRecoveryKey the old sheet is void, and there is a kit for the new key');
