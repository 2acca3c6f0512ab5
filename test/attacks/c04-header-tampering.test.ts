import { describe, expect, it } from 'vitest';
import { openVault, type RowsealErrorCode } from '../../src/index.js';
import { makeSlot } from '../../src/keys/key-slot.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { alter, bytesOf, slotOf, textOf } from '../support/header-surgeon.js';
import { expectHeaderRefused, OPENINGS, type Opening, openerOf } from '../support/served-header.js';
import { createWorld, expectRefused, type World } from '../support/world.js';

type Codes = readonly RowsealErrorCode[];

/** What a change of a count or length may look like: everything after it is read as something else. */
const STRUCTURE: Codes = [
  'HEADER_MALFORMED',
  'KDF_PARAMS_REFUSED',
  'LIMIT_EXCEEDED',
  'UNSUPPORTED_VERSION',
  // A slot whose type is no longer known is carried along, and is no longer the user's.
  'UNLOCK_FAILED',
  'HEADER_TAMPERED',
];

/** The parts of a header in order: name, length, what a flipped bit in it gives. */
function regionsOf({ header }: World, opening: Opening): [string, number, Codes][] {
  const { slots, sealedKeyset } = parseHeader(header);
  const ours = opening === 'password' ? 1 : 2;
  return [
    ['format', 1, ['UNSUPPORTED_VERSION', 'HEADER_MALFORMED']],
    ['vault id', 16, ['UNLOCK_FAILED']],
    ['vault-key id', 32, ['HEADER_TAMPERED']],
    ['epoch and predecessors', 5, ['HEADER_MALFORMED']],
    ['slot count', 1, STRUCTURE],
    ...slots.flatMap(({ typeByte, body }): [string, number, Codes][] => {
      const wrong: Codes = typeByte === ours ? ['UNLOCK_FAILED'] : ['HEADER_TAMPERED'];
      const costs = typeByte === 1 ? 11 : 0;
      return [
        [`type of slot ${typeByte}`, 1, STRUCTURE],
        [`id of slot ${typeByte}`, 8, wrong],
        [`length of slot ${typeByte}`, 2, STRUCTURE],
        [`info length of slot ${typeByte}`, 2, STRUCTURE],
        [`costs of slot ${typeByte}`, costs, ['KDF_PARAMS_REFUSED', ...wrong]],
        [`rest of slot ${typeByte}`, body.length - 2 - costs, wrong],
      ];
    }),
    ['extension count', 1, STRUCTURE],
    ['keyset length', 2, ['HEADER_MALFORMED']],
    ['keyset', sealedKeyset.length, ['HEADER_TAMPERED']],
    ['MAC', 32, ['HEADER_TAMPERED']],
  ];
}

/** Only on a fresh device: the one that knows the vault refuses more, and earlier. */
async function refusedFresh(world: World, header: string, opening: Opening, codes: Codes) {
  const device = world.store.otherDevice();
  world.store.header = header;
  await expectRefused(world, () => openVault(device, openerOf(world, opening)), { codes });
  expect(device.pin).toBeNull();
}

describe('C04: the server edits the header', () => {
  it.each(OPENINGS)('refuses every flipped bit, opening by %s', async (opening) => {
    const world = await createWorld();
    const bytes = bytesOf(world.header);
    let at = 0;
    for (const [_name, length, codes] of regionsOf(world, opening)) {
      for (const end = at + length; at < end; at++) {
        for (let bit = 1; bit < 0x100; bit *= 2) {
          const flipped = bytes.slice();
          flipped[at] = (flipped[at] as number) ^ bit;
          await refusedFresh(world, textOf(flipped), opening, codes);
        }
      }
    }
    expect(at, 'every byte was tried').toBe(bytes.length);
  });

  it('refuses every flipped byte on the device that knows the vault, by its own words', async () => {
    const world = await createWorld();
    const bytes = bytesOf(world.header);
    for (const at of bytes.keys()) {
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] as number) ^ 0xff;
      world.store.header = textOf(flipped);
      const codes: Codes = at >= 1 && at < 17 ? ['VAULT_MISMATCH'] : STRUCTURE;
      const attack = () => openVault(world.store, openerOf(world, 'password'));
      await expectRefused(world, attack, { codes });
    }
  });

  it('refuses every shorter header, and every byte too many', async () => {
    const world = await createWorld();
    const bytes = bytesOf(world.header);
    const codes: Codes = ['HEADER_MALFORMED'];
    for (let length = 1; length < bytes.length; length++) {
      await refusedFresh(world, textOf(bytes.subarray(0, length)), 'recovery key', codes);
    }
    for (const extra of [[0], [1], bytes]) {
      await refusedFresh(world, textOf([...bytes, ...extra]), 'recovery key', codes);
    }
  });

  it('refuses deleted, doubled, swapped, injected and renamed slots', async () => {
    const world = await createWorld();
    const stranger = await createWorld();
    const [password, recovery] = [
      slotOf(world.header, 'password'),
      slotOf(world.header, 'recovery-key'),
    ];
    const foreign = slotOf(stranger.header, 'recovery-key');
    const unknown = { typeByte: 99, id: new Uint8Array(8), body: new Uint8Array(3), content: null };
    const tampered: Codes = ['HEADER_TAMPERED'];
    const gone: Codes = ['HEADER_TAMPERED', 'UNLOCK_FAILED'];
    for (const [slots, fresh] of [
      [[password], gone],
      [[recovery], gone],
      [[], ['HEADER_MALFORMED']],
      [[password, recovery, recovery], ['HEADER_MALFORMED']],
      [[recovery, password], tampered],
      [[password, recovery, foreign], tampered],
      [[password, foreign, recovery], tampered],
      [[password, foreign], gone],
      [[unknown, password, recovery], tampered],
      [[password, recovery, unknown], tampered],
      [[makeSlot(recovery.id, password.content), recovery], ['HEADER_MALFORMED']],
      [[makeSlot(recovery.id, password.content)], ['UNLOCK_FAILED']],
    ] as const) {
      const structural = fresh[0] === 'HEADER_MALFORMED';
      await expectHeaderRefused(world, alter(world.header, { slots }), { fresh, structural });
    }
  });

  it('refuses optional extensions that the server added, and critical ones before Argon2id', async () => {
    const world = await createWorld();
    const extensions = [{ id: 7, bytes: Uint8Array.of(1, 2, 3) }];
    const header = alter(world.header, { extensions });
    await expectHeaderRefused(world, header, { fresh: ['HEADER_TAMPERED'] });

    const bytes = bytesOf(header);
    const criticalAt = Buffer.from(bytes).indexOf(Buffer.from([1, 0, 7, 0, 3, 1, 2, 3])) + 3;
    bytes[criticalAt] = 1;
    const fresh = ['UNSUPPORTED_VERSION'] as const;
    await expectHeaderRefused(world, textOf(bytes), { fresh, structural: true });
  });

  it('refuses another epoch or list of predecessors', async () => {
    const world = await createWorld();
    const { mac } = parseHeader(world.header);
    for (const epoch of [2, 3, 33, 34, 1000, 2 ** 32 - 1]) {
      const predecessors = Array.from({ length: Math.min(32, epoch - 1) }, () => mac);
      const header = alter(world.header, { epoch, predecessors });
      await expectHeaderRefused(world, header, { fresh: ['HEADER_TAMPERED'] });
      const wrongCount = alter(world.header, { epoch, predecessors: predecessors.slice(1) });
      await expectHeaderRefused(world, wrongCount, {
        fresh: ['HEADER_MALFORMED'],
        structural: true,
      });
    }
  });
});
