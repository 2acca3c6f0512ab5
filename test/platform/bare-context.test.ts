import { describe, expect, it } from 'vitest';
import { bareContext } from '../support/bare-context.js';
import { bundleCore } from '../support/bundle.js';

/** What a browser, Node or a newer engine has, and the least of them does not. */
const ABSENT = [
  ...['Buffer', 'TextDecoder', 'WebAssembly', 'setTimeout', 'setInterval', 'setImmediate'],
  ...['queueMicrotask', 'structuredClone', 'BigInt64Array', 'BigUint64Array', 'SharedArrayBuffer'],
  ...['Atomics', 'FinalizationRegistry', 'Intl', 'console', 'process', 'require', 'global'],
  ...['fetch', 'URL', 'performance', 'navigator', 'window', 'self', 'AbortController', 'Iterator'],
];

/** The life of a vault, in plain JavaScript since nothing compiles it there. */
const LIFE = `(async () => {
  const { byPassword, byRecoveryKey, changePassword, cleartext, createVault, decryptRow, decryptRows,
    defineTable, encrypted, encryptDelete, encryptRow, exportVault, memoryStore, mergeRows, openExport,
    openVault, rotateDataKey, reencryptRow, tryDecryptRow, lockVault } = rowseal;
  const store = memoryStore();
  const { vault, recoveryKey } = await createVault(store, byPassword('first password'));
  const notes = defineTable('notes', {
    body: encrypted.text(), count: encrypted.bigint(), data: encrypted.json(), at: encrypted.timestamp(),
    size: encrypted.real(), bytes: encrypted.bytes(), day: encrypted.date(), folder: cleartext.text(),
    owner: cleartext.text().bound(),
  });
  const row = {
    id: 'n1', body: 'h\\u00e4 \\u{1f511}', count: -(2n ** 80n), data: { a: [1, null, 'x'] },
    at: new Date(1), size: -0, bytes: Uint8Array.of(1, 2), day: '2024-02-29', folder: 'in', owner: 'ada',
  };
  const sealed = encryptRow(vault, notes, row);

  const there = await openVault(memoryStore(vault.header), byPassword('first password'));
  const read = decryptRow(there, notes, sealed);
  const one = encryptRow(there, notes, { ...read, body: 'one' }, { previous: sealed });
  const two = encryptRow(vault, notes, { ...row, folder: 'two' }, { previous: sealed });
  const merged = decryptRow(vault, notes, mergeRows(vault, notes, one, two));

  const current = byRecoveryKey(recoveryKey);
  const next = await changePassword(store, vault, { current, next: 'second password' });
  const rotated = await rotateDataKey(store, next);
  const moved = reencryptRow(rotated, notes, sealed);
  const deleted = encryptDelete(rotated, notes, moved);
  const results = decryptRows(rotated, notes, [moved, deleted, { ...moved, id: 'n2' }, { id: 'n3', payload: 'x' }]);
  const file = exportVault(there, [{ table: notes, row: sealed }], { verify: true });
  const opened = await openExport(file, byRecoveryKey(recoveryKey), { tables: [notes] });
  const restored = [];
  for await (const entry of opened) restored.push(entry.ok && entry.row.body);
  lockVault(there);
  const locked = tryDecryptRow(there, notes, sealed);
  return {
    read, same: Object.is(read.size, -0), body: merged.body, folder: merged.folder, epoch: rotated.epoch,
    restored: restored.join(), state: opened.report().state,
    codes: [...results, locked].map((result) => result.ok ? 'ok' : result.error.code),
  };
})()`;

describe('a bare context', () => {
  it('has none of what engines add', () => {
    const { run } = bareContext();
    for (const name of ABSENT) expect(run(`typeof ${name}`), name).toBe('undefined');
    expect(run('typeof [].findLast')).toBe('undefined');
    expect(run('typeof "".isWellFormed')).toBe('undefined');
    expect(run('new TextEncoder().encode("é") instanceof Uint8Array')).toBe(true);
  });

  it('is enough for the whole life of a vault', async () => {
    const { run, load } = bareContext();
    load(await bundleCore());
    const outcome = (await run(LIFE)) as { read: Record<string, unknown> };
    expect(outcome).toMatchObject({
      same: true,
      body: 'one',
      folder: 'two',
      epoch: 3,
      restored: 'hä 🔑',
      state: 'complete',
      codes: ['ok', 'ROW_DELETED', 'ROW_AUTH_FAILED', 'NOT_ENCRYPTED', 'LOCKED'],
    });
    // The realms differ, so their objects are compared as text.
    const { read } = outcome;
    expect(`${read.body} ${read.count} ${read.day} ${read.owner}`).toBe(
      `hä 🔑 ${-(2n ** 80n)} 2024-02-29 ada`,
    );
    expect(JSON.stringify(read.data)).toBe('{"a":[1,null,"x"]}');
    expect(JSON.stringify(read.at)).toBe('"1970-01-01T00:00:00.001Z"');
    expect(String(read.bytes)).toBe('1,2');
  });

  it('refuses to go on without crypto', async () => {
    const { run, load } = bareContext();
    load(await bundleCore());
    run('delete globalThis.crypto');
    expect(() => run('rowseal.generateRecoveryKey()')).toThrow(
      expect.objectContaining({ code: 'NO_SECURE_RANDOM' }),
    );
  });
});
