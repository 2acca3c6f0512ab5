/** Section 7: keysets, as somebody with the vault key could make them. */
import { stamp } from '../../../support/payload-bytes.js';
import { type Bytes, hex, join, named } from '../bytes.js';
import { dataKey, keyIdOf, keysetBytes, vaultKeyIdOf } from '../vault.js';
import {
  group,
  holds,
  invalid,
  type Json,
  type Operation,
  type Test,
  valid,
} from '../vector-file.js';

const VAULT_ID = named('vault id', 16);
const dek = (i: number): Bytes => named(`DEK ${i}`, 32);
const earlierKey = (i: number): Bytes => named(`earlier vault key ${i}`, 32);
const AT = stamp(1_700_000_000_000);
const LAST = stamp(2 ** 47 - 1, 65_535);
const TOO_LATE = stamp(2 ** 47);
const STATUS = ['', 'primary', 'rotated', 'revoked'];

export interface Key {
  readonly dek: Bytes;
  readonly status: number;
  readonly stamp?: ArrayLike<number> & Iterable<number>;
}

export function describeKeys(keys: readonly Key[], vaultId = VAULT_ID): Json[] {
  return keys.map(({ dek, status, stamp }) => ({
    dek: hex(dek),
    id: hex(keyIdOf(dek, vaultId)),
    status: STATUS[status] as string,
    ...(stamp && { stamp: hex(stamp) }),
  }));
}

export const describeEarlier = (keys: readonly Bytes[], vaultId = VAULT_ID): Json[] =>
  keys.map((key) => ({ key: hex(key), id: hex(vaultKeyIdOf(key, vaultId)) }));

function parsed(comment: string, keys: readonly Key[], earlier: readonly Bytes[] = []): Test {
  const encoded = keys.map(({ dek, status, stamp }) => dataKey(dek, status, stamp));
  return valid(
    comment,
    { keyset: hex(keysetBytes(encoded, earlier)) },
    { keys: describeKeys(keys), earlierVaultKeys: describeEarlier(earlier) },
  );
}

const broken = (comment: string, keyset: Bytes): Test =>
  invalid(comment, { keyset: hex(keyset) }, 'HEADER_TAMPERED');

const primary = { dek: dek(0), status: 1 };
const rotated = (i: number): Key => ({ dek: dek(i), status: 2, stamp: AT });
const many = (count: number) => [...Array(count).keys()].map((i) => rotated(i + 1));
const manyEarlier = (count: number) => [...Array(count).keys()].map(earlierKey);
const one = dataKey(dek(0), 1);
const old = dataKey(dek(1), 2, AT);
const whole = keysetBytes([one, old], [earlierKey(0)]);
/** Where fields of `whole` end. */
const ENDS = [0, 1, 3, 35, 36, 68, 69, 85, 87];

export const keysetVectors: Operation = {
  name: 'keysets',
  algorithm: 'keyset',
  holds: [
    ...holds('16', '| keys in a keyset | 256 | `HEADER_TAMPERED` |'),
    ...holds(
      '3',
      'The ids of DEKs and vault keys are public and are never stored beside the keys: a reader MUST compute them.',
    ),
    ...holds(
      '7',
      '| 1 | first byte 0x03 |',
      '| 2 | number of DEKs, at least 1 |',
      'The first DEK, and no other, is primary. DEKs and earlier vault keys together are at most 256. No DEK occurs twice, nor does an earlier vault key. Stamps are below their limit (section 10).',
      'The order of the other DEKs and of earlier vault keys is free; a writer keeps it.',
      'What breaks a rule is refused with `HEADER_TAMPERED`: whoever sealed it knew the vault key.',
    ),
  ],
  flags: {},
  groups: [
    group(
      'ParseKeyset',
      [
        parsed('one DEK', [primary]),
        parsed('rotated and revoked ones', [primary, rotated(1), { ...rotated(2), status: 3 }]),
        parsed('in another order', [primary, { ...rotated(2), status: 3 }, rotated(1)]),
        parsed('the latest stamp', [primary, { ...rotated(1), stamp: LAST }]),
        parsed('stamps that rise and fall', [
          ...[primary, { ...rotated(1), stamp: stamp(1) }, { ...rotated(2), stamp: stamp(9) }],
          { ...rotated(3), stamp: stamp(5) },
        ]),
        parsed('an earlier vault key', [primary], [earlierKey(0)]),
        parsed('an earlier vault key that is a DEK too', [primary], [dek(0)]),
        parsed('256 DEKs', [primary, ...many(255)]),
        parsed('a DEK and 255 earlier vault keys', [primary], manyEarlier(255)),
        broken('no DEK', keysetBytes([])),
        broken('no DEK but an earlier vault key', keysetBytes([], [earlierKey(0)])),
        broken('257 DEKs', keysetBytes([one, ...many(256).map((key) => dataKey(key.dek, 2, AT))])),
        broken(
          '256 DEKs and an earlier vault key',
          keysetBytes([one, ...many(255).map((key) => dataKey(key.dek, 2, AT))], [earlierKey(0)]),
        ),
        broken('a DEK and 256 earlier vault keys', keysetBytes([one], manyEarlier(256))),
        broken('the first DEK is rotated', keysetBytes([old])),
        broken('the first DEK is revoked', keysetBytes([dataKey(dek(1), 3, AT), one])),
        broken('the primary DEK stands second', keysetBytes([old, one])),
        broken('two primary DEKs', keysetBytes([one, dataKey(dek(1), 1)])),
        ...[0, 4, 255].flatMap((status) => [
          broken(`status ${status}`, keysetBytes([dataKey(dek(0), status)])),
          broken(`status ${status}, second`, keysetBytes([one, dataKey(dek(1), status, AT)])),
        ]),
        broken('a DEK twice', keysetBytes([one, dataKey(dek(0), 2, AT)])),
        broken('a rotated DEK twice', keysetBytes([one, old, dataKey(dek(1), 3, LAST)])),
        broken('an earlier vault key twice', keysetBytes([one], [earlierKey(0), earlierKey(0)])),
        broken('a stamp of 2^47 ms', keysetBytes([one, dataKey(dek(1), 2, TOO_LATE)])),
        broken('a primary DEK with a stamp', keysetBytes([dataKey(dek(0), 1, AT)])),
        broken('a rotated DEK without a stamp', keysetBytes([one, dataKey(dek(1), 2)])),
        ...[0, 1, 2, 4, 5, 255].map((byte) =>
          broken(`first byte ${byte}`, join([byte], whole.slice(1))),
        ),
        broken('a byte after the end', join(whole, [0])),
        broken('65,535 DEKs, and one there', keysetBytes([one], [], { deks: 65_535 })),
        broken(
          '65,535 earlier vault keys, and none there',
          keysetBytes([one], [], { earlier: 65_535 }),
        ),
        ...ENDS.map((length) => broken(`cut to ${length} bytes`, whole.slice(0, length))),
      ],
      { vaultId: hex(VAULT_ID) },
    ),
  ],
};
