/** A phone is stolen while unlocked: revoke its key, re-encrypt every row, drop it, and see what that buys. */
import assert from 'node:assert/strict';
import {
  addSecret,
  byPassword,
  bySecret,
  createVault,
  decryptRow,
  defineTable,
  dropRetiredKeys,
  encrypted,
  encryptRow,
  memoryStore,
  openVault,
  reencryptRow,
  rekeyVault,
  tryDecryptRow,
} from 'rowseal';

const notes = defineTable('notes', { body: encrypted.text() });
const store = memoryStore();
const password = byPassword('correct horse battery staple');

// Before: a password, a recovery key, and a key that the phone keeps.
const phoneKey = crypto.getRandomValues(new Uint8Array(32));
const { vault: first } = await createVault(store, password);
const vault = await addSecret(store, first, phoneKey, { info: new TextEncoder().encode('phone') });
const server = new Map(
  [1, 2, 3].map((n) => {
    const sealed = encryptRow(vault, notes, { id: `n${n}`, body: `note ${n}` });
    return [sealed.id, sealed];
  }),
);

// The thief has the phone's key, and took what the server had then.
const stolenStore = memoryStore(vault.header);
const stolenRows = structuredClone(server);

// 1. Revoke. Only the secrets in `keep` still open the vault; the recovery key is a new one.
const { vault: next, recoveryKey, dropped } = await rekeyVault(store, vault, { keep: [password] });
console.log(`Dropped: ${dropped.map(({ type }) => type).join(', ')}`);
console.log(`The user writes down the new recovery key: ${recoveryKey}`);
await assert.rejects(openVault(store, bySecret(phoneKey)), { code: 'UNLOCK_FAILED' });

// 2. Re-encrypt. A row that is done comes back as the same object: stop and go on as you like.
let moved = 0;
for (const sealed of server.values()) {
  const current = reencryptRow(next, notes, sealed);
  if (current === sealed) continue;
  server.set(current.id, current); // in an app: send it
  moved += 1;
}
assert([...server.values()].every((sealed) => reencryptRow(next, notes, sealed) === sealed));
console.log(`Re-encrypted ${moved} rows; a second run finds nothing to do`);

// 3. What the thief still can: read what was there before. Nothing can take that back.
const thief = await openVault(stolenStore, bySecret(phoneKey));
const [oldRow] = stolenRows.values();
assert(oldRow);
console.log(`The thief still reads the stolen copy: ${decryptRow(thief, notes, oldRow).body}`);

// 4. What the thief can't: read rows that were written or re-encrypted since …
const written = encryptRow(next, notes, { id: 'n4', body: 'after the theft' });
for (const sealed of [...server.values(), written]) {
  const result = tryDecryptRow(thief, notes, sealed);
  assert(!result.ok && result.error.code === 'UNKNOWN_KEY');
}
console.log('Of the rows on the server now the thief opens none: UNKNOWN_KEY');

// … or write rows that the user's devices take for their own.
const forged = encryptRow(thief, notes, { id: 'n5', body: 'send money' });
const result = tryDecryptRow(next, notes, forged);
assert(!result.ok && result.error.code === 'KEY_RETIRED');
console.log('A row that the thief writes is quarantined: KEY_RETIRED');

// 5. Stamps can be backdated. Once no row names the old key, drop it: then nothing under it opens.
const { vault: lean, left } = await dropRetiredKeys(store, next, {
  closeKeys: async (prefixes) =>
    prefixes.map((prefix) => {
      const named = [...server.values()].filter(({ payload }) => payload.startsWith(prefix));
      return { prefix, payloads: named.length }; // in an app: rowseal_close_keys on the server
    }),
});
assert(left === 0 && lean.keys.length === 1);
const backdated = tryDecryptRow(lean, notes, oldRow);
assert(!backdated.ok && backdated.error.code === 'UNKNOWN_KEY');
console.log('Of what is under the old key nothing opens any more, whatever its stamp');
