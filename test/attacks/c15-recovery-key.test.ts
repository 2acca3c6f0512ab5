import { describe, expect, it } from 'vitest';
import {
  byRecoveryKey,
  generateRecoveryKey,
  openVault,
  RowsealError,
  replaceRecoveryKey,
} from '../../src/index.js';
import { formatRecoveryKey, parseRecoveryKey } from '../../src/keys/recovery-key.js';
import { expectNowhere } from '../support/secret-search.js';
import { createWorld, expectRefused, type World } from '../support/world.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SHAPE = /^([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$/;
const KEYS = 20_000;

function codeOf(text: string): string {
  try {
    byRecoveryKey(text);
    return 'accepted';
  } catch (error) {
    expect(error).toBeInstanceOf(RowsealError);
    if (text.length > 1) expectNowhere({ 'what was typed': text }, error);
    return (error as RowsealError).code;
  }
}

/** χ² of 32 symbols against the uniform distribution: 31 degrees of freedom. */
function chiSquared(counts: ReadonlyMap<string, number>, total: number): number {
  const expected = total / ALPHABET.length;
  return [...ALPHABET].reduce(
    (sum, symbol) => sum + ((counts.get(symbol) ?? 0) - expected) ** 2 / expected,
    0,
  );
}

describe('C15: the recovery key is guessed, mistyped, or used elsewhere', () => {
  it('is never the same twice, has one shape, and favours no symbol anywhere', () => {
    const keys = Array.from({ length: KEYS }, generateRecoveryKey);
    expect(new Set(keys).size).toBe(KEYS);
    expect(keys.filter((key) => !SHAPE.test(key))).toEqual([]);
    const plain = keys.map((key) => key.replaceAll('-', ''));
    // The first symbol holds two zero bits of the version; all 31 others are uniform.
    for (let at = 0; at < 32; at++) {
      const counts = new Map<string, number>();
      for (const key of plain) {
        const symbol = key[at] as string;
        counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
      }
      if (at === 0) expect([...counts.keys()].sort().join('')).toBe('01234567');
      // A fair generator passes 150 less often than once in 10^16 runs; a symbol that comes up
      // 10 % too often, or a bit that is stuck, gives hundreds.
      else expect(chiSquared(counts, KEYS), `symbol ${at}`).toBeLessThan(150);
    }
  });

  it('catches every wrong character and every swap of neighbours at once', async () => {
    const world = await createWorld();
    for (const key of [world.recoveryKey, formatRecoveryKey(new Uint8Array(16))]) {
      const plain = key.replaceAll('-', '');
      for (let at = 0; at < plain.length; at++) {
        for (const symbol of ALPHABET) {
          if (symbol === plain[at]) continue;
          const typo = plain.slice(0, at) + symbol + plain.slice(at + 1);
          expect(codeOf(typo)).toBe('RECOVERY_KEY_TYPO');
        }
        const [a, b] = [plain[at], plain[at + 1]];
        if (b === undefined || a === b) continue;
        const swapped = plain.slice(0, at) + b + a + plain.slice(at + 2);
        expect(codeOf(swapped)).toBe('RECOVERY_KEY_TYPO');
      }
    }
  });

  it('refuses a typo before the store is asked or any key derived', async () => {
    const world = await createWorld();
    const last = world.recoveryKey.at(-1) === '0' ? '1' : '0';
    const typo = world.recoveryKey.slice(0, -1) + last;
    for (const attack of [
      () => openVault(world.store, byRecoveryKey(typo)),
      () => replaceRecoveryKey(world.store, world.vault, { recoveryKey: typo }),
    ]) {
      await expectRefused(world, attack, { codes: ['RECOVERY_KEY_TYPO'], structural: true });
    }
  });

  it('catches characters left out, added, doubled, or of no alphabet', () => {
    const key = generateRecoveryKey();
    const plain = key.replaceAll('-', '');
    for (let at = 0; at < plain.length; at++) {
      const rest = plain.slice(at + 1);
      expect(codeOf(plain.slice(0, at) + rest)).toBe('RECOVERY_KEY_TYPO');
      for (const wrong of ['U', 'u', '!', '_', 'é', '０', '💥', '\0', 'ß']) {
        expect(codeOf(plain.slice(0, at) + wrong + rest)).toBe('RECOVERY_KEY_TYPO');
      }
      const doubled = plain.slice(0, at + 1) + plain.slice(at);
      expect(codeOf(doubled)).toBe('RECOVERY_KEY_TYPO');
    }
    for (const text of ['', '-', plain.repeat(2), '0'.repeat(32), 'A'.repeat(1_000_000)]) {
      expect(codeOf(text)).toBe('RECOVERY_KEY_TYPO');
    }
  });

  it('accepts what people type: case, spaces, hyphens, O for 0, I and L for 1', () => {
    // Key bytes whose text has both digits that look like letters.
    const secret = Uint8Array.from({ length: 16 }, (_, i) => (i * 8) % 23);
    const key = formatRecoveryKey(secret);
    expect(key).toMatch(/0/);
    expect(key).toMatch(/1/);
    for (const typed of [
      key,
      key.toLowerCase(),
      key.replaceAll('-', ''),
      key.replaceAll('-', ' '),
      key.replaceAll('-', '\u2013'),
      key.replaceAll('-', '\u00a0'),
      `  ${[...key].join(' ')}\n`,
      key.replaceAll('0', 'O').replaceAll('1', 'I'),
      key.replaceAll('0', 'o').replaceAll('1', 'l'),
    ]) {
      expect(parseRecoveryKey(typed)).toEqual(secret);
    }
  });

  it('opens no other vault, even one with the same recovery key slot', async () => {
    const world = await createWorld();
    const stranger = await createWorld();
    const key = byRecoveryKey(stranger.recoveryKey);
    for (const device of [world.store, world.store.otherDevice()]) {
      const codes = ['UNLOCK_FAILED'] as const;
      await expectRefused(world, () => openVault(device, key), { codes, structural: true });
    }
  });

  it('is refused everywhere once it was replaced', async () => {
    const created = await createWorld();
    const { store, recoveryKey: old } = created;
    const { vault, recoveryKey } = await replaceRecoveryKey(store, created.vault);
    expect(recoveryKey).not.toBe(old);
    const world: World = { ...created, vault, recoveryKey, header: vault.header };
    for (const device of [store, store.otherDevice()]) {
      const attack = () => openVault(device, byRecoveryKey(old));
      await expectRefused(world, attack, { codes: ['UNLOCK_FAILED'], structural: true });
      expect((await openVault(device, byRecoveryKey(recoveryKey))).epoch).toBe(2);
    }
    store.header = created.header;
    const attack = () => openVault(store, byRecoveryKey(old));
    await expectRefused(world, attack, { codes: ['HEADER_ROLLBACK'], structural: true });
  });
});
