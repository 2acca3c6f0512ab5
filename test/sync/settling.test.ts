import {
  cleartext,
  defineTable,
  encrypted,
  memoryStore,
  openVault,
  type Table,
  type Vault,
} from 'rowseal';
import { vaultForTesting } from 'rowseal/testing';
import { describe, expect, it } from 'vitest';
import { runPass } from '../../src/sync/mirror-pass.js';
import { memoryEngine } from '../../src/testing/memory-engine.js';
import { memoryServer } from '../../src/testing/memory-server.js';

const notes = defineTable('notes', {
  title: encrypted.text(),
  body: encrypted.text().optional(),
  folder: cleartext.text(),
  stored_at: cleartext.text().serverOwned(),
});
const tables = [notes];

async function device(server: ReturnType<typeof memoryServer>, name: string, vault: Vault) {
  const engine = memoryEngine(tables);
  const store = engine.store();
  await store.takeOver({ vaultId: vault.vaultId, declarations: new Map([['notes', '1']]) });
  let now = 0;
  const settle = async () => {
    for (;;) {
      const { result } = await runPass({
        store,
        vault,
        tables: new Map(tables.map((t) => [t.name, t as Table])),
        now: Date.now() + now,
        limit: 100,
        ends: [],
        mergeDelay: () => 10_000,
        deletes: 'sealed',
        acceptRetired: false,
      });
      if (result === 'idle') return;
    }
  };
  const sync = async () => {
    await settle();
    for (let next = engine.nextUpload(); next; next = engine.nextUpload()) {
      const answer = server.upload(name, next.writes);
      engine.uploaded(answer.position, answer.refused);
    }
    engine.receive(server.checkpoint(name, engine.position()));
    await settle();
  };
  return {
    engine,
    settle,
    sync,
    later: (ms: number) => {
      now += ms;
    },
  };
}

describe('a mirror over the engine in memory', () => {
  it('brings a row to another device, and both edits of two columns', async () => {
    const { vault, opener } = await vaultForTesting('settling');
    const other = await openVault(memoryStore(vault.header), opener);
    const server = memoryServer(tables);
    const a = await device(server, 'a', vault);
    const b = await device(server, 'b', other);
    a.engine.insert('notes', { id: 'n1', title: 'Title', body: 'Body', folder: 'inbox' });
    await a.sync();
    await b.sync();
    expect(b.engine.rows('notes')).toEqual([
      { id: 'n1', title: 'Title', body: 'Body', folder: 'inbox', stored_at: null },
    ]);
    a.engine.update('notes', 'n1', { title: 'A' });
    b.engine.update('notes', 'n1', { body: 'B' });
    for (const d of [a, b, a, b, a, b]) await d.sync();
    a.later(60000);
    for (const d of [a, b, a, b, a, b]) await d.sync();
    expect(a.engine.rows('notes')).toEqual([
      { id: 'n1', title: 'A', body: 'B', folder: 'inbox', stored_at: null },
    ]);
    expect(b.engine.rows('notes')).toEqual(a.engine.rows('notes'));
    expect(server.uploadCount('notes', 'n1')).toBe(4);
    a.engine.remove('notes', 'n1');
    for (const d of [a, b, a, b, a, b]) await d.sync();
    expect(b.engine.rows('notes')).toEqual([]);
    expect(server.rows('notes').length).toBe(1);
  });
});
