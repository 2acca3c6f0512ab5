import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBase64url } from '../../src/bytes/base64url.js';
import { readExtensions, writeExtensions } from '../../src/bytes/extension-list.js';
import { assertEnd, createReader } from '../../src/bytes/wire-reader.js';
import { createWriter, type WireWriter, writtenBytes } from '../../src/bytes/wire-writer.js';
import { RowsealError } from '../../src/errors.js';
import { makeSlot, readSlot, writeSlot } from '../../src/keys/key-slot.js';
import { encodeKeyset, parseKeyset } from '../../src/keys/keyset.js';
import { formatPin, parsePin } from '../../src/keys/pin.js';
import { encodeAuthenticated, parseHeader } from '../../src/keys/vault-header.js';
import { formatEnvelope, parseEnvelope } from '../../src/rows/envelope.js';
import { encodePayload, malformedRow, parsePayload } from '../../src/rows/payload.js';
import { extensionLists } from './contents.js';
import { encodedSlots, envelopes, headers, keysets, payloads, VAULT_ID } from './formats.js';
import { holds } from './holds.js';
import { damaged } from './mutations.js';

/** A format: valid encodings, and parsing followed by encoding what was parsed. */
interface Format {
  readonly name: string;
  readonly valid: fc.Arbitrary<Uint8Array>;
  reencode(bytes: Uint8Array): Uint8Array;
}

const FORMATS: Format[] = [
  {
    name: 'payload',
    valid: payloads,
    // The least length is the whole length: what was padding must come out as padding.
    reencode: (bytes) => encodePayload(parsePayload(bytes), { floor: bytes.length }),
  },
  {
    name: 'envelope',
    valid: envelopes,
    reencode(bytes) {
      const { prefix, ciphertext } = parseEnvelope(bytes, 'bytes');
      return formatEnvelope(prefix, ciphertext, 'bytes') as Uint8Array;
    },
  },
  {
    name: 'envelope as text',
    valid: envelopes,
    reencode(bytes) {
      const { prefix, ciphertext } = parseEnvelope(encodeBase64url(bytes), 'text');
      return Buffer.from(formatEnvelope(prefix, ciphertext, 'text') as string, 'base64url');
    },
  },
  {
    name: 'header',
    valid: headers,
    reencode(bytes) {
      const { mac, sealedKeyset, ...fields } = parseHeader(encodeBase64url(bytes));
      return Uint8Array.from([...encodeAuthenticated(fields, sealedKeyset), ...mac]);
    },
  },
  {
    name: 'pin',
    valid: headers.map((bytes) => Uint8Array.from([0x04, ...bytes])),
    reencode: (bytes) => Buffer.from(formatPin(parsePin(encodeBase64url(bytes))), 'base64url'),
  },
  {
    name: 'keyset',
    valid: keysets,
    reencode: (bytes) => encodeKeyset(parseKeyset(VAULT_ID, bytes)),
  },
  {
    name: 'key slot',
    valid: encodedSlots,
    reencode(bytes) {
      const slot = readWhole(bytes, readSlot);
      const rebuilt = slot.content ? makeSlot(slot.id, slot.content) : slot;
      return written((writer) => writeSlot(writer, rebuilt));
    },
  },
  {
    name: 'extension list',
    valid: extensionLists.map((list) => written((writer) => writeExtensions(writer, list))),
    reencode(bytes) {
      const list = readWhole(bytes, readExtensions);
      return written((writer) => writeExtensions(writer, list));
    },
  },
];

describe.each(FORMATS)('$name', ({ valid, reencode }) => {
  it('encodes back to the bytes that were parsed', () => {
    holds(
      fc.property(valid, (bytes) => same(reencode(bytes), bytes)),
      200,
    );
  });

  it('has one encoding for whatever is accepted, and refuses the rest as RowsealError', () => {
    holds(
      fc.property(damaged(valid), (bytes) => {
        let encoded: Uint8Array;
        try {
          encoded = reencode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RowsealError);
          return;
        }
        same(encoded, bytes);
      }),
      1000,
    );
  });
});

function same(a: Uint8Array, b: Uint8Array): void {
  expect(Buffer.from(a).toString('hex')).toBe(Buffer.from(b).toString('hex'));
}

function readWhole<T>(bytes: Uint8Array, read: (reader: ReturnType<typeof createReader>) => T): T {
  const reader = createReader(bytes, malformedRow);
  const value = read(reader);
  assertEnd(reader);
  return value;
}

function written(write: (writer: WireWriter) => void): Uint8Array {
  const writer = createWriter();
  write(writer);
  return writtenBytes(writer);
}
