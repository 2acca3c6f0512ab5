import { describe, expect, it } from 'vitest';
import {
  changePassword,
  deriveKey,
  fingerprintOf,
  openVault,
  pinOf,
  rekeyVault,
  rotateDataKey,
} from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import { createWorld, openFresh } from '../support/world.js';
import { quick } from './users.js';

describe('fingerprintOf', () => {
  it('is four groups of four that two devices at one header share', async () => {
    const world = await createWorld();
    const there = await openFresh(world);
    expect(fingerprintOf(there)).toBe(fingerprintOf(world.vault));
    expect(fingerprintOf(there)).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  });

  it('changes with every header, and differs after a fork', async () => {
    const { store, vault, header } = await createWorld();
    const phone = store.otherDevice();
    const there = await openVault(phone, quick());
    const one = await rotateDataKey(store, vault);
    store.header = header;
    const other = await rotateDataKey(phone, there);
    expect(one.epoch).toBe(other.epoch);
    expect(new Set([vault, one, other].map(fingerprintOf)).size).toBe(3);
  });
});

describe('deriveKey', () => {
  it('is the same on every device, after password changes and rotations', async () => {
    const { store, vault } = await createWorld();
    const key = deriveKey(vault, 'database');
    const change = { current: quick(), next: 'next', kdf: fastKdf() };
    const next = await rotateDataKey(store, await changePassword(store, vault, change));
    const there = await openVault(store.otherDevice(), quick('next'));
    for (const snapshot of [next, there]) expect(deriveKey(snapshot, 'database')).toEqual(key);
  });

  it('differs by label, by vault and after rekeyVault', async () => {
    const { store, vault } = await createWorld();
    const stranger = await createWorld();
    const { vault: rekeyed } = await rekeyVault(store, vault, { keep: [quick()] });
    const keys = [
      deriveKey(vault, 'a'),
      deriveKey(vault, 'b'),
      deriveKey(vault, 'ab'),
      deriveKey(rekeyed, 'a'),
      deriveKey(stranger.vault, 'a'),
    ].map((key) => Buffer.from(key).toString('hex'));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is the caller’s: wiping it changes no other', async () => {
    const { vault } = await createWorld();
    const key = deriveKey(vault, 'database');
    const copy = key.slice();
    key.fill(0);
    expect(deriveKey(vault, 'database')).toEqual(copy);
  });

  it.each([16, 32, 64])('has the length that was asked for: %i', async (length) => {
    const { vault } = await createWorld();
    expect(deriveKey(vault, 'database', { length })).toHaveLength(length);
  });

  it.each([15, 65, 0, -1, 32.5, Number.NaN])('refuses the length %d', async (length) => {
    const { vault } = await createWorld();
    expect(() => deriveKey(vault, 'database', { length })).toThrow(RangeError);
  });

  it.each(['', 'a\ud800'])('refuses the label %j', async (label) => {
    const { vault } = await createWorld();
    expect(() => deriveKey(vault, label)).toThrow(TypeError);
  });

  it('refuses a vault key that the vault never had', async () => {
    const { vault } = await createWorld();
    const { vaultKeyId } = (await createWorld()).vault;
    expect(() => deriveKey(vault, 'database', { vaultKeyId })).toThrow(RangeError);
  });
});

describe('a vault as data', () => {
  it('is frozen, to its slots and keys', async () => {
    const { vault } = await createWorld();
    for (const part of [vault, vault.slots, vault.keys, ...vault.slots, ...vault.keys]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('names what stands in its header: when a key was retired, in milliseconds', async () => {
    const { store, vault } = await createWorld();
    const before = Date.now();
    const next = await rotateDataKey(store, vault);
    expect(next.keys[0]?.retiredAt).toBeNull();
    expect(next.keys[1]?.retiredAt).toBeGreaterThanOrEqual(before - 1);
    expect(next.keys[1]?.retiredAt).toBeLessThanOrEqual(Date.now() + 1);
  });

  it('has a pin that is the one its device remembers', async () => {
    const { store, vault } = await createWorld();
    expect(pinOf(vault)).toBe(store.pin);
    const next = await rotateDataKey(store, vault);
    expect(pinOf(next)).toBe(store.pin);
    expect(pinOf(vault)).not.toBe(store.pin);
  });
});
