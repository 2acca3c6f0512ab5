import fc from 'fast-check';
import { createWriter, writtenBytes } from '../../src/bytes/wire-writer.js';
import type { Dek, VaultKey } from '../../src/crypto/key-types.js';
import { type KeySlot, makeSlot, type SlotContent, writeSlot } from '../../src/keys/key-slot.js';
import { type DataKey, encodeKeyset, makeDataKey, vaultKeyId } from '../../src/keys/keyset.js';
import { encodeAuthenticated, type HeaderFields } from '../../src/keys/vault-header.js';
import { encodePrefix, formatEnvelope } from '../../src/rows/envelope.js';
import { encodePayload } from '../../src/rows/payload.js';
import { contents, extensionLists, stamps } from './contents.js';

/** Valid encodings of every format, made of random parts. */

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
export const VAULT_ID = new Uint8Array(16).fill(7);

export const payloads: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    contents,
    fc.oneof(fc.constant('none' as const), fc.record({ floor: fc.integer({ min: 16, max: 600 }) })),
  )
  .map(([content, padding]) => encodePayload(content, padding).slice());

export const envelopes: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    bytesOf(32),
    bytesOf(24),
    fc.nat({ max: 255 }),
    fc.uint8Array({ minLength: 16, maxLength: 80 }),
  )
  .map(
    ([keyId, nonce, boundSet, ciphertext]) =>
      formatEnvelope(encodePrefix(keyId, nonce, boundSet), ciphertext, 'bytes') as Uint8Array,
  );

const slotContents: fc.Arbitrary<SlotContent> = fc
  .record({
    type: fc.constantFrom('password' as const, 'recovery-key' as const, 'secret' as const),
    info: fc.uint8Array({ maxLength: 256 }),
    memoryKiB: fc.integer({ min: 19 * 1024, max: 100 * 1024 }),
    passes: fc.integer({ min: 2, max: 10 }),
    lanes: fc.integer({ min: 1, max: 4 }),
    salt: bytesOf(16),
    commitment: bytesOf(32),
    nonce: bytesOf(24),
    wrappedKey: bytesOf(48),
  })
  .map(({ memoryKiB, passes, lanes, ...content }) => ({
    ...content,
    costs: content.type === 'password' ? { memoryKiB, passes, lanes } : null,
  }));

const knownSlots = fc.tuple(bytesOf(8), slotContents).map(([id, content]) => makeSlot(id, content));
const foreignSlots: fc.Arbitrary<KeySlot> = fc.record({
  typeByte: fc.constantFrom(0, 4, 255),
  id: bytesOf(8),
  body: fc.uint8Array({ maxLength: 60 }),
  content: fc.constant(null),
});
export const keySlots = fc.oneof(
  { weight: 3, arbitrary: knownSlots },
  { weight: 1, arbitrary: foreignSlots },
);

export const encodedSlots = keySlots.map((slot) => {
  const writer = createWriter();
  writeSlot(writer, slot);
  return writtenBytes(writer).slice();
});

const isPassword = ({ typeByte }: KeySlot) => typeByte === 1;

const headerFields: fc.Arbitrary<HeaderFields> = fc
  .record({
    vaultId: bytesOf(16),
    vaultKeyId: bytesOf(32),
    epoch: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(2 ** 32 - 1)),
    slots: fc
      .uniqueArray(keySlots, { selector: ({ id }) => id.join(), minLength: 1, maxLength: 6 })
      .filter((slots) => slots.filter(isPassword).length <= 1),
    extensions: extensionLists,
    hash: bytesOf(32),
  })
  .map(({ hash, ...fields }) => ({
    ...fields,
    predecessors: Array.from({ length: Math.min(32, fields.epoch - 1) }, () => hash),
  }));

/** Well-formed headers; their keyset and MAC are noise. */
export const headers: fc.Arbitrary<Uint8Array> = fc
  .tuple(headerFields, fc.uint8Array({ minLength: 40, maxLength: 200 }), bytesOf(32))
  .map(([fields, sealedKeyset, mac]) =>
    Uint8Array.from([...encodeAuthenticated(fields, sealedKeyset), ...mac]),
  );

const dataKeys: fc.Arbitrary<DataKey[]> = fc
  .uniqueArray(bytesOf(32), { selector: (dek) => dek.join(), minLength: 1, maxLength: 5 })
  .chain((deks) =>
    fc.tuple(
      ...deks.map((dek, i) =>
        fc
          .tuple(fc.constantFrom('rotated' as const, 'revoked' as const), stamps)
          .map(([status, stamp]) =>
            i === 0
              ? makeDataKey(VAULT_ID, dek as Dek, 'primary', null)
              : makeDataKey(VAULT_ID, dek as Dek, status, stamp),
          ),
      ),
    ),
  );

export const keysets: fc.Arbitrary<Uint8Array> = fc
  .tuple(dataKeys, fc.uniqueArray(bytesOf(32), { selector: (key) => key.join(), maxLength: 4 }))
  .map(([all, keys]) => {
    const earlierVaultKeys = keys.map((bytes) => {
      const key = bytes as VaultKey;
      return { key, id: vaultKeyId(VAULT_ID, key) };
    });
    return encodeKeyset({ dataKeys: all, earlierVaultKeys }).slice();
  });
