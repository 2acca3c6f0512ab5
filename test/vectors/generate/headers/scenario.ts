/** One file of `headers`. */
import { argon2id } from 'hash-wasm';
import { type Bytes, base64url, hex, sha256 } from '../bytes.js';
import { encodeBase32 } from '../crockford.js';
import { describeEarlier, describeKeys, type Key } from '../operations/keysets.js';
import type { NamedScenario } from '../rows/scenario.js';
import { makeSlot, slotParts } from '../slots.js';
import { type HeaderParts, headerBytes, headerText, vaultKeyIdOf } from '../vault.js';
import { type Fields, type Hold, holds, type Json, shortened } from '../vector-file.js';
import { DEK, FIRST, PASSWORD, RECOVERY_KEY, SECRET, VAULT_ID, VAULT_KEY } from '../worlds.js';

const PASSWORD_PARTS = slotParts('the password slot', 1);
const passwordKek = await argon2id({
  password: PASSWORD,
  salt: PASSWORD_PARTS.salt,
  hashLength: 32,
  outputType: 'binary',
  memorySize: 19_456,
  iterations: 2,
  parallelism: 1,
});

/** The slot of PASSWORD, at the least costs. */
export function passwordSlot(
  change: Partial<typeof PASSWORD_PARTS> = {},
  vaultKey = VAULT_KEY,
): Bytes {
  return makeSlot(VAULT_ID, { ...PASSWORD_PARTS, ...change }, passwordKek, vaultKey);
}

/** Epoch 1 with a slot of each type. */
export const BASE: HeaderParts = { ...FIRST, slots: [passwordSlot(), ...FIRST.slots] };

export const OPEN = {
  password: { password: PASSWORD },
  recoveryKey: { recoveryKey: RECOVERY_KEY },
  secret: { secret: hex(SECRET) },
} as const;

export interface HeaderVector {
  readonly comment: string;
  readonly holds: readonly (Hold & Fields)[];
  /** Text, or `null` for none; that of `BASE` unless told. */
  readonly header?: Json;
  readonly pin?: string;
  readonly pinMeanwhile?: string;
  /** The password unless told: nothing that is refused for its structure may cost an Argon2id. */
  readonly open?: Fields;
}

function inputs({
  comment,
  holds,
  header = headerText(BASE),
  pin,
  pinMeanwhile,
  open = OPEN.password,
}: HeaderVector) {
  return { comment, holds, header, pin, pinMeanwhile, open };
}

/** `check` is the number of the check in section 8's table, or `undefined` where there is none. */
export function refusedHeader(
  name: string,
  expect: string,
  check: number | undefined,
  vector: HeaderVector,
): NamedScenario {
  return { name, scenario: { ...inputs(vector), expect, check } };
}

/** What a header holds, where the vector does not only differ in slots and epoch. */
export interface Held {
  readonly keys?: readonly Key[];
  readonly earlier?: readonly Bytes[];
  readonly slots?: Json;
  readonly extensions?: Json;
  readonly recoveryProof?: Json;
}

export function openedHeader(
  name: string,
  parts: HeaderParts,
  vector: Omit<HeaderVector, 'header'>,
  held: Held = {},
): NamedScenario {
  const slots = parts.slots.map((slot) => ({
    typeByte: slot[0] as number,
    id: hex(slot.slice(1, 9)),
  }));
  return openedBytes(name, headerBytes(parts), parts, vector, { slots, ...held });
}

/** What the opened header of a vault must say. */
export function openedBytes(
  name: string,
  bytes: Bytes,
  { vaultId, vaultKey, epoch }: Pick<HeaderParts, 'vaultId' | 'vaultKey' | 'epoch'>,
  vector: Omit<HeaderVector, 'header'>,
  {
    keys = [{ dek: DEK, status: 1 }],
    earlier = [],
    slots = [],
    extensions = [],
    recoveryProof,
  }: Held,
): NamedScenario {
  const hash = sha256(bytes);
  const vault = {
    vaultId: hex(vaultId),
    vaultKeyId: hex(vaultKeyIdOf(vaultKey, vaultId)),
    vaultKey: hex(vaultKey),
    epoch,
    hash: hex(hash),
    fingerprint: (encodeBase32(hash.slice(0, 10)).match(/.{4}/g) as string[]).join('-'),
    slots,
    extensions,
    ...(recoveryProof && { recoveryProof }),
    keys: describeKeys(keys, vaultId),
    earlierVaultKeys: describeEarlier(earlier, vaultId),
  };
  const header = shortened(base64url(bytes));
  return { name, scenario: { ...inputs({ ...vector, header }), expect: 'success', vault } };
}

/** Rows of section 8's table. */
export const HEADER_CHECKS = {
  1: [
    ...holds('8', '| 1 | at most 65,536 bytes (87,382 characters) | `LIMIT_EXCEEDED` |'),
    ...holds('16', '| header length | 65,536 | `LIMIT_EXCEEDED` |'),
  ],
  2: holds('8', '| 2 | strict base64url | `HEADER_MALFORMED` |'),
  future: [
    ...holds(
      '8',
      '| 3 | first byte: another one of 0x01–0x1f that section 2 does not assign | `UNSUPPORTED_VERSION` |',
    ),
    ...holds(
      '17',
      '- A reader that meets an unassigned one says `UNSUPPORTED_VERSION` and changes nothing.',
    ),
  ],
  3: holds('8', '| 3 | first byte: anything else but 0x02 | `HEADER_MALFORMED` |'),
  4: [
    ...holds('8', '| 4 | epoch at least 1; number of predecessors | `HEADER_MALFORMED` |'),
    ...holds('16', '| predecessors | 32 | `HEADER_MALFORMED` |'),
  ],
  noSlot: holds('8', '| 5 | at least one slot | `HEADER_MALFORMED` |'),
  5: [
    ...holds('8', '| 5 | at most 16 slots | `LIMIT_EXCEEDED` |'),
    ...holds('16', '| key slots | 16 | `LIMIT_EXCEEDED` |'),
  ],
  6: holds('8', '| 6 | each slot in turn: info at most 256 bytes | `HEADER_MALFORMED` |'),
  7: [
    ...holds(
      '8',
      '| 7 | … password rule and KDF known, costs within bounds | `KDF_PARAMS_REFUSED` |',
    ),
    ...holds('8', 'Checks 1 to 13 need no secret and MUST pass before a KDF runs.'),
  ],
  8: [
    ...holds('8', '| 8 | … body neither too short nor too long | `HEADER_MALFORMED` |'),
    ...holds(
      '6',
      'A reader takes the body as a whole, by its length, before it looks into it: a body that runs past the end of the header is `HEADER_MALFORMED`, whatever stands in it.',
    ),
  ],
  9: holds('8', '| 9 | slot ids differ | `HEADER_MALFORMED` |'),
  passwords: [
    ...holds('8', '| 9 | at most one password slot | `LIMIT_EXCEEDED` |'),
    ...holds('16', '| password slots | 1 | `LIMIT_EXCEEDED` |'),
  ],
  10: holds('8', '| 10 | extension list | `HEADER_MALFORMED`, `UNSUPPORTED_VERSION` |'),
  11: holds(
    '8',
    '| 11 | sealed keyset of at least 40 bytes, MAC, and nothing that follows | `HEADER_MALFORMED` |',
  ),
  12: holds('8', '| 12 | same vault id as the pin, if there is one | `VAULT_MISMATCH` |'),
  13: holds('8', "| 13 | epoch not below the pin's | `HEADER_ROLLBACK` |"),
  14: holds('8', '| 14 | a slot opens (section 6) | `UNLOCK_FAILED` |'),
  15: holds(
    '8',
    '| 15 | the vault-key id is that of the unwrapped vault key, and the MAC is right | `HEADER_TAMPERED` |',
  ),
  16: holds(
    '8',
    '| 16 | the sealed keyset opens, and keeps the rules of section 7 | `HEADER_TAMPERED` |',
  ),
  17: holds(
    '8',
    '| 17 | checks 12 and 13 again, with the pin as it is now; `HEADER_CONFLICT` if a later header that follows from this one was pinned meanwhile | `VAULT_MISMATCH`, `HEADER_ROLLBACK`, `HEADER_CONFLICT` |',
  ),
  18: holds(
    '8',
    '| 18 | the vault key is the pinned one, or the keyset holds the pinned one as an earlier vault key | `HEADER_ROLLBACK` |',
  ),
  19: holds('8', '| 19 | the header succeeds the pinned one | `HEADER_CONFLICT` |'),
} as const;
