import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LABEL } from '../../src/crypto/labels.js';
import { equalSecrets, wipe } from '../../src/crypto/secrets.js';
import { bySecret } from '../../src/index.js';
import { holds } from '../properties/holds.js';

it('equalSecrets says what Buffer.equals says', () => {
  const secret = fc.uint8Array({ maxLength: 40 });
  holds(
    fc.property(secret, secret, fc.nat(), fc.integer({ min: 1, max: 255 }), (a, b, at, xor) => {
      expect(equalSecrets(a, a.slice())).toBe(true);
      expect(equalSecrets(a, b)).toBe(Buffer.from(a).equals(b));
      const flipped = a.map((byte, i) => (i === at % a.length ? byte ^ xor : byte));
      expect(equalSecrets(a, flipped)).toBe(a.length === 0);
      expect(equalSecrets(a, Uint8Array.of(...a, 0))).toBe(false);
    }),
    300,
  );
});

it('wipe zeroes every secret, skips missing ones, and stays within a view', () => {
  const memory = new Uint8Array(6).fill(7);
  const other = new Uint8Array(3).fill(9);
  wipe(memory.subarray(1, 4), undefined, other);
  expect([...memory]).toEqual([7, 0, 0, 0, 7, 7]);
  expect([...other]).toEqual([0, 0, 0]);
});

it('no label of a derivation equals another or begins it', () => {
  const labels: string[] = Object.values(LABEL);
  for (const [i, label] of labels.entries()) {
    expect(label.startsWith('rowseal/1 ')).toBe(true);
    for (const [j, other] of labels.entries()) {
      if (i !== j) expect(other.startsWith(label), `${label} begins ${other}`).toBe(false);
    }
  }
});

it("an opener keeps a copy of its secret, also of Node's Buffer, which its owner may wipe", async () => {
  const buffer = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
  const parameters = {
    type: 'secret' as const,
    info: new Uint8Array(0),
    costs: null,
    salt: new Uint8Array(16),
  };
  const expected = await bySecret(Uint8Array.from(buffer)).deriveKek(parameters);
  const info = Buffer.from('phone');
  const opener = bySecret(buffer, { info });
  wipe(buffer, info);
  expect(await opener.deriveKek(parameters)).toEqual(expected);
  expect(Buffer.from(opener.info).toString()).toBe('phone');
});
