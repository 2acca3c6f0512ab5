import { describe, expect, it } from 'vitest';
import { defineTable, encrypted, encryptRow, type Vault } from '../../src/index.js';
import { envelopeBytes } from '../support/forged-rows.js';
import { createWorld, diary, expectHonestWorks, ROW } from '../support/world.js';

const TIMES = 1_000;
const WINDOW = 8;
/** Format byte and key id, which rows of one vault share. */
const SHARED_LENGTH = 33;
const BOUND_SET_AT = 57;

/** Every 8 bytes in a row that are not among the fixed ones, of nonce and of ciphertext. */
function windowsOf(envelope: Uint8Array): string[] {
  const parts = [
    envelope.subarray(SHARED_LENGTH, BOUND_SET_AT),
    envelope.subarray(BOUND_SET_AT + 1),
  ];
  return parts.flatMap((part) =>
    Array.from({ length: part.length - WINDOW + 1 }, (_, i) =>
      Buffer.from(part.subarray(i, i + WINDOW)).toString('latin1'),
    ),
  );
}

function expectNoRepetition(envelopes: readonly Uint8Array[]): void {
  const windows = envelopes.flatMap(windowsOf);
  expect(new Set(windows).size).toBe(windows.length);
}

function sealOften(vault: Vault, times: number): Uint8Array[] {
  return Array.from({ length: times }, () => envelopeBytes(encryptRow(vault, diary, ROW)));
}

describe('A15: equal contents do not look equal', () => {
  it(`repeats no 8 bytes when one row is sealed ${TIMES} times`, async () => {
    const world = await createWorld();
    expectNoRepetition(sealOften(world.vault, TIMES));
    await expectHonestWorks(world);
  });

  it('repeats no 8 bytes within or between rows of nothing but zeros', async () => {
    const { vault } = await createWorld();
    const table = defineTable('blobs', { data: encrypted.bytes(), copy: encrypted.bytes() });
    const zeros = new Uint8Array(4096);
    const rows = Array.from({ length: 20 }, (_, i) =>
      encryptRow(vault, table, { id: `b${i}`, data: zeros, copy: zeros }),
    );
    expectNoRepetition(rows.map(envelopeBytes));
  });

  it('gives new bytes when an unchanged row is sealed over its previous version', async () => {
    const { vault, sealed } = await createWorld();
    const again = encryptRow(vault, diary, ROW, { previous: sealed });
    expectNoRepetition([envelopeBytes(sealed), envelopeBytes(again)]);
  });

  it('fills ciphertexts of one row evenly: each bit is set about half of the time', async () => {
    const { vault } = await createWorld();
    const envelopes = sealOften(vault, TIMES);
    const [first] = envelopes;
    if (!first) throw new Error('There are envelopes.');
    // 6.5 standard deviations: by chance once in more than a million runs of this test.
    const tolerance = 6.5 * Math.sqrt(TIMES / 4);
    for (let bit = (BOUND_SET_AT + 1) * 8; bit < first.length * 8; bit++) {
      const set = envelopes.filter(
        (bytes) => ((bytes[bit >> 3] as number) >> (bit & 7)) & 1,
      ).length;
      expect(Math.abs(set - TIMES / 2)).toBeLessThan(tolerance);
    }
  });
});
