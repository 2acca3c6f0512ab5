import { describe, expect, it } from 'vitest';
import { defineTable, encrypted, encryptRow } from '../../src/index.js';
import { bundleCore } from '../support/bundle.js';
import { createWorld } from '../support/world.js';

const SECRET = 'card 4929 1234 5678 9012, code 315';

/** A row that holds a secret beside something that the attacker could write. */
const tables = [
  defineTable('notes', { secret: encrypted.text(), injected: encrypted.text() }),
  defineTable(
    'tight',
    { secret: encrypted.text(), injected: encrypted.text() },
    { padding: 'none' },
  ),
];

/** Guesses of one length that agree with the secret in ever more characters. */
const guesses = Array.from(
  { length: SECRET.length + 1 },
  (_, right) => SECRET.slice(0, right) + '#'.repeat(SECRET.length - right),
);

describe('A17: the length of a payload does not tell how similar its contents are', () => {
  it.each(tables.map((table) => [table.name, table] as const))(
    'for a guess at a secret in the same row of %s',
    async (_, table) => {
      const { vault } = await createWorld();
      const lengths = new Set<number>();
      for (let trial = 0; trial < 1_000; trial++) {
        const injected = guesses[trial % guesses.length] as string;
        const sealed = encryptRow(vault, table, { id: 'n', secret: SECRET, injected });
        lengths.add(sealed.payload.length);
      }
      expect(lengths.size).toBe(1);
    },
  );

  it('for contents that would compress to nothing, and some that would not', async () => {
    const { vault } = await createWorld();
    const blobs = defineTable('blobs', { data: encrypted.bytes() }, { padding: 'none' });
    const noise = crypto.getRandomValues(new Uint8Array(60_000));
    const lengths = [new Uint8Array(60_000), noise].map(
      (data) => encryptRow(vault, blobs, { id: 'b', data }).payload.length,
    );
    expect(lengths[0]).toBe(lengths[1]);
    expect(lengths[0]).toBeGreaterThan(60_000);
  });

  it('for two rows with the same contents, since no row knows another', async () => {
    const { vault } = await createWorld();
    const [table] = tables;
    if (!table) throw new Error('There are tables.');
    const row = { id: 'n1', secret: SECRET, injected: SECRET };
    const alone = encryptRow(vault, table, row);
    const beside = encryptRow(vault, table, { ...row, id: 'n2' });
    expect(beside.payload.length).toBe(alone.payload.length);
  });

  it('and no compression is in the bundle', async () => {
    expect(await bundleCore('esm')).not.toMatch(/CompressionStream|deflate|gzip|brotli|zlib/i);
  });
});
