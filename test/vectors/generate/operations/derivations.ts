/** Section 3: every derivation and the costs of Argon2id; section 9: column ids. */
import { argon2id } from 'hash-wasm';
import { fromHex, hex, hkdf, named, sha256, utf8 } from '../bytes.js';
import { group, holds, invalid, type Operation, valid } from '../vector-file.js';

const LABELS = {
  recoverySlot: 'rowseal/1 recovery key slot',
  secretSlot: 'rowseal/1 secret slot',
  slotCommitment: 'rowseal/1 slot commitment',
  slotWrap: 'rowseal/1 slot wrap',
  vaultKeyId: 'rowseal/1 vault key id',
  headerMac: 'rowseal/1 header MAC',
  keysetWrap: 'rowseal/1 keyset wrap',
  dekId: 'rowseal/1 DEK id',
  rowKey: 'rowseal/1 row key',
  exportMac: 'rowseal/1 export MAC',
} as const;

const inputs = ['one', 'two'].flatMap((name) =>
  Object.entries(LABELS).map(([output, label]) => {
    const inputKey = named(`input key ${name}`, output === 'recoverySlot' ? 16 : 32);
    return { output, label, inputKey, salt: named(`salt ${name}`, 16) };
  }),
);

const appKeys = [16, 17, 32, 33, 64].flatMap((length) =>
  ['search index', 'a', '16: a', '\u00e9 \u{1f511}'].map((label) => ({ length, label })),
);

export const derivationVectors: Operation = {
  name: 'derivations',
  algorithm: 'HKDF-SHA-256',
  holds: holds(
    '3',
    "| recoverySlot: KEK of a recovery-key slot | the 16 bytes of the recovery key | the slot's salt | `rowseal/1 recovery key slot` |",
    '| rowKey: AEAD key of rows | DEK | vault id | `rowseal/1 row key` |',
    "| appKey: a key for the app | vault key | vault id | `rowseal/1 app key ` then the length in decimal, `: ` and the app's label as UTF-8 |",
    'Each is HKDF with 32 bytes of output, but for app keys, whose length of 16 to 64 bytes the app chooses.',
  ),
  flags: {},
  groups: [
    group(
      'Derive',
      inputs.map(({ output, label, inputKey, salt }) =>
        valid(
          label,
          { output, inputKey: hex(inputKey), salt: hex(salt) },
          { key: hex(hkdf(inputKey, salt, label)) },
        ),
      ),
    ),
    group(
      'Derive',
      appKeys.map(({ length, label }) => {
        const info = `rowseal/1 app key ${length}: ${label}`;
        const key = hkdf(named('vault key', 32), named('vault id', 16), info, length);
        return valid(`${length} bytes`, { length, label }, { key: hex(key) });
      }),
      {
        output: 'appKey',
        inputKey: hex(named('vault key', 32)),
        salt: hex(named('vault id', 16)),
      },
    ),
  ],
};

type Costs = readonly [memoryKiB: number, passes: number, lanes: number];

const costs = ([memoryKiB, passes, lanes]: Costs) => ({ memoryKiB, passes, lanes });
const accepted: readonly Costs[] = [
  ...([
    [65_536, 3, 1],
    [19_456, 2, 1],
    [19_456, 10, 4],
    [65_536, 10, 1],
  ] as const),
  ...([
    [524_288, 2, 1],
    [524_288, 2, 4],
    [349_525, 3, 1],
    [104_857, 10, 4],
  ] as const),
];
const refused: readonly Costs[] = [
  ...([
    [19_455, 2, 1],
    [19_455, 3, 1],
    [0, 3, 1],
    [8, 1, 1],
    [65_536, 1, 1],
  ] as const),
  ...([
    [65_536, 0, 1],
    [65_536, 3, 0],
    [65_536, 3, 5],
    [65_536, 3, 255],
  ] as const),
  ...([
    [65_536, 11, 1],
    [19_456, 11, 1],
    [65_536, 4_294_967_295, 1],
  ] as const),
  ...([
    [524_289, 2, 1],
    [349_526, 3, 1],
    [104_858, 10, 1],
    [1_048_576, 2, 1],
  ] as const),
  ...([
    [1_048_576, 1, 1],
    [1_048_577, 1, 1],
    [4_294_967_295, 2, 1],
  ] as const),
];

export const kdfCostVectors: Operation = {
  name: 'kdf-costs',
  algorithm: 'Argon2id',
  holds: holds(
    '3',
    '| memory in KiB | 65,536 | 19,456 | 1,048,576 |',
    '| passes | 3 | 2 | 10 |',
    '| lanes | 1 | 1 | 4 |',
    '| memory in KiB × passes | 196,608 | 38,912 | 1,048,576 |',
    'A reader MUST refuse other costs with `KDF_PARAMS_REFUSED` before it derives anything.',
    'Since two passes are the least, 524,288 KiB is the most memory that the last row leaves.',
  ),
  flags: {},
  groups: [
    group('CheckCosts', [
      ...accepted.map((each) => valid(each.join(' × '), costs(each), {})),
      ...refused.map((each) => invalid(each.join(' × '), costs(each), 'KDF_PARAMS_REFUSED')),
    ]),
  ],
};

const KEKS: readonly (readonly [password: string, ...Costs])[] = [
  ['correct horse battery staple', 19_456, 2, 1],
  ['A\u030a\u3000 ', 19_457, 2, 1],
  ['\u{1f511}'.repeat(256), 19_456, 3, 1],
  ['correct horse battery staple', 19_456, 2, 4],
];

export async function kekVectors(): Promise<Operation> {
  const tests = KEKS.map(async ([password, memorySize, iterations, parallelism], i) => {
    const salt = named(`salt of KEK ${i}`, 16);
    const prepared = utf8(password.replaceAll('\u3000', ' ').normalize('NFC'));
    const request = { password: prepared, salt, memorySize, iterations, parallelism };
    const kek = await argon2id({ ...request, hashLength: 32, outputType: 'hex' });
    const inputs = { password, salt: hex(salt), ...costs([memorySize, iterations, parallelism]) };
    return valid('', inputs, { kek });
  });
  return {
    name: 'password-keks',
    algorithm: 'Argon2id',
    holds: holds(
      '3',
      '| Argon2id | RFC 9106, version 0x13, no secret, no associated data, 32-byte tag |',
      'The KEK of a password slot is the Argon2id tag itself.',
    ),
    flags: {},
    groups: [group('PasswordKek', await Promise.all(tests))],
  };
}

const TYPES = ['text', 'integer', 'bigint', 'decimal', 'real', 'boolean', 'bytes', 'date'];
const NAMES = ['body', 'Body', 'stars', '\u00e9', 'e\u0301', 'a b', '\u{1f511}', 'n'.repeat(256)];

export const columnIdOf = (type: string, name: string): string =>
  hex(
    sha256(
      Uint8Array.of(...utf8('rowseal/1 column id'), ...[0, ...utf8(type)], ...[0, ...utf8(name)]),
    ).subarray(0, 4),
  );

export const columnIdVectors: Operation = {
  name: 'column-ids',
  algorithm: 'SHA-256',
  holds: holds(
    '9',
    'column id = the first 4 bytes of SHA-256("rowseal/1 column id" ‖ 00 ‖ type ‖ 00 ‖ stored name)',
    "with the type's name from section 10 and the name as UTF-8.",
  ),
  flags: {},
  groups: [
    group(
      'ColumnId',
      [...TYPES, 'timestamp', 'json'].flatMap((valueType) =>
        NAMES.map((storedName) =>
          valid('', { valueType, storedName }, { id: columnIdOf(valueType, storedName) }),
        ),
      ),
    ),
  ],
};

export const idBytes = (type: string, name: string) => fromHex(columnIdOf(type, name));
