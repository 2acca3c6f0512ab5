import { describe, expect, it } from 'vitest';
import { addSecret, openVault, type Vault } from '../../src/index.js';
import { type KeySlot, makeSlot } from '../../src/keys/key-slot.js';
import { HEADER_LENGTH_LIMIT, parseHeader, SLOT_LIMIT } from '../../src/keys/vault-header.js';
import { alter, bytesOf, slotOf, textOf } from '../support/header-surgeon.js';
import { expectHeaderRefused, openerOf } from '../support/served-header.js';
import { createWorld, expectRefused, type World } from '../support/world.js';

const MEBIBYTE = 1024 * 1024;
const structural = { structural: true } as const;

function slotsOfType(world: World, type: 'recovery-key' | 'secret', count: number): KeySlot[] {
  const { content } = slotOf(world.header, 'recovery-key');
  return Array.from({ length: count }, (_, i) =>
    makeSlot(new Uint8Array(8).fill(i), { ...content, type }),
  );
}

function unknownSlots(count: number, bodyLength: number): KeySlot[] {
  const body = new Uint8Array(bodyLength);
  return Array.from({ length: count }, (_, i) => ({
    typeByte: 200,
    id: new Uint8Array(8).fill(i),
    body,
    content: null,
  }));
}

describe('C03: the server floods the header', () => {
  it.each([17, 128, 255])('refuses %i slots of any type', async (count) => {
    const world = await createWorld();
    for (const slots of [
      slotsOfType(world, 'recovery-key', count),
      slotsOfType(world, 'secret', count),
      unknownSlots(count, 0),
      [...parseHeader(world.header).slots, ...unknownSlots(count - 2, 10)],
    ]) {
      const header = alter(world.header, { slots });
      await expectHeaderRefused(world, header, { fresh: ['LIMIT_EXCEEDED'], ...structural });
    }
  });

  it('refuses a slot count that no slots follow', async () => {
    const world = await createWorld();
    const bytes = bytesOf(world.header);
    const countAt = 1 + 16 + 32 + 4 + 1;
    expect(bytes[countAt]).toBe(2);
    for (let count = 0; count < 256; count++) {
      if (count === 2) continue;
      bytes[countAt] = count;
      const fresh = count > SLOT_LIMIT ? (['LIMIT_EXCEEDED'] as const) : LESS_OR_MORE;
      await expectHeaderRefused(world, textOf(bytes), { fresh, ...structural });
    }
  });

  it.each([
    ['a mebibyte of zeros', 'A'.repeat(MEBIBYTE)],
    ['a mebibyte after a good header', 'good'],
    ['a million brackets', '['.repeat(1_000_000)],
    ['a million characters of no alphabet', '💥'.repeat(500_000)],
    ['a million deep JSON', '{"a":'.repeat(200_000)],
  ])('refuses %s for its size alone', async (_name, text) => {
    const world = await createWorld();
    const header = text === 'good' ? world.header + 'A'.repeat(MEBIBYTE) : text;
    await expectHeaderRefused(world, header, { fresh: ['LIMIT_EXCEEDED'], ...structural });
  });

  it('refuses the first byte over the size limit, and reads what is at it', async () => {
    const world = await createWorld();
    for (const [over, fresh] of [
      [1, ['LIMIT_EXCEEDED']],
      [0, ['HEADER_MALFORMED']],
    ] as const) {
      const bytes = new Uint8Array(HEADER_LENGTH_LIMIT + over);
      bytes.set(bytesOf(world.header));
      await expectHeaderRefused(world, textOf(bytes), { fresh, ...structural });
    }
  });

  it('lets an app add no slot beyond the limit, and open a vault that is full', async () => {
    const world = await createWorld();
    const { store } = world;
    let vault: Vault = world.vault;
    const add = () => addSecret(store, vault, crypto.getRandomValues(new Uint8Array(32)));
    while (vault.slots.length < SLOT_LIMIT) vault = await add();
    const full: World = { ...world, vault, header: vault.header };
    await expectRefused(full, add, { codes: ['LIMIT_EXCEEDED'], ...structural });
    const opened = await openVault(store.otherDevice(), openerOf(full, 'recovery key'));
    expect(opened.slots).toHaveLength(SLOT_LIMIT);
  });
});

/** What follows a wrong count is read as slots or as extensions, and fits neither. */
const LESS_OR_MORE = [
  'HEADER_MALFORMED',
  'KDF_PARAMS_REFUSED',
  'LIMIT_EXCEEDED',
  'UNSUPPORTED_VERSION',
] as const;
