import { describe, it } from 'vitest';
import { type KeySlot, makeSlot } from '../../src/keys/key-slot.js';
import { alter, slotOf, withSlot } from '../support/header-surgeon.js';
import { expectHeaderRefused } from '../support/served-header.js';
import { createWorld, type World } from '../support/world.js';

/** Password slots with ids of their own, each for guesses of the server's choice. */
function passwordSlots({ header }: World, count: number): KeySlot[] {
  const { content } = slotOf(header, 'password');
  return Array.from({ length: count }, (_, i) => makeSlot(new Uint8Array(8).fill(i), content));
}

describe('A14: a server gets no oracle that removes many passwords at once', () => {
  it.each([2, 16, 17, 100, 255])('refuses %i password slots before any Argon2id', async (count) => {
    const world = await createWorld();
    const header = alter(world.header, { slots: passwordSlots(world, count) });
    await expectHeaderRefused(world, header, { fresh: ['LIMIT_EXCEEDED'], structural: true });
  });

  it('refuses a second password slot beside the honest one', async () => {
    const world = await createWorld();
    const { id, content } = slotOf(world.header, 'password');
    const honest = withSlot(world.header, 'password', {});
    for (const slots of [
      [...honest, makeSlot(new Uint8Array(8), content)],
      [makeSlot(new Uint8Array(8), content), ...honest],
      [
        ...honest,
        makeSlot(
          id.map((byte) => byte ^ 1),
          content,
        ),
      ],
    ]) {
      const header = alter(world.header, { slots });
      await expectHeaderRefused(world, header, { fresh: ['LIMIT_EXCEEDED'], structural: true });
    }
  });

  it.each([0, 16, 31, 33, 47, 49, 64, 4000])(
    'refuses a slot whose wrapped key has %i bytes, before any Argon2id',
    async (length) => {
      const world = await createWorld();
      for (const type of ['password', 'recovery-key'] as const) {
        const slots = withSlot(world.header, type, { wrappedKey: new Uint8Array(length).fill(7) });
        const header = alter(world.header, { slots });
        await expectHeaderRefused(world, header, { fresh: ['HEADER_MALFORMED'], structural: true });
      }
    },
  );
});
