/** Section 6: reading key slots and opening them. */
import { type Bytes, hex, hkdf, join, named } from '../bytes.js';
import {
  kdfBytes,
  makeSlot,
  type SlotParts,
  slotAssociatedData,
  slotBytes,
  slotParts,
} from '../slots.js';
import {
  type Fields,
  group,
  holds,
  invalid,
  type Operation,
  type Test,
  valid,
} from '../vector-file.js';

const VAULT_ID = named('vault id', 16);
const VAULT_KEY = named('vault key', 32);
const KEK = named('KEK', 32);
const PASSWORD = slotParts('password slot', 1);
const RECOVERY = slotParts('recovery slot', 2);
const SECRET = slotParts('secret slot', 3, named('credential id', 20));

const make = (parts: SlotParts, change = {}) => makeSlot(VAULT_ID, parts, KEK, VAULT_KEY, change);
const bodyOf = (slot: Bytes): Bytes => slot.slice(11);
const withBody = (parts: SlotParts, body: Bytes) => slotBytes(parts.typeByte, parts.id, body);
const withKdf = (kdf: Bytes): Bytes => make({ ...PASSWORD, kdf });

export function slotAssociatedDataTests(): Test[] {
  return [
    ...[PASSWORD, RECOVERY, SECRET, slotParts('secret slot', 3, named('info', 256))],
    { ...PASSWORD, kdf: kdfBytes(524_288, 2, 4) },
  ].map((parts) =>
    valid(
      `type ${parts.typeByte}, ${parts.info.length} bytes of info`,
      { vaultId: hex(VAULT_ID), slot: hex(make(parts)) },
      { associatedData: hex(slotAssociatedData(VAULT_ID, parts)) },
    ),
  );
}

function read(comment: string, parts: SlotParts, costs: Fields = {}): Test {
  const { typeByte, id, info, salt, nonce } = parts;
  const body = bodyOf(make(parts));
  return valid(
    comment,
    { slot: hex(make(parts)) },
    {
      typeByte,
      id: hex(id),
      info: hex(info),
      ...costs,
      salt: hex(salt),
      commitment: hex(hkdf(KEK, VAULT_ID, 'rowseal/1 slot commitment')),
      nonce: hex(nonce),
      sealedKey: hex(body.slice(-48)),
    },
  );
}

const COSTS = { memoryKiB: 19_456, passes: 2, lanes: 1 };
const kept = (typeByte: number, body: Bytes): Test =>
  valid(
    `type ${typeByte}, ${body.length} bytes that nobody looks into`,
    { slot: hex(slotBytes(typeByte, PASSWORD.id, body)) },
    { typeByte, id: hex(PASSWORD.id) },
    'UnknownType',
  );
const malformed = (comment: string, slot: Bytes): Test =>
  invalid(comment, { slot: hex(slot) }, 'HEADER_MALFORMED', 'Malformed');
const costly = (comment: string, kdf: Bytes): Test =>
  invalid(comment, { slot: hex(withKdf(kdf)) }, 'KDF_PARAMS_REFUSED', 'Kdf');

/** Lengths at which a field of the body ends, in the order of the table. */
function cuts(parts: SlotParts): Test[] {
  const body = bodyOf(make(parts));
  const fields = [2, parts.info.length, parts.kdf.length, 16, 32, 24, 48];
  const ends = fields.map((_, i) => fields.slice(0, i + 1).reduce((sum, each) => sum + each, 0));
  return [...new Set([0, 1, ...ends, ...ends.map((end) => end - 1)])]
    .filter((length) => length >= 0 && length < body.length)
    .sort((a, b) => a - b)
    .map((length) =>
      malformed(
        `type ${parts.typeByte}, the body cut to ${length} of ${body.length} bytes`,
        withBody(parts, body.slice(0, length)),
      ),
    );
}

const open = (slot: Bytes, kek = KEK, vaultId = VAULT_ID): Fields => ({
  vaultId: hex(vaultId),
  slot: hex(slot),
  kek: hex(kek),
});
const locked = (comment: string, inputs: Fields): Test => invalid(comment, inputs, 'UNLOCK_FAILED');
const flipped = (bytes: Bytes, at: number): Bytes =>
  bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
const salted = make(SECRET);
const saltAt = 11 + 2 + SECRET.info.length;

function unlocking(): Test[] {
  return [
    ...[PASSWORD, RECOVERY, SECRET].map((parts) =>
      valid(`type ${parts.typeByte}`, open(make(parts)), { vaultKey: hex(VAULT_KEY) }),
    ),
    locked('another KEK', open(make(SECRET), named('another KEK', 32))),
    locked('another vault', open(make(SECRET), KEK, named('another vault', 16))),
    locked('the commitment of another KEK', open(make(SECRET, { commitment: named('no', 32) }))),
    locked('a right commitment beside noise', open(make(SECRET, { sealedKey: named('no', 48) }))),
    locked('the info changed', open(flipped(salted, 13))),
    locked('the slot id changed', open(flipped(salted, 1))),
    locked('the salt changed', open(flipped(salted, saltAt))),
    locked('the commitment changed', open(flipped(salted, saltAt + 16))),
    locked('the nonce changed', open(flipped(salted, saltAt + 48))),
    locked('the sealed key changed', open(flipped(salted, saltAt + 72))),
    locked('the tag changed', open(flipped(salted, salted.length - 1))),
    locked('the type changed from 2 to 3', open(flipped(make(RECOVERY), 0))),
    locked('the costs changed', open(flipped(make(PASSWORD), 11 + 2 + 2 + 2))),
  ];
}

export const keySlotVectors: Operation = {
  name: 'key-slots',
  algorithm: 'key slots',
  holds: [
    ...holds('16', '| slot info length | 256 | `HEADER_MALFORMED` |'),
    ...holds(
      '6',
      'Types 0 and 4 to 255 are not assigned. A reader MUST keep such a slot byte by byte, MUST NOT try to open it, and does not look into its body.',
      '| 2 | length of info, at most 256 |',
      '| 1 | type 1 only: password rule, 1 |',
      '| 1 | type 1 only: KDF, 1 (Argon2id) |',
      "derive the commitment and compare it with the slot's in constant time;",
      'only if they are equal, open the sealed vault key.',
      'If step 2 or 3 fails, the next slot is tried; if none is left, refuse with `UNLOCK_FAILED`.',
    ),
  ],
  flags: {
    UnknownType: 'a slot of a type that is not assigned',
    Malformed: 'the body is not what the table says',
    Kdf: 'a rule, KDF or costs that a reader refuses',
  },
  groups: [
    group('ReadSlot', [
      read('password', PASSWORD, COSTS),
      read('recovery key', RECOVERY),
      read('secret with info', SECRET),
      read('256 bytes of info', slotParts('secret slot', 3, named('info', 256))),
      ...[0, 4, 255].map((type) => kept(type, join())),
      ...[0, 4, 255].map((type) => kept(type, named('body', 300))),
      malformed('257 bytes of info', make(slotParts('secret slot', 3, named('info', 257)))),
      malformed('65,535 bytes of info, and none there', withBody(SECRET, join([255, 255]))),
      ...[PASSWORD, RECOVERY, SECRET].flatMap(cuts),
      ...[PASSWORD, RECOVERY, SECRET].map((parts) =>
        malformed(
          `type ${parts.typeByte}, a byte after the end`,
          withBody(parts, join(bodyOf(make(parts)), [0])),
        ),
      ),
      malformed(
        'a password body in a recovery-key slot',
        withBody(RECOVERY, bodyOf(make(PASSWORD))),
      ),
      malformed('the slot is shorter than its body says', make(SECRET).slice(0, -1)),
      costly('password rule 0', kdfBytes(19_456, 2, 1, 0)),
      costly('password rule 2', kdfBytes(19_456, 2, 1, 2)),
      invalid(
        'an unknown rule, and a body that ends before the costs',
        { slot: hex(withBody(PASSWORD, join([0, 0, 2, 1]))) },
        'KDF_PARAMS_REFUSED',
        'Kdf',
      ),
      malformed(
        'a known rule, and a body that ends before the costs',
        withBody(PASSWORD, join([0, 0, 1, 1])),
      ),
      costly('KDF 0', kdfBytes(19_456, 2, 1, 1, 0)),
      costly('KDF 2', kdfBytes(19_456, 2, 1, 1, 2)),
      costly('19,455 KiB', kdfBytes(19_455, 2, 1)),
      costly('one pass', kdfBytes(65_536, 1, 1)),
      costly('no lane', kdfBytes(65_536, 3, 0)),
      costly('4 GiB and 2^32 − 1 passes', kdfBytes(4_194_304, 4_294_967_295, 1)),
      invalid(
        'refused costs, and a body that is too short',
        { slot: hex(withBody(PASSWORD, join([0, 0], kdfBytes(8, 1, 1)))) },
        'KDF_PARAMS_REFUSED',
        'Kdf',
      ),
    ]),
    group('OpenSlot', unlocking()),
  ],
};
