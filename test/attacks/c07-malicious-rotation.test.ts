import { describe, expect, it } from 'vitest';
import { addSecret, rotateDataKey, type VaultStore } from '../../src/index.js';
import { type KeySlot, makeSlot } from '../../src/keys/key-slot.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { CHANGES } from '../support/changes.js';
import { alter, slotOf, textOf } from '../support/header-surgeon.js';
import { beforeAttack, createWorld, expectRefusal, expectRefused } from '../support/world.js';

const ATTACKER_SLOT_ID = new Uint8Array(8).fill(1);

/** A slot that opens for the attacker, who hopes that the client wraps the new key for it. */
async function attackerSlot(): Promise<KeySlot> {
  const { header } = await createWorld();
  const { content } = slotOf(header, 'recovery-key');
  return makeSlot(ATTACKER_SLOT_ID, { ...content, type: 'secret' });
}

describe('C07: the server changes the header while the client rotates keys', () => {
  it.each(CHANGES)('$name writes nothing on top of a header it did not verify', async (change) => {
    const world = await createWorld();
    const { store, vault, kdf, header } = world;
    const slots = [...parseHeader(header).slots, await attackerSlot()];
    const attack = () => change.run(store, vault, kdf);
    for (const injected of [
      alter(header, { slots }),
      alter(header, { slots, epoch: 2, predecessors: [parseHeader(header).hash] }),
    ]) {
      store.header = injected;
      await expectRefused(world, attack, { codes: ['HEADER_CONFLICT'], structural: true });
    }
    const { header: foreign } = await createWorld();
    store.header = foreign;
    await expectRefused(world, attack, { codes: ['VAULT_MISMATCH'], structural: true });
  });

  it.each(CHANGES)('$name sends only what it verified, whatever came since', async (change) => {
    const world = await createWorld();
    const { store, vault, kdf, header } = world;
    const slots = [...parseHeader(header).slots, await attackerSlot()];
    const injected = alter(header, { slots });
    const lying: VaultStore = {
      loadHeader: () => store.loadHeader(),
      saveHeader: (next) => {
        store.header = injected;
        return store.saveHeader(next);
      },
      loadPin: () => store.loadPin(),
      savePin: (pin) => store.savePin(pin),
    };
    const before = beforeAttack(world);
    const refusal = await change.run(lying, vault, kdf).catch((error: unknown) => error);
    expectRefusal(world, before, refusal, { codes: ['HEADER_CONFLICT'], serverActs: true });
    expect(store.header, 'the store compared and refused').toBe(injected);
    const sent = parseHeader(store.writes.at(-1) as string);
    expect(sent.epoch).toBe(2);
    expect(sent.slots.map(({ id }) => textOf(id))).not.toContain(textOf(ATTACKER_SLOT_ID));
  });

  it('carries over exactly the slots that were verified', async () => {
    const world = await createWorld();
    const { store } = world;
    const before = await addSecret(
      store,
      world.vault,
      Uint8Array.from({ length: 32 }, (_, i) => i),
    );
    const after = await rotateDataKey(store, before);
    const [verified, kept] = [before, after].map(({ header }) => parseHeader(header).slots);
    expect(kept).toEqual(verified);
  });
});
