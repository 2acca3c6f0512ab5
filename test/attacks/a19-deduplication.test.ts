import { describe, expect, it } from 'vitest';
import { decryptRow, defineTable, encrypted, encryptRow } from '../../src/index.js';
import { envelopeBytes } from '../support/forged-rows.js';
import { createWorld, expectHonestWorks } from '../support/world.js';

const BLOCK = 16;
const files = defineTable('files', { content: encrypted.bytes() }, { payload: 'bytes' });
const asText = defineTable('files', { content: encrypted.bytes() });

/** A file that an attacker knows, with repetitions that deduplication would find. */
const content = Uint8Array.from({ length: 100_000 }, (_, i) => (i % 4096) % 251);
const row = { id: 'known file', content };

/** Blocks at every offset, since a chunk may begin anywhere. */
function blocksOf(envelope: Uint8Array): Set<string> {
  const blocks = new Set<string>();
  for (let at = 33; at + BLOCK <= envelope.length; at++) {
    blocks.add(Buffer.from(envelope.subarray(at, at + BLOCK)).toString('latin1'));
  }
  return blocks;
}

describe('A19: a known file leaves no fingerprint', () => {
  it('has no block in common, sealed twice in one vault and once in another', async () => {
    const [world, other] = [await createWorld(), await createWorld()];
    const sealings = [world.vault, world.vault, other.vault].map((vault) =>
      encryptRow(vault, files, row),
    );
    const all = sealings.map(({ payload }) => blocksOf(payload));
    const total = all.reduce((sum, blocks) => sum + blocks.size, 0);
    expect(new Set(all.flatMap((blocks) => [...blocks])).size).toBe(total);
    expect(new Set(sealings.map(({ payload }) => payload.length)).size).toBe(1);
    expect(decryptRow(world.vault, files, sealings[0] as never)).toEqual(row);
    await expectHonestWorks(world);
  });

  it('has one size, whatever is changed in it, and however it repeats itself', async () => {
    const { vault } = await createWorld();
    const contents = [content, content.slice().reverse(), content.map((byte) => byte ^ 1)];
    contents.push(new Uint8Array(content.length));
    const lengths = contents.map(
      (each) => envelopeBytes(encryptRow(vault, asText, { id: 'f', content: each })).length,
    );
    expect(new Set(lengths).size).toBe(1);
  });

  it('is one unit: an edit of one byte leaves no block as it was', async () => {
    const { vault } = await createWorld();
    const previous = encryptRow(vault, files, row);
    const changed = content.slice();
    changed[50_000] = 255;
    const edited = encryptRow(vault, files, { ...row, content: changed }, { previous });
    const before = blocksOf(previous.payload);
    expect([...blocksOf(edited.payload)].filter((block) => before.has(block))).toEqual([]);
  });
});
