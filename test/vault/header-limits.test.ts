import { describe, expect, it } from 'vitest';
import { openVault, rotateDataKey } from '../../src/index.js';
import type { KeySlot } from '../../src/keys/key-slot.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { bytesOf, type Forgery, forge, stolenKey } from '../support/header-surgeon.js';
import { createWorld, expectRefused, type World } from '../support/world.js';
import { quick } from './users.js';

const codes = ['LIMIT_EXCEEDED'] as const;

/** A device that opened an authentic header which has come, or was brought, to a limit. */
async function worldAt(forgery: (header: string) => Forgery): Promise<World> {
  const world = await createWorld();
  const header = forge(world.header, stolenKey(world.vault), forgery(world.header));
  world.store.header = header;
  const store = world.store.otherDevice();
  return { ...world, header, store, vault: await openVault(store, quick()) };
}

describe('a change of a vault is refused, and the vault stays as it was,', () => {
  it('after the last epoch', async () => {
    const at = (epoch: number) => {
      const predecessors = Array.from({ length: 32 }, (_, i) => new Uint8Array(32).fill(i));
      return worldAt(() => ({ epoch, predecessors }));
    };
    const { store, vault } = await at(2 ** 32 - 2);
    expect(await rotateDataKey(store, vault)).toMatchObject({ epoch: 2 ** 32 - 1 });
    const world = await at(2 ** 32 - 1);
    await expectRefused(world, () => rotateDataKey(world.store, world.vault), { codes });
  });

  it('when slots of a later version leave no room in 64 KiB', async () => {
    const HEADER_LIMIT = 65_536;
    /** A second data key with status and stamp, and a first predecessor. */
    const GROWTH = 32 + 1 + 16 + 32;
    const at = (headerLength: number) =>
      worldAt((header) => {
        const { slots } = parseHeader(header);
        const length = headerLength - bytesOf(header).length - slotOfLaterVersion(0).length;
        return { slots: [...slots, slotOfLaterVersion(length).slot] };
      });
    const { store, vault } = await at(HEADER_LIMIT - GROWTH);
    const { header } = await rotateDataKey(store, vault);
    expect(bytesOf(header)).toHaveLength(HEADER_LIMIT);
    const world = await at(HEADER_LIMIT - GROWTH + 1);
    await expectRefused(world, () => rotateDataKey(world.store, world.vault), { codes });
  });
});

/** A slot, and its length in a header. */
function slotOfLaterVersion(bodyLength: number): { slot: KeySlot; length: number } {
  const body = new Uint8Array(bodyLength).fill(9);
  const slot = { typeByte: 99, id: new Uint8Array(8).fill(7), body, content: null };
  return { slot, length: 1 + 8 + 2 + bodyLength };
}
