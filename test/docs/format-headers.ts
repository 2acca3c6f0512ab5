/** For each structural check of a header, one header that fails it and none of the earlier ones. */
import { type KeySlot, makeSlot, type SlotContent } from '../../src/keys/key-slot.js';
import { encodeAuthenticated, type VaultHeader } from '../../src/keys/vault-header.js';

export function damagedHeaders(header: VaultHeader): Readonly<Record<string, string>> {
  const [passwordSlot, recoverySlot] = header.slots as [KeySlot, KeySlot];
  const content = passwordSlot.content as SlotContent;
  const withId = (slot: KeySlot, id: number): KeySlot => ({
    ...slot,
    id: new Uint8Array(8).fill(id),
  });
  const withSlots = (...slots: KeySlot[]) => textOf({ ...header, slots });
  const body = (bytes: Uint8Array): KeySlot => ({ ...passwordSlot, body: bytes });
  const many = Array.from({ length: 17 }, (_, i) => withId(recoverySlot, i));
  const cheap = makeSlot(passwordSlot.id, {
    ...content,
    costs: { memoryKiB: 8, passes: 1, lanes: 1 },
  });
  const longInfo = makeSlot(passwordSlot.id, { ...content, info: new Uint8Array(257) });
  return {
    '1 LIMIT_EXCEEDED': 'A'.repeat(87_383),
    '2 HEADER_MALFORMED': `${textOf(header)}=`,
    '3 UNSUPPORTED_VERSION': textOf(header, (bytes) => bytes.fill(0x1f, 0, 1)),
    '3 HEADER_MALFORMED': textOf(header, (bytes) => bytes.fill(0x20, 0, 1)),
    '4 HEADER_MALFORMED': textOf({ ...header, epoch: 2 }),
    '5 HEADER_MALFORMED': withSlots(),
    '5 LIMIT_EXCEEDED': withSlots(...many),
    '6 HEADER_MALFORMED': withSlots(longInfo, withId(cheap, 1)),
    '7 KDF_PARAMS_REFUSED': withSlots(cheap, body(passwordSlot.body.subarray(1))),
    '8 HEADER_MALFORMED': withSlots(
      body(Uint8Array.of(...passwordSlot.body, 0)),
      withId(passwordSlot, 1),
    ),
    '9 HEADER_MALFORMED': withSlots(recoverySlot, recoverySlot),
    '9 LIMIT_EXCEEDED': withSlots(passwordSlot, withId(passwordSlot, 1)),
    '10 HEADER_MALFORMED': textOf({ ...header, extensions: extensions(2, 1) }),
    '10 UNSUPPORTED_VERSION': textOf({ ...header, extensions: extensions(1) }, (bytes) =>
      bytes.fill(1, criticalFlagAt(header), criticalFlagAt(header) + 1),
    ),
    '11 HEADER_MALFORMED': textOf(header, (bytes) => Uint8Array.of(...bytes, 0)),
  };
}

/** The header's text without a right MAC, which no structural check looks at. */
function textOf(
  header: VaultHeader,
  change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
): string {
  const authenticated = encodeAuthenticated(header, header.sealedKeyset);
  const bytes = change(Uint8Array.of(...authenticated, ...header.mac));
  return Buffer.from(bytes).toString('base64url');
}

function extensions(...ids: number[]) {
  return ids.map((id) => ({ id, bytes: new Uint8Array(0) }));
}

/** Where the flag of a first extension stands: after the fields before the slots, and the slots. */
function criticalFlagAt({ slots }: VaultHeader): number {
  const slotsAt = 1 + 16 + 32 + 4 + 1 + 1;
  const slotsLength = slots.reduce((sum, { body }) => sum + 1 + 8 + 2 + body.length, 0);
  return slotsAt + slotsLength + 1 + 2;
}
