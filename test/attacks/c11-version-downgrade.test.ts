import { describe, expect, it } from 'vitest';
import {
  byPassword,
  createVault,
  decryptRow,
  openVault,
  type RowsealErrorCode,
  tryDecryptRow,
} from '../../src/index.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { bytesOf, forge, openKeyset, stolenKey, textOf } from '../support/header-surgeon.js';
import { openStore } from '../support/open-store.js';
import { expectHeaderRefused } from '../support/served-header.js';
import { createWorld, diary, expectRefused, ROW } from '../support/world.js';

const BYTES = Array.from({ length: 256 }, (_, byte) => byte);
const ENVELOPE = 1;
const HEADER = 2;
const KEYSET = 3;
const PIN = 4;
const KEPT_KEY = 5;
const OTHERS = [HEADER, KEYSET, PIN, KEPT_KEY];

/** rowseal's own range of first bytes, as far as this version assigns none of it. */
const isFuture = (byte: number) => byte > KEPT_KEY && byte < 0x20;

function withFirstByte(text: string, byte: number): string {
  return textOf([byte, ...bytesOf(text).subarray(1)]);
}

describe('C11: the server asks for another version', () => {
  it('refuses every first byte of a header but its own, before any Argon2id', async () => {
    const world = await createWorld();
    for (const byte of BYTES) {
      if (byte === HEADER) continue;
      const fresh: RowsealErrorCode[] = [
        isFuture(byte) ? 'UNSUPPORTED_VERSION' : 'HEADER_MALFORMED',
      ];
      const header = withFirstByte(world.header, byte);
      await expectHeaderRefused(world, header, { fresh, structural: true });
    }
  });

  it('refuses every first byte of an envelope but its own, in a vault that has opened others', async () => {
    const world = await createWorld();
    const { vault, sealed } = world;
    for (const byte of BYTES) {
      // A vault that has just opened a genuine row must not judge the next one by it.
      expect(decryptRow(vault, diary, sealed)).toEqual(ROW);
      if (byte === ENVELOPE) continue;
      const codes: RowsealErrorCode[] = isFuture(byte)
        ? ['UNSUPPORTED_VERSION']
        : OTHERS.includes(byte)
          ? ['ROW_MALFORMED']
          : ['NOT_ENCRYPTED'];
      const row = { ...sealed, payload: withFirstByte(sealed.payload, byte) };
      await expectRefused(world, () => decryptRow(vault, diary, row), { codes, structural: true });
      expect(tryDecryptRow(vault, diary, row)).toMatchObject({ ok: false });
    }
  });

  it('refuses every first byte of a keyset but its own, though the vault key made it', async () => {
    const world = await createWorld();
    const vaultKey = stolenKey(world.vault);
    const body = openKeyset(parseHeader(world.header), vaultKey);
    for (const byte of BYTES) {
      if (byte === KEYSET) continue;
      const keyset = Uint8Array.from([byte, ...body.subarray(1)]);
      const header = forge(world.header, vaultKey, { keyset });
      const openings = ['recovery key'] as const;
      await expectHeaderRefused(world, header, {
        fresh: ['HEADER_TAMPERED'],
        // On the device that knows the vault the keyset is judged before the fork.
        pinned: ['HEADER_TAMPERED'],
        openings,
      });
    }
  });

  it('refuses every first byte of a pin but its own, and does not start over', async () => {
    const world = await createWorld();
    const { store, kdf } = world;
    const pin = store.pin as string;
    const opener = byPassword('another', { kdf });
    for (const byte of BYTES) {
      if (byte === PIN) continue;
      store.pin = withFirstByte(pin, byte);
      for (const attack of [
        () => openVault(store, opener),
        () => openVault(store, opener, { offline: true }),
        () => createVault(store, opener),
      ]) {
        await expectRefused(world, attack, { codes: ['STORE_FAILED'], structural: true });
      }
    }
    store.pin = pin;
  });

  it('refuses a header in place of a pin, and a pin in place of a header', async () => {
    const world = await createWorld();
    const swapped = openStore({ header: world.store.pin });
    const opener = byPassword('another', { kdf: world.kdf });
    const codes = ['HEADER_MALFORMED'] as const;
    await expectRefused(world, () => openVault(swapped, opener), { codes, structural: true });
    const device = world.store.otherDevice();
    await device.savePin(world.header);
    const attack = () => openVault(device, opener);
    await expectRefused(world, attack, { codes: ['STORE_FAILED'], structural: true });
  });
});
