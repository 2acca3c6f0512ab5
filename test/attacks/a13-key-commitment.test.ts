import { describe, expect, it } from 'vitest';
import { derive } from '../../src/crypto/derive.js';
import { LABEL } from '../../src/crypto/labels.js';
import { nobleAead } from '../../src/crypto/noble-aead.js';
import { byPassword, openVault } from '../../src/index.js';
import { slotAssociatedData } from '../../src/keys/key-slot.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { fastKdf } from '../support/fast-kdf.js';
import { alter, slotOf, withSlot } from '../support/header-surgeon.js';
import { collide, type Opening } from '../support/poly1305-collision.js';
import { createWorld, expectRefused, type World } from '../support/world.js';

const GUESSES = ['first guess', 'second guess'] as const;

/** What a server can compute for a guessed password, from the slot's public parameters. */
async function attackerKeys({ header }: World, guess: string) {
  const slot = slotOf(header, 'password');
  const { content } = slot;
  const { vaultId } = parseHeader(header);
  const kek = await byPassword(guess, { kdf: fastKdf() }).deriveKek(content);
  const opening: Opening = {
    key: derive(kek, vaultId, LABEL.slotWrap),
    nonce: content.nonce,
    associatedData: slotAssociatedData(vaultId, slot),
  };
  return { opening, commitment: derive(kek, vaultId, LABEL.slotCommitment) };
}

function cipherAlone({ key, nonce, associatedData }: Opening, sealed: Uint8Array) {
  return nobleAead.open(key, nonce, sealed, associatedData);
}

describe('A13: a slot commits to its key', () => {
  it('refuses a slot that the cipher alone opens under two passwords', async () => {
    const world = await createWorld();
    const [first, second] = await Promise.all([
      attackerKeys(world, GUESSES[0]),
      attackerKeys(world, GUESSES[1]),
    ]);
    const wrappedKey = collide(first.opening, second.opening);
    for (const { opening } of [first, second]) {
      expect(cipherAlone(opening, wrappedKey)).toHaveLength(32);
    }

    const honest = slotOf(world.header, 'password').content.commitment;
    for (const commitment of [honest, first.commitment, second.commitment]) {
      const slots = withSlot(world.header, 'password', { wrappedKey, commitment });
      world.store.header = alter(world.header, { slots });
      const passedOn: string[] = [];
      for (const guess of GUESSES) {
        const attack = () =>
          openVault(world.store.otherDevice(), byPassword(guess, { kdf: world.kdf }));
        // HEADER_TAMPERED says that the slot itself did open.
        const codes = ['UNLOCK_FAILED', 'HEADER_TAMPERED'] as const;
        const { code } = await expectRefused(world, attack, { codes });
        if (code === 'HEADER_TAMPERED') passedOn.push(guess);
      }
      const committed = [first, second].findIndex((keys) => keys.commitment === commitment);
      expect(passedOn).toEqual(committed < 0 ? [] : [GUESSES[committed]]);
    }
  });

  it('collides on any associated data and leading blocks, so the attack above is no accident', () => {
    const opening = (seed: number, length: number): Opening => ({
      key: new Uint8Array(32).fill(seed),
      nonce: new Uint8Array(24).fill(seed + 1),
      associatedData: new Uint8Array(length).fill(seed + 2),
    });
    for (const [blocks, length] of [
      [0, 0],
      [1, 16],
      [5, 33],
    ] as const) {
      const both = [opening(blocks, length), opening(blocks + 100, length + 7)] as const;
      const leading = new Uint8Array(16 * blocks).fill(9);
      const sealed = collide(...both, leading);
      expect(sealed.subarray(0, leading.length)).toEqual(leading);
      const plaintexts = both.map((each) => cipherAlone(each, sealed));
      expect(plaintexts).not.toContain(null);
      expect(plaintexts[0]).not.toEqual(plaintexts[1]);
    }
  });
});
