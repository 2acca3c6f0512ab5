import { describe, expect, it } from 'vitest';
import { byPassword, openVault } from '../../src/index.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { bytesOf, forge, openKeyset, stolenKey, textOf } from '../support/header-surgeon.js';
import { expectHeaderRefused } from '../support/served-header.js';
import { createWorld, expectRefused, type World } from '../support/world.js';

const MEBIBYTE = 1024 * 1024;
/** What a refusal may allocate in buffers: far below what the hostile numbers ask for. */
const ALLOWANCE = 16 * MEBIBYTE;

const VARINT_MAX = [0xff, 0xff, 0xff, 0xff, 0x0f];
const VARINT_ENDLESS = new Array<number>(80).fill(0xff);

/** A header's first fields, as short as they can be: format, vault id, vault-key id, epoch 1. */
const BEGINNING = [2, ...new Array<number>(48).fill(9), 0, 0, 0, 1, 0];
const UNKNOWN_SLOT = [99, ...new Array<number>(8).fill(1), 0, 0];

const HOSTILE: Readonly<Record<string, readonly number[]>> = {
  'a slot of 64 KiB': [...BEGINNING, 1, 99, 1, 2, 3, 4, 5, 6, 7, 8, 0xff, 0xff, 0],
  'info of 256 bytes': [...BEGINNING, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0, 2, 1, 0],
  'an extension of 4 GiB': [...BEGINNING, 1, ...UNKNOWN_SLOT, 1, 0, 1, 0, ...VARINT_MAX, 1],
  'an extension longer than any number': [
    ...BEGINNING,
    1,
    ...UNKNOWN_SLOT,
    1,
    0,
    1,
    0,
    ...VARINT_ENDLESS,
  ],
  '255 extensions': [...BEGINNING, 1, ...UNKNOWN_SLOT, 255],
  'a keyset of 64 KiB': [...BEGINNING, 1, ...UNKNOWN_SLOT, 0, 0xff, 0xff, 1],
  '255 predecessors': [...BEGINNING.slice(0, -1), 255],
  '16 slots in no bytes': [...BEGINNING, 16],
  'nothing but zeros': [2, ...new Array<number>(99).fill(0)],
  'nothing but ones': [2, ...new Array<number>(99).fill(0xff)],
};

function buffers(): number {
  return process.memoryUsage().arrayBuffers;
}

async function expectCheap(attack: () => Promise<void>): Promise<void> {
  const before = buffers();
  await attack();
  expect(buffers() - before).toBeLessThan(ALLOWANCE);
}

describe('D05: numbers in a header allocate nothing', () => {
  it.each(Object.entries(HOSTILE))('refuses %s in about 100 bytes', async (_name, bytes) => {
    expect(bytes.length).toBeLessThan(200);
    const world = await createWorld();
    await expectCheap(() =>
      expectHeaderRefused(world, textOf(bytes), { fresh: ['HEADER_MALFORMED'], structural: true }),
    );
  });

  it('refuses every length of a genuine header at its largest', async () => {
    const world = await createWorld();
    const bytes = bytesOf(world.header);
    const lengthsAt = lengthPlaces(world);
    for (const at of lengthsAt) {
      const inflated = bytes.slice();
      inflated.fill(0xff, at, at + 2);
      const fresh = ['HEADER_MALFORMED'] as const;
      await expectCheap(() =>
        expectHeaderRefused(world, textOf(inflated), { fresh, structural: true }),
      );
    }
    expect(lengthsAt).toHaveLength(3);
  });

  it('refuses counts in an authentic keyset that no keys follow', async () => {
    const world = await createWorld();
    const vaultKey = stolenKey(world.vault);
    const body = openKeyset(parseHeader(world.header), vaultKey);
    for (const at of [1, body.length - 2]) {
      for (const count of [257, 0x7fff, 0xffff]) {
        const keyset = body.slice();
        keyset.set([count >> 8, count & 0xff], at);
        const header = forge(world.header, vaultKey, { keyset });
        await expectCheap(() => expectHeaderRefused(world, header, { fresh: ['HEADER_TAMPERED'] }));
      }
    }
  });

  it('refuses a pin without measure', async () => {
    const world = await createWorld();
    const { store, kdf } = world;
    const pin = store.pin as string;
    for (const damaged of [pin + 'A'.repeat(MEBIBYTE), 'B'.repeat(MEBIBYTE), '💥'.repeat(1000)]) {
      store.pin = damaged;
      const attack = () => openVault(store, byPassword('any', { kdf }));
      await expectRefused(world, attack, { codes: ['STORE_FAILED'], structural: true });
    }
    store.pin = pin;
  });
});

/** Where the two-byte lengths stand: those of both slots, and of the sealed keyset. */
function lengthPlaces({ header }: World): number[] {
  const { slots } = parseHeader(header);
  const places: number[] = [];
  let at = 1 + 16 + 32 + 4 + 1 + 1;
  for (const { body } of slots) {
    places.push(at + 9);
    at += 11 + body.length;
  }
  return [...places, at + 1];
}
