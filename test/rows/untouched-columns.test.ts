import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  cleartext,
  decryptRow,
  decryptRowDetails,
  defineTable,
  encrypted,
  encryptRow,
  mergeRows,
  openVault,
  reencryptRow,
  type Table,
} from '../../src/index.js';
import { createWorld } from '../support/world.js';
import { quick } from '../vault/users.js';

const body = encrypted.text();
let now = Date.UTC(2026, 0, 1);
beforeEach(() => {
  vi.spyOn(Date, 'now').mockImplementation(() => ++now);
});

/** A column as one version of the app declares it, and as the next does. */
const CHANGES = [
  [
    'nullable, then optional',
    defineTable('n', { body, x: encrypted.integer().nullable() }),
    defineTable('n', { body, x: encrypted.integer().optional() }),
    { x: null },
  ],
  [
    'optional, then with a default',
    defineTable('n', { body, x: encrypted.integer().optional() }),
    defineTable('n', { body, x: encrypted.integer().default(0) }),
    {},
  ],
  [
    'optional and bound, then not bound',
    defineTable('n', { body, x: cleartext.integer().optional().bound() }),
    defineTable('n', { body, x: cleartext.integer().optional() }, { earlierBoundSets: [['x']] }),
    {},
  ],
] as const;

describe('a column that an edit leaves alone', () => {
  it.each(CHANGES)('%s: keeps what another device wrote', async (_, before, after, empty) => {
    const { store, vault } = await createWorld();
    const there = await openVault(store.otherDevice(), quick());
    const base = encryptRow(vault, before as Table, { id: 'r', body: 'b', ...empty } as never);
    const next = after as Table;
    const plain = decryptRow(vault, next, base);
    const one = encryptRow(there, next, { ...plain, x: 42 } as never, { previous: base });
    const two = encryptRow(vault, next, { ...plain, ...{ body: 'later' } } as never, {
      previous: base,
    });
    const merged = decryptRow(vault, next, mergeRows(vault, next, one, two));
    expect(merged).toEqual({ id: 'r', body: 'later', x: 42 });
  });
});

describe('the finding stale-row across bound sets', () => {
  const first = defineTable('chat', { body, room: cleartext.text() });
  const second = defineTable(
    'chat',
    { body, room: cleartext.text().bound() },
    { earlierBoundSets: [[]] },
  );
  const row = { id: 'r', body: 'old', room: 'a' };

  it('tells a replay from a row that only moved to another set', async () => {
    const { vault } = await createWorld();
    const old = encryptRow(vault, first, row);
    const seen = encryptRow(vault, second, { ...row, body: 'new' }, { previous: old });
    const findings = (sealed: typeof old, before: typeof old) =>
      decryptRowDetails(vault, second, sealed, { seen: before }).findings;
    expect(findings(old, seen)).toEqual([{ code: 'stale-row' }]);
    expect(findings(seen, old)).toEqual([]);
    expect(findings(reencryptRow(vault, second, old), old)).toEqual([]);
  });

  it('is not asked of two different rows', async () => {
    const { vault } = await createWorld();
    const sealed = encryptRow(vault, first, row);
    const seen = encryptRow(vault, first, { ...row, id: 'other' });
    expect(() => decryptRowDetails(vault, first, sealed, { seen })).toThrow(TypeError);
  });
});
