import { describe, expect, it } from 'vitest';
import { decodeBase64url, encodeBase64url } from '../../src/bytes/base64url.js';
import { createWriter, writtenBytes } from '../../src/bytes/wire-writer.js';
import {
  byPassword,
  changePassword,
  decryptRow,
  pinOf,
  type RowsealErrorCode,
} from '../../src/index.js';
import { writeSlot } from '../../src/keys/key-slot.js';
import { encodeKeyset } from '../../src/keys/keyset.js';
import { revealSecrets } from '../../src/keys/vault.js';
import { encodeAuthenticated, parseHeader } from '../../src/keys/vault-header.js';
import { encodePrefix } from '../../src/rows/envelope.js';
import { envelopeBytes, payloadOf, withEnvelope } from '../support/forged-rows.js';
import {
  createWorld,
  diary,
  expectRefused,
  openPinned,
  PASSWORD,
  type World,
} from '../support/world.js';

/** Every authentic object of a vault but the row's payload, as bytes. */
function objectsOf({ vault }: World): Record<string, Uint8Array> {
  const { header, ...keyset } = revealSecrets(vault);
  const slots = header.slots.map((slot, i) => {
    const writer = createWriter();
    writeSlot(writer, slot);
    return [`slot ${i}`, writtenBytes(writer)] as const;
  });
  return {
    header: header.bytes,
    pin: decodeBase64url(pinOf(vault)) as Uint8Array,
    'sealed keyset': header.sealedKeyset,
    'keyset in plaintext': encodeKeyset(keyset),
    ...Object.fromEntries(slots),
  };
}

const REFUSED: readonly RowsealErrorCode[] = [
  'ROW_MALFORMED',
  'NOT_ENCRYPTED',
  'UNSUPPORTED_VERSION',
  'UNKNOWN_KEY', // a password slot begins with 1, as an envelope does
];

describe('A06: no object of a vault passes for another', () => {
  it('refuses header, pin, keyset and slots as a payload', async () => {
    const world = await createWorld();
    for (const [name, bytes] of Object.entries(objectsOf(world))) {
      const attack = () => decryptRow(world.vault, diary, withEnvelope(world.sealed, bytes));
      const error = await expectRefused(world, attack, { codes: REFUSED, structural: true });
      if (name === 'header' || name === 'pin') expect(error.code).toBe('ROW_MALFORMED');
    }
  });

  it('refuses a wrapped key or keyset dressed as a row', async () => {
    const world = await createWorld();
    const { header, dataKeys } = revealSecrets(world.vault);
    const wrapped = header.slots.map(({ content }) => content);
    const bodies = wrapped.flatMap((slot) =>
      slot ? [{ nonce: slot.nonce, ciphertext: slot.wrappedKey }] : [],
    );
    const { sealedKeyset } = header;
    bodies.push({ nonce: sealedKeyset.slice(0, 24), ciphertext: sealedKeyset.slice(24) });
    expect(bodies).toHaveLength(3);
    for (const { nonce, ciphertext } of bodies) {
      const prefix = encodePrefix(dataKeys[0]?.id as Uint8Array, nonce, 0);
      const dressed = withEnvelope(world.sealed, Uint8Array.from([...prefix, ...ciphertext]));
      const attack = () => decryptRow(world.vault, diary, dressed);
      await expectRefused(world, attack, { codes: ['ROW_AUTH_FAILED'], structural: true });
    }
  });

  it('refuses payload, pin, keyset and slots as a header', async () => {
    const world = await createWorld();
    const objects = { ...objectsOf(world), envelope: envelopeBytes(world.sealed) };
    for (const [name, bytes] of Object.entries(objects)) {
      if (name === 'header') continue;
      world.store.header = encodeBase64url(bytes);
      const codes: RowsealErrorCode[] = ['HEADER_MALFORMED', 'UNSUPPORTED_VERSION'];
      await expectRefused(world, () => openPinned(world), { codes, structural: true });
    }
  });

  it('refuses payload, header, keyset and slots as a pin', async () => {
    const world = await createWorld();
    const honest = world.store.pin;
    const objects = { ...objectsOf(world), envelope: envelopeBytes(world.sealed) };
    for (const [name, bytes] of Object.entries(objects)) {
      if (name === 'pin') continue;
      world.store.pin = encodeBase64url(bytes);
      const attack = () => openPinned(world);
      await expectRefused(world, attack, { codes: ['STORE_FAILED'], structural: true });
    }
    world.store.pin = honest;
  });

  it("refuses a row's body in place of the keyset, and a slot in place of another", async () => {
    const world = await createWorld();
    const header = parseHeader(world.header);
    const [password, recovery] = header.slots;
    if (!password || !recovery) throw new Error('The world has two slots.');
    const swapped = { ...header, slots: [{ ...recovery, id: password.id }, password] };
    const forged = [
      [...encodeAuthenticated(header, envelopeBytes(world.sealed).slice(33)), ...header.mac],
      [...encodeAuthenticated(swapped, header.sealedKeyset), ...header.mac],
    ];
    for (const bytes of forged) {
      world.store.header = encodeBase64url(Uint8Array.from(bytes));
      const codes: RowsealErrorCode[] = ['HEADER_TAMPERED', 'HEADER_MALFORMED'];
      await expectRefused(world, () => openPinned(world), { codes });
    }
  });

  it('does not open a payload as a slot, whatever its type byte says', async () => {
    const world = await createWorld();
    const header = parseHeader(world.header);
    const body = payloadOf(world.vault, diary, world.sealed).slice(0, 141);
    for (const typeByte of [1, 2, 3]) {
      const slots = header.slots.map((slot) => ({ ...slot, typeByte, body }));
      const bytes = [...encodeAuthenticated({ ...header, slots }, header.sealedKeyset)];
      world.store.header = encodeBase64url(Uint8Array.from([...bytes, ...header.mac]));
      const codes: RowsealErrorCode[] = ['HEADER_MALFORMED', 'KDF_PARAMS_REFUSED'];
      const open = () => openPinned(world);
      await expectRefused(world, open, { codes, structural: true });
      const { kdf, store, vault } = world;
      const current = byPassword(PASSWORD, { kdf });
      const change = () => changePassword(store, vault, { current, next: 'x', kdf });
      await expectRefused(world, change, { codes, structural: true });
    }
  });
});
